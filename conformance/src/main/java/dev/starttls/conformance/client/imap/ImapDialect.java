package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.client.server.DialectSession;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerDialect;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A well-behaved server of IMAP4rev1: any login is right, and there is one mailbox with one message. */
public final class ImapDialect implements ServerDialect {
    private static final Set<String> HARMLESS = Set.of("CAPABILITY", "STARTTLS", "NOOP", "ID", "LOGOUT");
    private static final Set<String> OF_LOGIN = Set.of("LOGIN", "AUTHENTICATE");
    private static final Pattern COMMAND = Pattern.compile("([^ ]+) +((?i:UID )?[^ ]+) ?(.*)", Pattern.DOTALL);
    private static final Pattern LITERAL = Pattern.compile(".*\\{([0-9]{1,9})(\\+?)}", Pattern.DOTALL);
    private static final String HEADER = String.join(
            "\r\n",
            "From: sender@example.org",
            "To: reader@example.org",
            "Subject: test",
            "Date: Thu, 1 Jan 2026 12:00:00 +0000",
            "Message-ID: <1@example.org>",
            "",
            "");
    private static final String TEXT = "hello\r\n";
    private static final Pattern NEXT = Pattern.compile("\\{next([2-9]?)}");
    /** Where a tag was to be predicted, and the client's tags have no number. */
    private static final String UNPREDICTED = "unpredicted";

    private static final int MAX_LITERAL = 1 << 20;
    /** What a client asks for of a body: some fields of a header. */
    private static final int MAX_SECTION = 1_000;

    private final TagSequence.Known known;

    /** For a client of which nothing is known. */
    public ImapDialect() {
        this(TagSequence.Known.NOTHING);
    }

    /** For a client that has used these tags before. */
    ImapDialect(TagSequence.Known known) {
        this.known = known;
    }

    @Override
    public Protocol protocol() {
        return Protocol.IMAP;
    }

    @Override
    public List<String> capabilities(Through through) {
        return through == Through.PLAINTEXT
                ? List.of("IMAP4rev1", "ID", "STARTTLS", "LOGINDISABLED")
                : List.of("IMAP4rev1", "ID", "SASL-IR", "AUTH=PLAIN", "AUTH=LOGIN");
    }

    @Override
    public DialectSession session(Through through, Script script) {
        return new Session(through, script, new TagSequence(known));
    }

    private static final class Session implements DialectSession {
        private final Through through;
        private final Script script;
        private final TagSequence tags;
        private String tag = "*";
        /** The command so far, while its literals come. */
        private String begun = "";

        private int literal;
        private int responsesDue;
        private boolean idle;
        private boolean deleted;

        Session(Through through, Script script, TagSequence tags) {
            this.through = through;
            this.script = script;
            this.tags = tags;
        }

        @Override
        public Reply greeting() {
            return Reply.lines("* OK IMAP4rev1 ready");
        }

        @Override
        public int octetsExpected() {
            return literal;
        }

        @Override
        public String filled(String text) {
            String tagged = text.replace("{tag}", tag).replace("{TAG}", TagSequence.inOtherCase(tag));
            return NEXT.matcher(tagged).replaceAll(next -> {
                int commands = next.group(1).isEmpty() ? 1 : Integer.parseInt(next.group(1));
                return Matcher.quoteReplacement(tags.next(commands).orElse(UNPREDICTED));
            });
        }

