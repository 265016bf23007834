package dev.starttls.conformance.imap;

import dev.starttls.conformance.session.ScriptedLines;
import dev.starttls.conformance.session.ScriptedLines.Flaw;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.ScriptedWire;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One session of a scripted IMAP server. */
final class ScriptedImapSession {
    static final String USER = "mary";
    static final String PASSWORD = "se\"cret";

    private static final Pattern LITERAL = Pattern.compile("\\{([0-9]+)(\\+?)}$");
    private static final int LONGEST_LITERAL = 4096;

    private final ScriptedServer<Habit> server;
    private final ScriptedWire wire;
    private final ScriptedLines lines;
    private boolean loggedIn;
    private boolean spoilt;
    private String late = "";

    private ScriptedImapSession(ScriptedServer<Habit> server, Socket socket) throws IOException {
        this.server = server;
        this.wire = new ScriptedWire(server, socket, flaws(server));
        this.lines = wire.lines();
    }

    static ScriptedServer<Habit> server(Scheme scheme, Collection<Habit> habits) throws IOException {
        return ScriptedServer.start(
                scheme, (server, socket) -> new ScriptedImapSession(server, socket).serve(), habits);
    }

    /** On another address than the usual one. */
    static ScriptedServer<Habit> server(InetAddress address, Collection<Habit> habits) throws IOException {
        return ScriptedServer.start(
                Scheme.IMAP, (server, socket) -> new ScriptedImapSession(server, socket).serve(), habits, address);
    }

    private static Set<Flaw> flaws(ScriptedServer<Habit> server) {
        Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
        for (Flaw flaw : List.of(Flaw.CUTS_LONG_LINES, Flaw.TAKES_ANY_LENGTH, Flaw.DIES_OF_LONG_LINE)) {
            if (server.is(Habit.valueOf(flaw.name()))) {
                flaws.add(flaw);
            }
        }
        return flaws;
    }

    private boolean is(Habit habit) {
        return server.is(habit);
    }

    private void serve() throws IOException {
        if (server.implicitTls() && !shakeHands(new byte[0])) {
            return;
        }
        wire.raw(greeting());
        while (!is(Habit.GREETING_BYE)) {
            String line = lines.read().text();
            if (wire.secure() && is(Habit.ANSWERS_BACKWARDS) && lines.ahead().length > 0) {
                String next = lines.read().text();
                obey(next);
                obey(line);
                continue;
            }
            if (!obey(line)) {
                return;
            }
            if (wire.secure() && is(Habit.DROPS_PIPELINED)) {
                lines.ahead(new byte[0]);
            }
        }
    }

    private String greeting() {
        if (is(Habit.GREETING_BAD)) {
            return "* BAD day\r\n";
        }
        if (is(Habit.GREETING_BYE)) {
            return "* BYE come back later\r\n";
        }
        if (is(Habit.GREETING_PREAUTH)) {
            return "* PREAUTH localhost knows you\r\n";
        }
        if (is(Habit.GREETING_WITH_CONTROLS)) {
            return "* OK \u0007localhost\u001b[1m\r\n";
        }
        if (is(Habit.GREETING_WITHOUT_SPACE)) {
            return "* OK\r\n";
        }
        String code = is(Habit.GREETING_WITH_CAPABILITY) ? "[CAPABILITY " + announced() + "] " : "";
        return "* OK " + code + "localhost scripted" + (is(Habit.GREETING_WITH_BARE_LF) ? "\n" : "\r\n");
    }

    /** Obeys one command; false ends the session. */
    private boolean obey(String line) throws IOException {
        if (line.equals("\0")) {
            wire.say("* BAD line too long");
            return true;
        }
        String[] words = line.split(" ", 3);
        boolean tagged = words.length > 1 && words[0].matches("[A-Za-z0-9.]+");
        if (!tagged && !is(Habit.OBEYS_ANY_TAG)) {
            return withoutTag(words);
        }
        String tag = is(Habit.TAGS_IN_LOWER_CASE) ? words[0].toLowerCase(Locale.ROOT) : words[0];
        return words.length > 1 ? command(tag, words[1], words.length > 2 ? words[2] : "") : command("*", words[0], "");
    }

