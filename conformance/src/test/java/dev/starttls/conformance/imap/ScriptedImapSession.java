package dev.starttls.conformance.imap;

import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedLines;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.ScriptedSession;
import dev.starttls.conformance.session.UpgradeFault;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One session of a scripted IMAP server. */
public final class ScriptedImapSession extends ScriptedSession {
    static final String USER = "mary";
    static final String PASSWORD = "se\"cret";
    public static final Login LOGIN = new Login(USER, PASSWORD::toCharArray);

    private static final Pattern LITERAL = Pattern.compile("\\{([0-9]+)(\\+?)}$");
    private static final int LONGEST_LITERAL = 4096;

    private boolean corrupted;

    private ScriptedImapSession(ScriptedServer server, Socket socket) throws IOException {
        super(server, socket);
    }

    public static ScriptedServer server(Scheme scheme, Collection<? extends Fault> faults) throws IOException {
        return ScriptedServer.start(
                scheme, (server, socket) -> new ScriptedImapSession(server, socket).serve(), faults);
    }

    /** On another address than the usual one. */
    static ScriptedServer server(InetAddress address, Collection<? extends Fault> faults) throws IOException {
        return ScriptedServer.start(
                Scheme.IMAP, (server, socket) -> new ScriptedImapSession(server, socket).serve(), faults, address);
    }

    @Override
    protected String upgradeCommand() {
        return "STARTTLS";
    }

    @Override
    protected String saying(Saying saying, String tag) {
        return switch (saying) {
            case GO_AHEAD -> (is(ImapFault.GO_AHEAD_WITH_OTHER_TAG) ? "x9" : tag) + " OK begin";
            case BY_THE_WAY -> "* OK by the way";
            case UNKNOWN_COMMAND -> tag + " BAD unknown command";
            case NO_ARGUMENTS -> tag + (is(ImapFault.ARGUMENT_ANSWERED_NO) ? " NO what?" : " BAD no arguments");
            case NOT_NOW -> tag + " NO not now";
            case ONCE_MORE -> tag + " OK once more";
            case ALREADY_INSIDE -> tag + " BAD inside TLS already";
            case TOO_LATE ->
                tag + (is(ImapFault.STARTTLS_AFTER_LOGIN_ANSWERED_NO) ? " NO" : " BAD") + " logged in already";
            case NOTHING_MAY_FOLLOW -> "* BYE nothing may follow STARTTLS";
            case NO_TLS -> "* BYE no TLS, no session";
        };
    }

    @Override
    protected void upgraded() throws IOException {
        if (is(ImapFault.ANNOUNCES_INSIDE)) {
            wire().say("* CAPABILITY " + announced());
        } else if (is(ImapFault.INFORMS_INSIDE)) {
            wire().say("* OK what a nice cipher suite");
        } else if (is(ImapFault.WARNS_INSIDE)) {
            wire().say("* NO [X-WARN] the disk is nearly full");
        } else if (is(ImapFault.PREAUTH_INSIDE)) {
            wire().say("* PREAUTH you are known");
        } else if (is(ImapFault.COMPLETES_INSIDE)) {
            wire().say("s0 OK the handshake is done");
        }
    }

    @Override
    protected String greeting() {
        if (is(UpgradeFault.GREETING_OF_NO_USE)) {
            return "* BAD day\r\n";
        }
        if (is(UpgradeFault.GREETING_BUSY)) {
            return "* BYE come back later\r\n";
        }
        if (is(ImapFault.GREETING_PREAUTH)) {
            return "* PREAUTH localhost knows you\r\n";
        }
        if (is(ImapFault.GREETING_WITH_CONTROLS)) {
            return "* OK \u0007localhost\u001b[1m\r\n";
        }
        if (is(ImapFault.GREETING_WITHOUT_SPACE)) {
            return "* OK\r\n";
        }
        String code = is(ImapFault.GREETING_WITH_CAPABILITY)
                ? "[CAPABILITY " + announced() + "] "
                : is(ImapFault.GREETING_OFFERS_LOGIN)
                        ? "[CAPABILITY " + announced() + " AUTH=PLAIN] "
                        : is(ImapFault.GREETING_WITHOUT_STARTTLS) ? "[CAPABILITY IMAP4rev1] " : "";
        return "* OK " + code + "localhost scripted" + (is(UpgradeFault.GREETING_WITH_BARE_LF) ? "\n" : "\r\n");
    }