        @Override
        public ReceivedLine understand(String line) {
            if (responsesDue > 0) {
                return new ReceivedLine(line, tag, ReceivedLine.RESPONSE, line, Weight.CREDENTIAL);
            }
            if (idle) {
                return new ReceivedLine(line, tag, "DONE", "", Weight.COMMAND);
            }
            boolean octets = literal > 0;
            String whole = begun.isEmpty() ? line : begun + (octets ? "\r\n" : "") + line;
            literal = 0;
            Matcher command = COMMAND.matcher(whole);
            if (!command.matches()) {
                begun = "";
                return new ReceivedLine(line, "", "", "", Weight.COMMAND);
            }
            if (begun.isEmpty()) {
                tag = command.group(1);
                tags.used(tag);
            }
            String verb = command.group(2).toUpperCase(Locale.ROOT).replaceAll(" +", " ");
            Weight weight = HARMLESS.contains(verb)
                    ? Weight.HARMLESS
                    : OF_LOGIN.contains(verb)
                            ? Weight.CREDENTIAL
                            : verb.equals("APPEND") ? Weight.MESSAGE : Weight.COMMAND;
            boolean more = octets || LITERAL.matcher(line).matches();
            // Not in answer(), which is not called where the script has the answer.
            begun = more && whole.length() < MAX_LITERAL ? whole : "";
            return new ReceivedLine(line, tag, more ? ReceivedLine.PIECE : verb, command.group(3), weight);
        }

        @Override
        public Reply answer(ReceivedLine line) {
            if (line.is(ReceivedLine.RESPONSE)) {
                return response(line.text());
            }
            if (line.is("DONE")) {
                idle = false;
                return ok("done");
            }
            Matcher more = LITERAL.matcher(line.text());
            if (line.is(ReceivedLine.PIECE)) {
                if (!more.matches()) {
                    return Reply.none();
                }
                literal = Math.min(Integer.parseInt(more.group(1)), MAX_LITERAL);
                return more.group(2).isEmpty() ? Reply.lines("+ go on") : Reply.none();
            }
            String argument = line.argument();
            return switch (line.verb()) {
                case "CAPABILITY" ->
                    Reply.lines("* CAPABILITY " + String.join(" ", script.offered(through)), "{tag} OK done");
                case "STARTTLS" ->
                    through == Through.PLAINTEXT ? ok("begin TLS").startTls() : Reply.lines("{tag} BAD TLS is active");
                case "AUTHENTICATE" -> authenticate(argument.split(" +", -1));
                case "LOGIN" -> ok("logged in");
                case "LOGOUT" ->
                    Reply.lines("* BYE logging out", "{tag} OK done").close();
                case "ID" -> Reply.lines("* ID NIL", "{tag} OK done");
                case "ENABLE" -> Reply.lines("* ENABLED", "{tag} OK done");
                case "NAMESPACE" -> Reply.lines("* NAMESPACE ((\"\" \"/\")) NIL NIL", "{tag} OK done");
                case "LIST", "XLIST" -> Reply.lines("* LIST () \"/\" INBOX", "{tag} OK done");
                case "LSUB" -> Reply.lines("* LSUB () \"/\" INBOX", "{tag} OK done");
                case "STATUS" ->
                    Reply.lines(
                            "* STATUS INBOX (MESSAGES 1 RECENT 0 UIDNEXT 2 UIDVALIDITY 1 UNSEEN 1)", "{tag} OK done");
                case "SELECT", "EXAMINE" ->
                    Reply.lines(
                            "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
                            "* 1 EXISTS",
                            "* 0 RECENT",
                            "* OK [UNSEEN 1] first",
                            "* OK [UIDVALIDITY 1] valid",
                            "* OK [UIDNEXT 2] next",
                            "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)] limited",
                            "{tag} OK [READ-WRITE] done");
                case "SEARCH", "UID SEARCH" -> Reply.lines("* SEARCH 1", "{tag} OK done");
                case "FETCH", "UID FETCH" -> fetch(argument);
                case "IDLE" -> {
                    idle = true;
                    yield Reply.lines("+ idling");
                }
                case "STORE", "UID STORE" -> {
                    deleted = argument.toUpperCase(Locale.ROOT).contains("\\DELETED");
                    yield ok("done");
                }
                case "EXPUNGE", "UID EXPUNGE" -> {
                    boolean gone = deleted;
                    deleted = false;
                    yield gone ? Reply.lines("* 1 EXPUNGE", "{tag} OK done") : ok("done");
                }
                case "" -> Reply.lines("* BAD expected a tag and a command");
                case "NOOP",
                        "CHECK",
                        "CLOSE",
                        "UNSELECT",
                        "APPEND",
                        "CREATE",
                        "DELETE",
                        "SUBSCRIBE",
                        "UNSUBSCRIBE",
                        "COPY",
                        "UID COPY" -> ok("done");
                default -> Reply.lines("{tag} BAD unknown command");
            };
        }