    private boolean withoutTag(String... words) throws IOException {
        if (is(Habit.PASSES_OVER_LINES_WITHOUT_TAG)) {
            return true;
        }
        boolean missing = words.length == 1 && words[0].matches("[A-Z]+");
        if (is(Habit.ECHOES_ANY_TAG) || (missing && is(Habit.ECHOES_MISSING_TAG))) {
            wire.say(words[0] + " BAD what?");
            return true;
        }
        wire.say("* BAD expected a tag");
        if (is(Habit.ODD_TAG_HANGS_UP)) {
            wire.say("* BYE you are no client");
            return false;
        }
        return true;
    }

    private boolean command(String tag, String name, String argument) throws IOException {
        if (spoilt) {
            wire.say(tag + " BAD waiting for a ClientHello");
            return true;
        }
        Matcher literal = LITERAL.matcher(argument);
        if (literal.find()) {
            return withLiteral(tag, name, literal);
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
            case "LOGOUT" -> {
                logout(tag);
                return false;
            }
            case "STARTTLS" -> {
                return startTls(tag, name, argument);
            }
            default ->
                wire.say((is(Habit.UNKNOWN_ANSWERED_WITHOUT_TAG) ? "*" : tag)
                        + (is(Habit.UNKNOWN_TAKEN) ? " OK why not" : " BAD unknown command"));
        }
        return true;
    }

    private boolean withLiteral(String tag, String name, Matcher literal) throws IOException {
        boolean huge = literal.group(1).length() > 4 || Integer.parseInt(literal.group(1)) > LONGEST_LITERAL;
        boolean waits = literal.group(2).isEmpty();
        if (huge && is(Habit.DIES_OF_LITERAL)) {
            server.die();
        }
        if (huge && !waits && is(Habit.READS_ANY_LITERAL)) {
            while (true) {
                lines.fill();
            }
        }
        if (huge && !(waits && is(Habit.ASKS_FOR_ANY_LITERAL))) {
            boolean hangsUp = !waits || is(Habit.LITERAL_HANGS_UP);
            wire.say((hangsUp ? "* BYE" : tag + " BAD") + " literal too long");
            return !hangsUp;
        }
        if (waits) {
            if (!wire.secure() && !is(Habit.ASKS_FOR_ANY_LITERAL)) {
                wire.say(tag + " NO [PRIVACYREQUIRED] not without TLS");
                return true;
            }
            wire.say("+ go on");
        }
        return command(tag, name, lines.read().text());
    }

    private String announced() {
        boolean inside = wire.secure();
        List<String> all = new ArrayList<>();
        if (!is(Habit.NO_REVISION)) {
            all.add("IMAP4rev1");
        }
        all.add("LITERAL-");
        if (inside ? is(Habit.OFFERS_STARTTLS_INSIDE) : !is(Habit.NO_STARTTLS_OFFER)) {
            all.add("STARTTLS");
        }
        boolean disabled = inside
                ? is(Habit.LOGINDISABLED_INSIDE) || is(Habit.NO_LOGIN_INSIDE)
                : !is(Habit.LOGINDISABLED_NOT_ANNOUNCED)
                        && !is(Habit.LOGIN_IN_THE_CLEAR)
                        && !is(Habit.LOGIN_REFUSED_WITHOUT_CODE);
        if (disabled) {
            all.add("LOGINDISABLED");
        }
        if (inside
                ? !is(Habit.NO_LOGIN_INSIDE) && !is(Habit.NO_AUTH_PLAIN)
                : is(Habit.LOGIN_IN_THE_CLEAR) || is(Habit.AUTH_OFFERED_BEFORE_TLS)) {
            all.add("AUTH=PLAIN");
        }
        if (is(Habit.CRAM_BEFORE_TLS)) {
            all.add("AUTH=CRAM-MD5");
        }
        return String.join(" ", all);
    }

    private void capability(String tag) throws IOException {
        if (wire.secure() && is(Habit.CAPABILITY_INSIDE_REFUSED)) {
            wire.say(tag + " NO not in here");
            return;
        }
        String answer = "* CAPABILITY " + announced() + "\r\n"
                + (is(Habit.TWO_CAPABILITY_LINES) ? "* CAPABILITY IMAP4rev1 X-MORE\r\n" : "") + tag
                + " OK that is all\r\n";
        boolean pipelined = !wire.secure() && lines.ahead().length > 0;
        if (pipelined && is(Habit.FLUSHES_LATE)) {
            late = answer;
        } else if (!pipelined || !is(Habit.SWALLOWS_PIPELINED)) {
            wire.raw(answer);
        }
    }

