package dev.starttls.conformance.client.smtp;

import dev.starttls.conformance.client.server.DialectSession;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerDialect;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A well-behaved server of SMTP: any login is right, any mail is taken. */
public final class SmtpDialect implements ServerDialect {
    private static final String NAME = "mail.example.org";
    private static final Set<String> HARMLESS = Set.of("EHLO", "HELO", "STARTTLS", "RSET", "NOOP", "QUIT");
    private static final Set<String> OF_MESSAGE = Set.of("MAIL", "RCPT", "DATA", "BDAT");

    @Override
    public Protocol protocol() {
        return Protocol.SMTP;
    }

    @Override
    public List<String> capabilities(Through through) {
        return through == Through.PLAINTEXT
                ? List.of("SIZE 10240000", "8BITMIME", "STARTTLS")
                : List.of("SIZE 10240000", "8BITMIME", "AUTH PLAIN LOGIN");
    }

    @Override
    public DialectSession session(Through through, Script script) {
        return new Session(through, script);
    }

    private enum State {
        COMMANDS,
        LOGIN,
        CONTENT,
        CHUNK
    }

    private static final class Session implements DialectSession {
        private final Through through;
        private final Script script;
        private State state = State.COMMANDS;
        private int responsesDue;
        private int chunk;
        private boolean lastChunk;

        Session(Through through, Script script) {
            this.through = through;
            this.script = script;
        }

        @Override
        public Reply greeting() {
            return Reply.lines("220 " + NAME + " ESMTP ready");
        }

        @Override
        public int octetsExpected() {
            return state == State.CHUNK ? chunk : 0;
        }

        @Override
        public ReceivedLine understand(String line) {
            return switch (state) {
                case CONTENT ->
                    new ReceivedLine(
                            line,
                            "",
                            line.equals(".") ? ReceivedLine.END_OF_CONTENT : ReceivedLine.CONTENT,
                            "",
                            Weight.MESSAGE);
                case CHUNK -> new ReceivedLine(line, "", ReceivedLine.CONTENT, "", Weight.MESSAGE);
                case LOGIN -> new ReceivedLine(line, "", ReceivedLine.RESPONSE, line, Weight.CREDENTIAL);
                case COMMANDS -> command(line);
            };
        }

        private static ReceivedLine command(String line) {
            int space = line.indexOf(' ');
            String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
            String argument = space < 0 ? "" : line.substring(space + 1).strip();
            Weight weight = HARMLESS.contains(verb)
                    ? Weight.HARMLESS
                    : verb.equals("AUTH")
                            ? Weight.CREDENTIAL
                            : OF_MESSAGE.contains(verb) ? Weight.MESSAGE : Weight.COMMAND;
            return new ReceivedLine(line, "", verb, argument, weight);
        }

        @Override
        public Reply answer(ReceivedLine line) {
            return switch (line.verb()) {
                case "EHLO" -> ehlo();
                case "HELO" -> Reply.lines("250 " + NAME);
                case "STARTTLS" ->
                    through == Through.PLAINTEXT
                            ? Reply.lines("220 2.0.0 ready to start TLS").startTls()
                            : Reply.lines("503 5.5.1 TLS is active");
                case "AUTH" -> auth(line.argument().split(" +", -1));
                case ReceivedLine.RESPONSE -> response(line.text());
                case "MAIL", "RCPT", "RSET", "NOOP" -> Reply.lines("250 2.0.0 ok");
                case "DATA" -> {
                    state = State.CONTENT;
                    yield Reply.lines("354 go ahead, end with a dot");
                }
                case "BDAT" -> bdat(line.argument().split(" +", -1));
                case ReceivedLine.CONTENT -> content();
                case ReceivedLine.END_OF_CONTENT -> {
                    state = State.COMMANDS;
                    yield Reply.lines("250 2.0.0 accepted");
                }
                case "VRFY" -> Reply.lines("252 2.5.2 send some mail");
                case "QUIT" -> Reply.lines("221 2.0.0 bye").close();
                default -> Reply.lines("500 5.5.2 unknown command");
            };
        }

        private Reply ehlo() {
            List<String> offered = script.offered(through);
            StringBuilder text = new StringBuilder("250" + (offered.isEmpty() ? " " : "-") + NAME + "\r\n");
            for (int i = 0; i < offered.size(); i++) {
                text.append(i == offered.size() - 1 ? "250 " : "250-")
                        .append(offered.get(i))
                        .append("\r\n");
            }
            return Reply.text(text.toString());
        }

        private Reply auth(String[] words) {
            String mechanism = words[0].toUpperCase(Locale.ROOT);
            int messages = mechanism.equals("LOGIN") ? 2 : 1;
            responsesDue = messages - (words.length > 1 ? 1 : 0);
            return challenge(mechanism.equals("LOGIN") && responsesDue == 2 ? "VXNlcm5hbWU6" : "");
        }

        private Reply challenge(String text) {
            if (responsesDue == 0) {
                state = State.COMMANDS;
                return Reply.lines("235 2.7.0 authenticated");
            }
            state = State.LOGIN;
            return Reply.lines("334 " + text);
        }

        private Reply response(String text) {
            if (text.equals("*")) {
                state = State.COMMANDS;
                return Reply.lines("501 5.7.0 cancelled");
            }
            responsesDue--;
            return challenge("UGFzc3dvcmQ6");
        }

        private Reply bdat(String[] words) {
            if (!words[0].matches("[0-9]{1,7}")) {
                return Reply.lines("501 5.5.4 expected a number of octets");
            }
            chunk = Integer.parseInt(words[0]);
            lastChunk = words.length > 1 && words[1].equalsIgnoreCase("LAST");
            if (chunk == 0) {
                return Reply.lines("250 2.0.0 accepted");
            }
            state = State.CHUNK;
            return Reply.none();
        }

        private Reply content() {
            if (state != State.CHUNK) {
                return Reply.none();
            }
            state = State.COMMANDS;
            return Reply.lines(lastChunk ? "250 2.0.0 accepted" : "250 2.0.0 chunk taken");
        }
    }
}