        private static Reply ok(String text) {
            return Reply.lines("{tag} OK " + text);
        }

        private Reply authenticate(String[] words) {
            int messages = words[0].equalsIgnoreCase("LOGIN") ? 2 : 1;
            responsesDue = messages - (words.length > 1 ? 1 : 0);
            return responsesDue == 0 ? ok("logged in") : Reply.lines(responsesDue == 2 ? "+ VXNlcm5hbWU6" : "+ ");
        }

        private Reply response(String text) {
            if (text.equals("*")) {
                responsesDue = 0;
                return Reply.lines("{tag} BAD cancelled");
            }
            responsesDue--;
            return responsesDue == 0 ? ok("logged in") : Reply.lines("+ UGFzc3dvcmQ6");
        }

        /** The items that are asked for, of the one message. */
        private static Reply fetch(String argument) {
            String items = argument.toUpperCase(Locale.ROOT);
            List<String> found = new ArrayList<>(List.of("UID 1"));
            simple(items, "FLAGS", "FLAGS ()").ifPresent(found::add);
            simple(items, "INTERNALDATE", "INTERNALDATE \" 1-Jan-2026 12:00:00 +0000\"")
                    .ifPresent(found::add);
            simple(items, "RFC822.SIZE", "RFC822.SIZE " + (HEADER + TEXT).length())
                    .ifPresent(found::add);
            simple(items, "ENVELOPE", envelope()).ifPresent(found::add);
            simple(items, "BODYSTRUCTURE", "BODYSTRUCTURE " + structure()).ifPresent(found::add);
            int begin = Math.max(items.lastIndexOf("BODY["), items.lastIndexOf("BODY.PEEK["));
            if (begin >= 0) {
                int end = items.indexOf(']', begin);
                String section = end < 0 ? "{" : items.substring(items.indexOf('[', begin) + 1, end);
                if (section.length() > MAX_SECTION || section.indexOf('{') >= 0) {
                    return Reply.lines("{tag} BAD expected the section of a body");
                }
                String text = section.isEmpty() ? HEADER + TEXT : section.startsWith("HEADER") ? HEADER : TEXT;
                found.add("BODY[" + section + "] {" + text.length() + "}\r\n" + text);
            } else if (items.matches("(?s).*\\bRFC822(?!\\.).*")) {
                found.add("RFC822 {" + (HEADER + TEXT).length() + "}\r\n" + HEADER + TEXT);
            } else if (items.contains("RFC822.HEADER")) {
                found.add("RFC822.HEADER {" + HEADER.length() + "}\r\n" + HEADER);
            }
            return Reply.lines("* 1 FETCH (" + String.join(" ", found) + ")", "{tag} OK done");
        }

        private static Optional<String> simple(String items, String item, String value) {
            return items.contains(item) ? Optional.of(value) : Optional.empty();
        }

        private static String envelope() {
            String sender = "((NIL NIL \"sender\" \"example.org\"))";
            return "ENVELOPE (\"Thu, 1 Jan 2026 12:00:00 +0000\" \"test\" " + sender + " " + sender + " " + sender
                    + " ((NIL NIL \"reader\" \"example.org\")) NIL NIL NIL \"<1@example.org>\")";
        }

        private static String structure() {
            return "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"us-ascii\") NIL NIL \"7BIT\" " + TEXT.length()
                    + " 1 NIL NIL NIL NIL)";
        }
    }
}