    private void noop(String tag, String argument) throws IOException {
        if (!wire.secure() && is(Habit.NOOP_REFUSED_BEFORE_TLS)) {
            wire.say(tag + " NO not now");
        } else if (argument.isEmpty() || is(Habit.TAKES_ANY_LENGTH)) {
            wire.say(tag + " OK nothing done");
        } else {
            wire.say(tag + " BAD no arguments");
        }
    }

    private boolean login(String tag, String argument) throws IOException {
        boolean tried = wire.secure() || is(Habit.LOGIN_IN_THE_CLEAR) || is(Habit.LOGIN_TRIED_IN_THE_CLEAR);
        if (is(Habit.REPEATS_PASSWORD)) {
            wire.say(tag + " NO nobody is called " + argument);
        } else if (tried) {
            decide(tag, argument.equals("\"mary\" \"se\\\"cret\""));
        } else if (is(Habit.LOGIN_TAKEN_IN_THE_CLEAR)) {
            wire.say(tag + " OK come in");
        } else if (is(Habit.LOGIN_REFUSED_WITH_BAD)) {
            wire.say(tag + " BAD command");
        } else if (is(Habit.LOGIN_REFUSED_WITHOUT_CODE)) {
            wire.say(tag + " NO not without TLS");
        } else if (is(Habit.LOGIN_HANGS_UP)) {
            wire.say("* BYE you have lost your password");
            return false;
        } else {
            wire.say(tag + " NO [PRIVACYREQUIRED] not without TLS");
        }
        return true;
    }

    private void authenticate(String tag, String mechanism) throws IOException {
        boolean asks = wire.secure() || is(Habit.LOGIN_IN_THE_CLEAR) || is(Habit.ASKS_FOR_PASSWORD_IN_THE_CLEAR);
        if (!asks) {
            wire.say(tag + " NO [PRIVACYREQUIRED] not without TLS");
            return;
        }
        wire.say("+ " + (mechanism.equals("LOGIN") ? "VXNlcm5hbWU6" : ""));
        String response = lines.read().text();
        if (response.equals("*")) {
            wire.say(tag + " BAD cancelled");
        } else if (is(Habit.REPEATS_PASSWORD)) {
            wire.say(tag + " NO nobody knows " + response);
        } else {
            String plain = new String(Base64.getDecoder().decode(response), StandardCharsets.UTF_8);
            decide(tag, plain.equals("\0" + USER + "\0" + PASSWORD));
        }
    }

    private void decide(String tag, boolean right) throws IOException {
        loggedIn |= right;
        wire.say(tag + (right ? " OK come in" : " NO [AUTHENTICATIONFAILED] wrong"));
    }

    private boolean idle(String tag) throws IOException {
        if (is(Habit.IDLES)) {
            wire.say("+ idling");
            lines.read();
            wire.say(tag + " OK done");
        } else if (is(Habit.IDLE_HANGS_UP)) {
            wire.say("* BYE no idlers here");
            return false;
        } else {
            wire.say(tag + " BAD log in first");
        }
        return true;
    }

    private void logout(String tag) throws IOException {
        if (is(Habit.LOGOUT_HANGS_UP)) {
            return;
        }
        if (!is(Habit.LOGOUT_WITHOUT_BYE)) {
            wire.say("* BYE see you");
        }
        if (!is(Habit.LOGOUT_WITHOUT_OK)) {
            wire.say(tag + " OK done");
        }
        if (!is(Habit.NO_CLOSE_NOTIFY)) {
            wire.closeNotify();
        }
    }

    private boolean startTls(String tag, String asWritten, String argument) throws IOException {
        if (wire.secure()) {
            return startTlsInside(tag);
        }
        boolean unknown = (is(Habit.UPPER_CASE_ONLY) && !asWritten.equals("STARTTLS"))
                || (is(Habit.NO_MIXED_CASE) && !asWritten.equals("STARTTLS") && !asWritten.equals("starttls"));
        if (unknown) {
            wire.say(tag + " BAD unknown command");
        } else if (!argument.isEmpty() && !is(Habit.ACCEPTS_ARGUMENT)) {
            wire.say(tag + (is(Habit.ARGUMENT_ANSWERED_NO) ? " NO what?" : " BAD no arguments"));
        } else if (is(Habit.GO_AHEAD_NO)) {
            wire.say(tag + " NO not now");
        } else if (is(Habit.GO_AHEAD_WITH_OTHER_TAG)) {
            wire.say("x9 OK begin");
        } else {
            return upgrade(tag);
        }
        return true;
    }

