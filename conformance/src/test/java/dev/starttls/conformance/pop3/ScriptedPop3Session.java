package dev.starttls.conformance.pop3;

import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedLines;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.ScriptedSession;
import dev.starttls.conformance.session.UpgradeFault;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** One session of a scripted POP3 server. */
public final class ScriptedPop3Session extends ScriptedSession {
    static final String USER = "mary";
    static final String PASSWORD = "open sesame";
    public static final Login LOGIN = new Login(USER, PASSWORD::toCharArray);

    /** RFC 2449 section 4, with CRLF. */
    private static final int MAX_COMMAND = 255;
    /** RFC 1939 section 3: four letters, a space and forty more. */
    private static final int LONGEST_OLD_COMMAND = 47;

    private static final AtomicInteger GREETINGS = new AtomicInteger();

    private String timestamp = "";
    private String name = "";

    private ScriptedPop3Session(ScriptedServer server, Socket socket) throws IOException {
        super(server, socket);
    }

    public static ScriptedServer server(Scheme scheme, Collection<? extends Fault> faults) throws IOException {
        return ScriptedServer.start(
                scheme, (server, socket) -> new ScriptedPop3Session(server, socket).serve(), faults);
    }

    @Override
    protected String upgradeCommand() {
        return "STLS";
    }

    @Override
    protected String saying(Saying saying, String tag) {
        return switch (saying) {
            case GO_AHEAD -> "+OK begin TLS";
            case BY_THE_WAY -> "+OK by the way";
            case UNKNOWN_COMMAND -> "-ERR what is that?";
            case NO_ARGUMENTS -> "-ERR no arguments";
            case NOT_NOW -> "-ERR not now";
            case ONCE_MORE -> "+OK once more";
            case ALREADY_INSIDE -> "-ERR inside TLS already";
            case TOO_LATE -> "-ERR too late";
            case NOTHING_MAY_FOLLOW -> "-ERR nothing may follow STLS";
            case NO_TLS -> "-ERR no TLS then";
        };
    }

    @Override
    protected void forget() {
        if (!is(Pop3Fault.KEEPS_USER)
                && !is(Pop3Fault.KEEPS_APOP_NAME)
                && !is(UpgradeFault.OBEYS_READ_AHEAD_SILENTLY)) {
            name = "";
        }
    }

    @Override
    protected String greeting() {
        if (is(UpgradeFault.GREETING_BUSY)) {
            return "-ERR [SYS/TEMP] come back later\r\n";
        }
        if (is(Pop3Fault.GREETING_WITH_8_BIT)) {
            return "+OK gr\u00fc\u00df Gott\r\n";
        }
        if (is(Pop3Fault.GREETING_TOO_LONG)) {
            return "+OK welcome" + "!".repeat(502) + "\r\n";
        }
        if (is(Pop3Fault.SAME_TIMESTAMP)) {
            timestamp = " <1.1@localhost>";
        } else if (is(Pop3Fault.TIMESTAMP) || is(Pop3Fault.KEEPS_TIMESTAMP)) {
            timestamp = " <" + GREETINGS.incrementAndGet() + ".1@localhost>";
        }
        return "+OK scripted" + timestamp + (is(UpgradeFault.GREETING_WITH_BARE_LF) ? "\n" : "\r\n");
    }

    @Override
    protected boolean obey(ScriptedLines.Line read) throws IOException {
        String line = read.text();
        if (!takeBegun().isEmpty()) {
            wire().say("-ERR [AUTH] wrong");
            return true;
        }
        int octets = line.length() + 2;
        boolean tooLong = octets > (is(Pop3Fault.TAKES_SHORT_COMMANDS_ONLY) ? LONGEST_OLD_COMMAND : MAX_COMMAND);
        if (line.equals("\0") || (tooLong && !is(UpgradeFault.TAKES_ANY_LENGTH))) {
            wire().say("-ERR line too long");
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
            case "STAT" -> wire().say(loggedIn() ? "+OK 0 0" : "-ERR log in first");
            case "NOOP" -> wire().say(loggedIn() || is(Pop3Fault.NOOP_ALWAYS) ? "+OK" : "-ERR log in first");
            case "QUIT" -> {
                quit();
                return false;
            }
            case "STLS" -> {
                return startTls(read, words[0], rest);
            }
            default -> {
                if (is(Pop3Fault.UNKNOWN_HANGS_UP)) {
                    return false;
                }
                if (is(Pop3Fault.UNKNOWN_ANSWERED_TWICE)) {
                    wire().say("-ERR not that one");
                }
                String repeated = is(Pop3Fault.REPEATS_UNKNOWN) ? line + ", " + line + ", " + line : "that";
                wire().say(is(Pop3Fault.UNKNOWN_TAKEN) ? "+OK why not" : "-ERR what is " + repeated + "?");
            }
        }
        return true;
    }