    @Override
    protected boolean obey(ScriptedLines.Line read) throws IOException {
        String line = read.text();
        if (line.equals("\0")) {
            wire().say("* BAD line too long");
            return true;
        }
        String begun = takeBegun();
        if (!begun.isEmpty()) {
            wire().say(begun + " NO [AUTHENTICATIONFAILED] wrong");
            return true;
        }
        String[] words = line.split(" ", 3);
        boolean tagged = words.length > 1 && words[0].matches("[A-Za-z0-9.]+");
        if (!tagged && !is(ImapFault.OBEYS_ANY_TAG)) {
            return withoutTag(words);
        }
        String tag = is(ImapFault.TAGS_IN_LOWER_CASE) ? words[0].toLowerCase(Locale.ROOT) : words[0];
        return words.length > 1
                ? command(read, tag, words[1], words.length > 2 ? words[2] : "")
                : command(read, "*", words[0], "");
    }

    private boolean withoutTag(String... words) throws IOException {
        if (is(ImapFault.PASSES_OVER_LINES_WITHOUT_TAG)) {
            return true;
        }
        boolean missing = words.length == 1 && words[0].matches("[A-Z]+");
        if (is(ImapFault.ECHOES_ANY_TAG) || (missing && is(ImapFault.ECHOES_MISSING_TAG))) {
            wire().say(words[0] + " BAD what?");
            return true;
        }
        wire().say("* BAD expected a tag");
        if (is(ImapFault.ODD_TAG_HANGS_UP)) {
            wire().say("* BYE you are no client");
            return false;
        }
        return true;
    }

    private boolean command(ScriptedLines.Line line, String tag, String name, String argument) throws IOException {
        if (corrupted) {
            wire().say(tag + " BAD waiting for a ClientHello");
            return true;
        }
        Matcher literal = LITERAL.matcher(argument);
        if (literal.find()) {
            return withLiteral(line, tag, name, literal);
        }
        switch (name.toUpperCase(Locale.ROOT)) {
            case "CAPABILITY" -> capability(tag);
            case "NOOP" -> noop(tag, argument);
            case "LOGIN" -> {
                return login(tag, argument);
            }
            case "AUTHENTICATE" -> authenticate(tag, argument);
            case "IDLE" -> {
                return idle(tag);
            }
            case "LIST" -> wire().say(tag + (loggedIn() ? " OK nothing listed" : " BAD log in first"));
            case "LOGOUT" -> {
                logout(tag);
                return false;
            }
            case "STARTTLS" -> {
                corrupted = wire().secure() && is(ImapFault.STARTTLS_INSIDE_SPOILS_SESSION);
                return startTls(line, tag, name, argument);
            }
            default -> {
                if (is(ImapFault.UNKNOWN_ANSWERED_TWICE)) {
                    wire().say(tag + " BAD not that one");
                }
                wire().say((is(ImapFault.UNKNOWN_ANSWERED_WITHOUT_TAG) ? "*" : tag)
                        + (is(ImapFault.UNKNOWN_TAKEN) ? " OK why not" : " BAD unknown command"));
            }
        }
        return true;
    }

