package dev.starttls.conformance.pop3;

import dev.starttls.conformance.session.ScriptedLines;
import dev.starttls.conformance.session.ScriptedLines.Flaw;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.ScriptedWire;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** One session of a scripted POP3 server. */
final class ScriptedPop3Session {
    static final String USER = "mary";
    static final String PASSWORD = "open sesame";
    static final Login LOGIN = new Login(USER, PASSWORD::toCharArray);

    /** RFC 2449 section 4, with CRLF. */
    private static final int LONGEST_COMMAND = 255;
    /** RFC 1939 section 3: four letters, a space and forty more. */
    private static final int LONGEST_OLD_COMMAND = 47;

    private static final AtomicInteger GREETINGS = new AtomicInteger();

    private final ScriptedServer<Habit> server;
    private final ScriptedWire wire;
    private final ScriptedLines lines;
    private String timestamp = "";
    private String name = "";
    private boolean loggedIn;

    private ScriptedPop3Session(ScriptedServer<Habit> server, Socket socket) throws IOException {
        this.server = server;
        this.wire = new ScriptedWire(server, socket, flaws(server));
        this.lines = wire.lines();
    }

    static ScriptedServer<Habit> server(Scheme scheme, Collection<Habit> habits) throws IOException {
        return ScriptedServer.start(
                scheme, (server, socket) -> new ScriptedPop3Session(server, socket).serve(), habits);
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
        while (true) {
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
        if (is(Habit.GREETING_ERR)) {
            return "-ERR no service here\r\n";
        }
        if (is(Habit.GREETING_SYS_TEMP)) {
            return "-ERR [SYS/TEMP] come back later\r\n";
        }
        if (is(Habit.GREETING_WITH_8_BIT)) {
            return "+OK gr\u00fc\u00df Gott\r\n";
        }
        if (is(Habit.GREETING_TOO_LONG)) {
            return "+OK welcome" + "!".repeat(502) + "\r\n";
        }
        if (is(Habit.SAME_TIMESTAMP)) {
            timestamp = " <1.1@localhost>";
        } else if (is(Habit.TIMESTAMP) || is(Habit.KEEPS_TIMESTAMP)) {
            timestamp = " <" + GREETINGS.incrementAndGet() + ".1@localhost>";
        }
        return "+OK scripted" + timestamp + (is(Habit.GREETING_WITH_BARE_LF) ? "\n" : "\r\n");
    }

    /** Obeys one command; false ends the session. */
    private boolean obey(String line) throws IOException {
        int octets = line.length() + 2;
        boolean tooLong = octets > (is(Habit.TAKES_SHORT_COMMANDS_ONLY) ? LONGEST_OLD_COMMAND : LONGEST_COMMAND);
        if (line.equals("\0") || (tooLong && !is(Habit.TAKES_ANY_LENGTH))) {
            wire.say("-ERR line too long");
            return true;
        }
        String[] words = line.split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0].toUpperCase(Locale.ROOT)) {
            case "CAPA" -> capa();
            case "USER" -> user(rest);
            case "PASS" -> pass(rest);
            case "APOP" -> apop(rest);
            case "AUTH" -> auth(rest);
            case "NOOP" -> wire.say(loggedIn || is(Habit.NOOP_ALWAYS) ? "+OK" : "-ERR log in first");
            case "QUIT" -> {
                quit();
                return false;
            }
            case "STLS" -> {
                return startTls(words[0], rest);
            }
            default -> {
                if (is(Habit.UNKNOWN_HANGS_UP)) {
                    return false;
                }
                String repeated = is(Habit.REPEATS_UNKNOWN) ? line + ", " + line + ", " + line : "that";
                wire.say(is(Habit.UNKNOWN_TAKEN) ? "+OK why not" : "-ERR what is " + repeated + "?");
            }
        }
        return true;
    }

    private void capa() throws IOException {
        boolean inside = wire.secure();
        if (is(Habit.NO_CAPA) || (inside && is(Habit.CAPA_INSIDE_REFUSED))) {
            wire.say("-ERR what is that?");
            return;
        }
        List<String> announced = new ArrayList<>(List.of("TOP", "EXPIRE NEVER"));
        if (is(Habit.CAPA_WITH_TWO_SPACES)) {
            announced.add("IMPLEMENTATION  scripted");
        }
        if (!is(Habit.NO_PIPELINING)) {
            announced.add("PIPELINING");
        }
        if (inside ? is(Habit.OFFERS_STLS_INSIDE) : !is(Habit.NO_STLS_OFFER)) {
            announced.add(is(Habit.STLS_WITH_PARAMETER) ? "STLS now" : "STLS");
        }
        if (inside ? !is(Habit.NO_USER) : is(Habit.USER_IN_THE_CLEAR) || is(Habit.USER_ANNOUNCED)) {
            announced.add("USER");
        }
        if (inside || is(Habit.AUTH_IN_THE_CLEAR) || is(Habit.PLAIN_ANNOUNCED)) {
            announced.add("SASL PLAIN");
        } else if (is(Habit.CRAM_ANNOUNCED)) {
            announced.add("SASL CRAM-MD5");
        }
        String dot = is(Habit.CAPA_WITHOUT_DOT) ? "" : ".\r\n";
        wire.raw("+OK\r\n" + String.join("\r\n", announced) + "\r\n" + dot);
    }

    private boolean userTaken() {
        boolean inTheClear = is(Habit.USER_IN_THE_CLEAR) || is(Habit.USER_TAKEN);
        return wire.secure() ? !is(Habit.NO_USER) : inTheClear;
    }

    private void user(String argument) throws IOException {
        // Behind STLS a server reads ahead without yet being inside.
        if (is(Habit.OBEYS_READ_AHEAD_SILENTLY)) {
            name = argument;
        }
        if (!userTaken()) {
            wire.say(wire.secure() ? "-ERR say AUTH" : "-ERR say STLS first");
        } else {
            name = argument;
            wire.say("+OK and the password?");
        }
    }

    private void pass(String argument) throws IOException {
        if (is(Habit.REPEATS_PASSWORD)) {
            wire.say("-ERR '" + argument + "' is wrong");
            return;
        }
        if (name.isEmpty()) {
            wire.say(is(Habit.SAME_REFUSAL) ? "-ERR [AUTH] wrong" : "-ERR say USER first");
            return;
        }
        answerLogin(name.equals(USER) && argument.equals(PASSWORD));
        name = "";
    }

    private void answerLogin(boolean right) throws IOException {
        loggedIn = right && (wire.secure() || userTaken());
        wire.say(loggedIn ? "+OK come in" : "-ERR [AUTH] wrong");
    }

    private void apop(String argument) throws IOException {
        if (!is(Habit.KEEPS_TIMESTAMP)) {
            wire.say("-ERR no APOP here");
            return;
        }
        try {
            byte[] digest = MessageDigest.getInstance("MD5")
                    .digest((timestamp.strip() + PASSWORD).getBytes(StandardCharsets.US_ASCII));
            answerLogin(argument.equals(USER + " " + HexFormat.of().formatHex(digest)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void auth(String mechanism) throws IOException {
        boolean inTheClear = is(Habit.AUTH_IN_THE_CLEAR) || is(Habit.AUTH_TAKEN);
        boolean known = mechanism.equals("PLAIN") || (!wire.secure() && mechanism.equals("LOGIN"));
        if (!known || !(wire.secure() || inTheClear)) {
            wire.say("-ERR not that one here");
            return;
        }
        wire.say("+ ");
        String response = lines.read().text();
        String expected =
                Base64.getEncoder().encodeToString(("\0" + USER + "\0" + PASSWORD).getBytes(StandardCharsets.US_ASCII));
        answerLogin(response.equals(expected));
    }

    private void quit() throws IOException {
        if (is(Habit.QUIT_HANGS_UP)) {
            return;
        }
        wire.say("+OK bye");
        if (!is(Habit.NO_CLOSE_NOTIFY)) {
            wire.closeNotify();
        }
    }

    private boolean startTls(String asWritten, String argument) throws IOException {
        if (loggedIn) {
            return startTlsAfterLogin();
        }
        if (wire.secure()) {
            return startTlsInside();
        }
        boolean unknown = (is(Habit.UPPER_CASE_ONLY) && !asWritten.equals("STLS"))
                || (is(Habit.NO_MIXED_CASE) && !asWritten.equals("STLS") && !asWritten.equals("stls"));
        if (unknown) {
            wire.say("-ERR what is that?");
        } else if (!argument.isEmpty() && !is(Habit.ACCEPTS_ARGUMENT)) {
            wire.say("-ERR no arguments");
        } else if (is(Habit.GO_AHEAD_ERR)) {
            wire.say("-ERR not now");
        } else {
            return upgrade();
        }
        return true;
    }

    private boolean startTlsAfterLogin() throws IOException {
        if (is(Habit.STLS_AFTER_LOGIN_HANGS_UP)) {
            return false;
        }
        loggedIn = !is(Habit.STLS_AFTER_LOGIN_ENDS_LOGIN);
        wire.say(is(Habit.ACCEPTS_STLS_AFTER_LOGIN) ? "+OK begin TLS" : "-ERR too late");
        return true;
    }

    private boolean startTlsInside() throws IOException {
        if (is(Habit.STLS_INSIDE_HANGS_UP)) {
            return false;
        }
        wire.say(is(Habit.ACCEPTS_STLS_INSIDE) ? "+OK once more" : "-ERR inside TLS already");
        return !is(Habit.STLS_INSIDE_ENDS_SESSION);
    }

    private boolean upgrade() throws IOException {
        if (is(Habit.WAITS_FOR_SECOND_SEGMENT) && lines.ahead().length == 0) {
            lines.fill();
        }
        byte[] ahead = lines.ahead();
        if (ahead.length > 0 && is(Habit.REFUSES_READ_AHEAD)) {
            wire.say("-ERR nothing may follow STLS");
            return false;
        }
        wire.raw("+OK begin TLS" + (is(Habit.GO_AHEAD_WITH_BARE_LF) ? "\n" : "\r\n")
                + (is(Habit.TALKS_BEHIND_GO_AHEAD) ? "+OK by the way\r\n" : ""));
        if (!readAhead()) {
            return false;
        }
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
            return shakeHands(ahead);
        }
        return shakeHands(is(Habit.FEEDS_READ_AHEAD_TO_TLS) ? ahead : new byte[0]);
    }

    /** What becomes of the plaintext that was read behind STLS; false ends the session. */
    private boolean readAhead() throws IOException {
        String ahead = new String(lines.ahead(), StandardCharsets.ISO_8859_1);
        if (is(Habit.KEEPS_READ_AHEAD) || is(Habit.WAITS_FOR_SECOND_SEGMENT)) {
            return true;
        }
        if (is(Habit.KEEPS_FRAGMENT)) {
            lines.ahead(ahead.substring(ahead.lastIndexOf('\n') + 1).getBytes(StandardCharsets.ISO_8859_1));
            return true;
        }
        boolean silently = is(Habit.OBEYS_READ_AHEAD_SILENTLY);
        boolean goesOn = true;
        if ((silently || is(Habit.ANSWERS_READ_AHEAD_BEFORE_TLS)) && ahead.endsWith("\r\n")) {
            if (silently) {
                wire.mute();
            }
            goesOn = obey(lines.read().text());
            wire.unmute();
        }
        lines.ahead(new byte[0]);
        return goesOn;
    }

    /** Shakes hands over octets that were read already and what follows; false ends the session. */
    private boolean shakeHands(byte[] read) throws IOException {
        try {
            wire.shakeHands(read, is(Habit.TLS_1_2_ONLY) ? new String[] {"TLSv1.2"} : new String[0]);
        } catch (IOException e) {
            return handshakeFailed();
        }
        if (!is(Habit.KEEPS_USER) && !is(Habit.OBEYS_READ_AHEAD_SILENTLY)) {
            name = "";
        }
        return true;
    }

    private boolean handshakeFailed() throws IOException {
        if (is(Habit.DIES_OF_FAILED_HANDSHAKE)) {
            server.die();
        }
        if (is(Habit.TELLS_FAILED_HANDSHAKE)) {
            wire.say("-ERR no TLS then");
        }
        return is(Habit.GOES_ON_AFTER_FAILED_HANDSHAKE);
    }
}