    private void capa() throws IOException {
        boolean inside = wire().secure();
        if (is(Pop3Fault.NO_CAPA) || (inside && is(UpgradeFault.CAPABILITIES_INSIDE_REFUSED))) {
            wire().say("-ERR what is that?");
            return;
        }
        List<String> announced = new ArrayList<>(List.of("TOP", "EXPIRE NEVER"));
        if (is(Pop3Fault.CAPA_WITH_TWO_SPACES)) {
            announced.add("IMPLEMENTATION  scripted");
        }
        if (!is(UpgradeFault.NO_PIPELINING)) {
            announced.add("PIPELINING");
        }
        if (inside ? is(UpgradeFault.OFFERS_UPGRADE_INSIDE) : !is(UpgradeFault.NO_UPGRADE_OFFER)) {
            announced.add(is(UpgradeFault.OFFER_WITH_PARAMETER) ? "STLS now" : "STLS");
        }
        if (inside ? !is(Pop3Fault.NO_USER) : is(Pop3Fault.USER_IN_THE_CLEAR) || is(Pop3Fault.USER_ANNOUNCED)) {
            announced.add("USER");
        }
        if (inside || is(UpgradeFault.MECHANISMS_BEFORE_TLS)) {
            announced.add("SASL PLAIN");
        } else if (is(UpgradeFault.CRAM_BEFORE_TLS)) {
            announced.add("SASL CRAM-MD5");
        }
        String dot = is(Pop3Fault.CAPA_WITHOUT_DOT) ? "" : ".\r\n";
        wire().raw("+OK\r\n" + String.join("\r\n", announced) + "\r\n" + dot);
    }

    private boolean userTaken() {
        boolean inTheClear = is(Pop3Fault.USER_IN_THE_CLEAR) || is(Pop3Fault.USER_TAKEN);
        return wire().secure() ? !is(Pop3Fault.NO_USER) : inTheClear;
    }

    private void user(String argument) throws IOException {
        // After STLS a server reads ahead before TLS has begun.
        if (is(UpgradeFault.OBEYS_READ_AHEAD_SILENTLY)) {
            name = argument;
        }
        if (!userTaken()) {
            wire().say(wire().secure() ? "-ERR say AUTH" : "-ERR say STLS first");
        } else {
            name = argument;
            wire().say("+OK and the password?");
        }
    }

    private void pass(String argument) throws IOException {
        if (is(Pop3Fault.REPEATS_PASSWORD)) {
            wire().say("-ERR '" + argument + "' is wrong");
            return;
        }
        if (name.isEmpty()) {
            wire().say(is(Pop3Fault.SAME_REFUSAL) ? "-ERR [AUTH] wrong" : "-ERR say USER first");
            return;
        }
        answerLogin(name.equals(USER) && argument.equals(PASSWORD));
        name = "";
    }

    private void answerLogin(boolean right) throws IOException {
        logIn(right && (wire().secure() || userTaken()));
        wire().say(loggedIn() ? "+OK come in" : "-ERR [AUTH] wrong");
    }

    private void apop(String argument) throws IOException {
        if (is(Pop3Fault.KEEPS_APOP_NAME)) {
            name = argument.split(" ", 2)[0];
        }
        if (!is(Pop3Fault.KEEPS_TIMESTAMP)) {
            wire().say("-ERR no APOP here");
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

    private void auth(String argument) throws IOException {
        boolean inside = wire().secure();
        if (argument.isEmpty() && is(Pop3Fault.LISTS_MECHANISMS)) {
            wire().raw("+OK\r\nPLAIN\r\nCRAM-MD5\r\n.\r\n");
            return;
        }
        if (argument.isEmpty()) {
            wire().say("-ERR which mechanism?");
            return;
        }
        Early early = inside ? Early.ASK : early(argument, "");
        if (early == Early.TRY || (inside && argument.startsWith("PLAIN "))) {
            wire().say("-ERR [AUTH] wrong");
            return;
        }
        if (early == Early.REFUSE || (inside && !argument.equals("PLAIN"))) {
            wire().say("-ERR not that one here");
            return;
        }
        wire().say("+ ");
        String response = lines().read().text();
        String expected =
                Base64.getEncoder().encodeToString(("\0" + USER + "\0" + PASSWORD).getBytes(StandardCharsets.US_ASCII));
        answerLogin(response.equals(expected));
    }

    private void quit() throws IOException {
        if (is(UpgradeFault.GOODBYE_HANGS_UP)) {
            return;
        }
        wire().say("+OK bye");
        if (!is(UpgradeFault.NO_CLOSE_NOTIFY)) {
            wire().closeNotify();
        }
    }

    private boolean startTls(ScriptedLines.Line line, String asWritten, String argument) throws IOException {
        boolean after = loggedIn();
        boolean inside = wire().secure();
        boolean goesOn = startTls(line, "", asWritten, argument);
        if (after && is(Pop3Fault.STLS_AFTER_LOGIN_ENDS_LOGIN)) {
            logIn(false);
        }
        return goesOn && !(inside && !after && is(Pop3Fault.STLS_INSIDE_ENDS_SESSION));
    }
}