    private boolean withLiteral(ScriptedLines.Line line, String tag, String name, Matcher literal) throws IOException {
        boolean huge = literal.group(1).length() > 4 || Integer.parseInt(literal.group(1)) > LONGEST_LITERAL;
        boolean waits = literal.group(2).isEmpty();
        boolean tried = !wire().secure() && is(ImapFault.LITERAL_LOGIN_TRIED_IN_THE_CLEAR);
        if (!waits && !wire().secure() && is(ImapFault.EXECUTES_REFUSED_LITERAL)) {
            wire().say(tag + " NO [PRIVACYREQUIRED] not without TLS");
            return true;
        }
        if (huge && is(ImapFault.DIES_OF_LITERAL)) {
            server().die();
        }
        if (huge && !waits && is(ImapFault.READS_ANY_LITERAL)) {
            while (true) {
                lines().fill();
            }
        }
        if (huge && !(waits && is(ImapFault.ASKS_FOR_ANY_LITERAL))) {
            boolean hangsUp = !waits || is(ImapFault.LITERAL_HANGS_UP);
            wire().say((hangsUp ? "* BYE" : tag + " BAD") + " literal too long");
            return !hangsUp;
        }
        if (waits) {
            if (!wire().secure() && !is(ImapFault.ASKS_FOR_ANY_LITERAL) && !tried) {
                wire().say(tag + " NO [PRIVACYREQUIRED] not without TLS");
                return true;
            }
            wire().say("+ go on");
        }
        String rest = lines().read().text();
        if (tried && !LITERAL.matcher(rest).find()) {
            decide(tag, false);
            return true;
        }
        return command(line, tag, name, rest);
    }

    private String announced() {
        boolean inside = wire().secure();
        List<String> all = new ArrayList<>();
        if (!is(ImapFault.NO_REVISION)) {
            all.add("IMAP4rev1");
        }
        all.add("LITERAL-");
        if (inside ? is(UpgradeFault.OFFERS_UPGRADE_INSIDE) : !is(UpgradeFault.NO_UPGRADE_OFFER)) {
            all.add("STARTTLS");
        }
        boolean disabled = inside
                ? is(ImapFault.LOGINDISABLED_INSIDE)
                        || is(ImapFault.LOGINDISABLED_WITHOUT_LOGIN)
                        || is(ImapFault.NO_LOGIN_INSIDE)
                : !is(ImapFault.LOGINDISABLED_NOT_ANNOUNCED)
                        && !is(ImapFault.LOGIN_IN_THE_CLEAR)
                        && !is(ImapFault.LOGIN_REFUSED_WITHOUT_CODE);
        if (disabled) {
            all.add("LOGINDISABLED");
        }
        if (inside
                ? !is(ImapFault.NO_LOGIN_INSIDE) && !is(ImapFault.NO_AUTH_PLAIN)
                : is(ImapFault.LOGIN_IN_THE_CLEAR) || is(UpgradeFault.MECHANISMS_BEFORE_TLS)) {
            all.add("AUTH=PLAIN");
        }
        if (is(UpgradeFault.CRAM_BEFORE_TLS)) {
            all.add("AUTH=CRAM-MD5");
        }
        return String.join(" ", all);
    }

    private void capability(String tag) throws IOException {
        if (wire().secure() && is(UpgradeFault.CAPABILITIES_INSIDE_REFUSED)) {
            wire().say(tag + " NO not in here");
            return;
        }
        String answer = "* CAPABILITY " + announced() + "\r\n"
                + (is(ImapFault.TWO_CAPABILITY_LINES) ? "* CAPABILITY IMAP4rev1 X-MORE\r\n" : "") + tag
                + " OK that is all\r\n";
        wire().raw(answer);
    }

    private void noop(String tag, String argument) throws IOException {
        if (!wire().secure() && is(ImapFault.NOOP_REFUSED_BEFORE_TLS)) {
            wire().say(tag + " NO not now");
        } else if (argument.isEmpty() || is(UpgradeFault.TAKES_ANY_LENGTH)) {
            wire().say(tag + " OK nothing done");
        } else {
            wire().say(tag + " BAD no arguments");
        }
    }