    private boolean startTlsInside(String tag) throws IOException {
        if (is(Habit.STARTTLS_INSIDE_HANGS_UP)) {
            return false;
        }
        boolean accepted = is(Habit.ACCEPTS_STARTTLS_INSIDE) || (loggedIn && is(Habit.ACCEPTS_STARTTLS_AFTER_LOGIN));
        String refusal = loggedIn && is(Habit.STARTTLS_AFTER_LOGIN_ANSWERED_NO) ? " NO" : " BAD";
        wire.say(tag + (accepted ? " OK once more" : refusal + " inside TLS already"));
        spoilt = is(Habit.STARTTLS_INSIDE_SPOILS_SESSION);
        return true;
    }

    private boolean upgrade(String tag) throws IOException {
        if (is(Habit.WAITS_FOR_SECOND_SEGMENT) && lines.ahead().length == 0) {
            lines.fill();
        }
        byte[] ahead = lines.ahead();
        if (ahead.length > 0 && is(Habit.REFUSES_READ_AHEAD)) {
            wire.say("* BYE nothing may follow STARTTLS");
            return false;
        }
        wire.raw(tag + " OK begin" + (is(Habit.GO_AHEAD_WITH_BARE_LF) ? "\n" : "\r\n")
                + (is(Habit.TALKS_BEHIND_GO_AHEAD) ? "* OK by the way\r\n" : ""));
        readAhead();
        if (is(Habit.HANDSHAKE_FAILS)) {
            lines.fill();
            return false;
        }
        if (is(Habit.PLAINTEXT_AFTER_GO_AHEAD)) {
            lines.fill();
            if (lines.ahead()[0] != 22) {
                return true;
            }
            ahead = lines.ahead();
            lines.ahead(new byte[0]);
            return upgraded(ahead);
        }
        return upgraded(is(Habit.FEEDS_READ_AHEAD_TO_TLS) ? ahead : new byte[0]);
    }

    /** What becomes of the plaintext that was read behind STARTTLS. */
    private void readAhead() throws IOException {
        String ahead = new String(lines.ahead(), StandardCharsets.ISO_8859_1);
        if (is(Habit.KEEPS_READ_AHEAD) || is(Habit.WAITS_FOR_SECOND_SEGMENT)) {
            return;
        }
        if (is(Habit.KEEPS_FRAGMENT)) {
            lines.ahead(ahead.substring(ahead.lastIndexOf('\n') + 1).getBytes(StandardCharsets.ISO_8859_1));
            return;
        }
        if (is(Habit.ANSWERS_READ_AHEAD_BEFORE_TLS) && ahead.endsWith("\r\n")) {
            obey(lines.read().text());
        }
        lines.ahead(new byte[0]);
    }

    private boolean upgraded(byte[] read) throws IOException {
        if (!shakeHands(read)) {
            return false;
        }
        if (!wire.secure()) {
            return true;
        }
        wire.raw(late);
        if (is(Habit.GREETS_INSIDE)) {
            wire.say("* OK [CAPABILITY " + announced() + "] localhost scripted");
        } else if (is(Habit.ANNOUNCES_INSIDE)) {
            wire.say("* CAPABILITY " + announced());
        } else if (is(Habit.INFORMS_INSIDE)) {
            wire.say("* OK what a nice cipher suite");
        }
        return true;
    }

    /** Shakes hands over bytes that were read already and what follows; false ends the session. */
    private boolean shakeHands(byte[] read) throws IOException {
        try {
            wire.shakeHands(read, is(Habit.TLS_1_2_ONLY) ? new String[] {"TLSv1.2"} : new String[0]);
            return true;
        } catch (IOException e) {
            if (is(Habit.DIES_OF_FAILED_HANDSHAKE)) {
                server.die();
            }
            if (is(Habit.TELLS_FAILED_HANDSHAKE)) {
                wire.say("* BYE no TLS, no session");
            }
            return is(Habit.GOES_ON_AFTER_FAILED_HANDSHAKE);
        }
    }
}