    private boolean login(String tag, String argument) throws IOException {
        boolean tried =
                (wire().secure() && !is(ImapFault.NO_LOGIN_INSIDE) && !is(ImapFault.LOGINDISABLED_WITHOUT_LOGIN))
                        || takesPlaintextForTls()
                        || is(ImapFault.LOGIN_IN_THE_CLEAR)
                        || is(ImapFault.LOGIN_TRIED_IN_THE_CLEAR);
        if (is(ImapFault.REPEATS_PASSWORD)) {
            wire().say(tag + " NO nobody is called " + argument);
        } else if (tried) {
            decide(tag, argument.equals("\"mary\" \"se\\\"cret\""));
        } else if (is(ImapFault.LOGIN_TAKEN_IN_THE_CLEAR)) {
            wire().say(tag + " OK come in");
        } else if (is(ImapFault.LOGIN_REFUSED_WITH_BAD)) {
            wire().say(tag + " BAD command");
        } else if (is(ImapFault.LOGIN_REFUSED_WITHOUT_CODE)) {
            wire().say(tag + " NO not without TLS");
        } else if (is(ImapFault.LOGIN_HANGS_UP)) {
            wire().say("* BYE you have lost your password");
            return false;
        } else {
            wire().say(tag + " NO [PRIVACYREQUIRED] not without TLS");
        }
        return true;
    }

    private void authenticate(String tag, String argument) throws IOException {
        boolean trusted = wire().secure() || is(ImapFault.LOGIN_IN_THE_CLEAR);
        Early early = trusted ? Early.ASK : early(argument, tag);
        String mechanism = argument.split(" ", 2)[0];
        if (early == Early.TRY || (wire().secure() && argument.contains(" "))) {
            decide(tag, false);
            return;
        }
        if (early == Early.REFUSE) {
            wire().say(tag + " NO [PRIVACYREQUIRED] not without TLS");
            return;
        }
        wire().say("+ " + (mechanism.equals("LOGIN") ? "VXNlcm5hbWU6" : ""));
        String response = lines().read().text();
        if (!response.matches("[A-Za-z0-9+/=]*")) {
            wire().say(tag + " BAD cancelled");
        } else if (is(ImapFault.REPEATS_PASSWORD)) {
            wire().say(tag + " NO nobody knows " + response);
        } else {
            String plain = new String(Base64.getDecoder().decode(response), StandardCharsets.UTF_8);
            decide(tag, plain.equals("\0" + USER + "\0" + PASSWORD));
        }
    }

    private void decide(String tag, boolean right) throws IOException {
        logIn(loggedIn() || right);
        String code = is(ImapFault.LOGIN_ANSWER_OFFERS_STARTTLS) ? " OK [CAPABILITY IMAP4rev1 STARTTLS]" : " OK";
        wire().say(tag + (right ? code + " come in" : " NO [AUTHENTICATIONFAILED] wrong"));
    }

    private boolean idle(String tag) throws IOException {
        if (is(ImapFault.IDLES)) {
            wire().say("+ idling");
            lines().read();
            wire().say(tag + " OK done");
        } else if (is(ImapFault.IDLE_HANGS_UP)) {
            wire().say("* BYE no idlers here");
            return false;
        } else {
            wire().say(tag + " BAD log in first");
        }
        return true;
    }

    private void logout(String tag) throws IOException {
        if (is(UpgradeFault.GOODBYE_HANGS_UP)) {
            return;
        }
        if (!is(ImapFault.LOGOUT_WITHOUT_BYE)) {
            wire().say("* BYE see you");
        }
        if (!is(ImapFault.LOGOUT_WITHOUT_OK)) {
            wire().say(tag + " OK done");
        }
        if (!is(UpgradeFault.NO_CLOSE_NOTIFY)) {
            wire().closeNotify();
        }
    }
}
