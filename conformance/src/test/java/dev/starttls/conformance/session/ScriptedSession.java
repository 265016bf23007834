package dev.starttls.conformance.session;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One session of a scripted server: what all protocols share, from the greeting to the end of the handshake. */
public abstract class ScriptedSession {
    private static final int HANDSHAKE_RECORD = 22;
    private static final int FIRST_BUFFER = 4096;

    private final ScriptedServer server;
    private final ScriptedWire wire;
    private final ScriptedLines lines;
    private String heldTillInside = "";
    private boolean loggedIn;
    private int upgradesInside;
    private String keptForInside = "";
    private boolean upgradeRefused;
    private boolean triedEarly;
    private String begun = "";

    protected ScriptedSession(ScriptedServer server, Socket socket) throws IOException {
        this.server = server;
        this.wire = new ScriptedWire(server, socket);
        this.lines = wire.lines();
    }

    /** What a server says at the points where the shared part speaks. */
    protected enum Saying {
        GO_AHEAD,
        BY_THE_WAY,
        UNKNOWN_COMMAND,
        NO_ARGUMENTS,
        NOT_NOW,
        ONCE_MORE,
        ALREADY_INSIDE,
        TOO_LATE,
        NOTHING_MAY_FOLLOW,
        NO_TLS
    }

    /** The line for it, without its end. */
    protected abstract String saying(Saying saying, String tag);

    /** The upgrade command. */
    protected abstract String upgradeCommand();

    /** The greeting, with its end. */
    protected abstract String greeting();

    /** Obeys one command; false ends the session. */
    protected abstract boolean obey(ScriptedLines.Line line) throws IOException;

    /** The handshake succeeded: forgets what was said before. */
    protected void forget() {}

    /** A command was obeyed that was read ahead of the handshake, and nothing was said. */
    protected void obeyedSilently() {}

    /** Inside TLS, before the first command. */
    protected void upgraded() throws IOException {}

    protected final boolean is(Fault fault) {
        return server.is(fault);
    }

    protected final ScriptedServer server() {
        return server;
    }

    protected final ScriptedWire wire() {
        return wire;
    }

    protected final ScriptedLines lines() {
        return lines;
    }

    protected final boolean loggedIn() {
        return loggedIn;
    }

    protected final void logIn(boolean right) {
        loggedIn = right;
        if (right && is(UpgradeFault.TICKET_CARRIES_LOGIN)) {
            server.loggedIn().add(wire.madeAt());
        }
    }

    /** Whether a login in plaintext is taken because of an upgrade command that was refused. */
    protected final boolean takesPlaintextForTls() {
        return upgradeRefused && is(UpgradeFault.TRUSTS_AFTER_REFUSED_UPGRADE);
    }

    /**
     * What a server does with AUTH in plaintext.
     *
     * @param argument mechanism and perhaps a response
     */
    protected final Early early(String argument, String tag) {
        triedEarly = true;
        if (is(UpgradeFault.FINISHES_EARLY_LOGIN_INSIDE)) {
            begun = tag.isEmpty() ? "begun" : tag;
        }
        String[] words = argument.split(" ", 2);
        boolean token = words[0].endsWith("OAUTH2") || words[0].startsWith("OAUTH");
        boolean responds = words.length > 1;
        if (is(UpgradeFault.ASKS_FOR_PASSWORD_BEFORE_TLS)
                || takesPlaintextForTls()
                || (is(UpgradeFault.ASKS_FOR_PASSWORD_OF_NAMED_USER) && words[0].equals("LOGIN") && responds)
                || (is(UpgradeFault.ASKS_FOR_TOKEN) && token && !responds)) {
            return Early.ASK;
        }
        boolean tries = responds
                && ((is(UpgradeFault.TRIES_PASSWORD_IN_COMMAND) && words[0].equals("PLAIN"))
                        || (is(UpgradeFault.TRIES_TOKEN_IN_COMMAND) && token));
        return tries ? Early.TRY : Early.REFUSE;
    }

    /** What becomes of a login in plaintext. */
    protected enum Early {
        REFUSE,
        ASK,
        TRY
    }

    /** The tag of an authentication that was begun in plaintext and is finished by the first line inside TLS. */
    protected final String takeBegun() {
        String tag = wire.secure() ? begun : "";
        if (wire.secure()) {
            begun = "";
        }
        return tag;
    }

    /** From the connection to its end. */
    public final void serve() throws IOException {
        if (server.implicitTls() && !shakeHands(new byte[0]) && !is(UpgradeFault.FALLS_BACK_TO_PLAINTEXT)) {
            return;
        }
        wire.raw(greeting());
        while (!is(UpgradeFault.GREETING_BUSY)) {
            ScriptedLines.Line line = lines.read();
            if (wire.secure()
                    && is(UpgradeFault.ANSWERS_UNKNOWN_IN_PLAINTEXT)
                    && line.text().contains("XUNKNOWN")) {
                wire.plaintext("500 what is that?\r\n");
            } else if (wire.secure() && is(UpgradeFault.ANSWERS_BACKWARDS) && lines.ahead().length > 0) {
                ScriptedLines.Line next = lines.read();
                obey(next);
                obey(line);
            } else if (!(beforeUpgrade() ? obeyEarly(line) : obey(line))) {
                return;
            }
            boolean drops =
                    is(wire.secure() ? UpgradeFault.DROPS_PIPELINED : UpgradeFault.READS_ONE_COMMAND_OF_A_SEGMENT);
            if (drops) {
                lines.ahead(new byte[0]);
            }
        }
    }

    /** Whether the upgrade command follows in the same segment. */
    private boolean beforeUpgrade() {
        String ahead = new String(lines.ahead(), StandardCharsets.ISO_8859_1);
        return !wire.secure() && ahead.toUpperCase(Locale.ROOT).contains(upgradeCommand());
    }

    private boolean obeyEarly(ScriptedLines.Line line) throws IOException {
        if (is(UpgradeFault.SWALLOWS_PIPELINED)) {
            return true;
        }
        boolean late = is(UpgradeFault.FLUSHES_LATE_WHAT_IS_KNOWN)
                ? !line.text().contains("XEARLY")
                : is(UpgradeFault.FLUSHES_LATE);
        if (!late) {
            return obey(line);
        }
        wire.hold();
        boolean goesOn = obey(line);
        heldTillInside = wire.release();
        return goesOn;
    }

    /**
     * Obeys the upgrade command; false ends the session.
     *
     * @param tag of the command; empty where the protocol has none
     * @param asWritten the command as the client spelled it
     */
    protected final boolean startTls(ScriptedLines.Line line, String tag, String asWritten, String argument)
            throws IOException {
        if (loggedIn) {
            return again(
                    UpgradeFault.UPGRADE_AFTER_LOGIN_HANGS_UP,
                    UpgradeFault.ACCEPTS_UPGRADE_AFTER_LOGIN,
                    Saying.TOO_LATE,
                    tag);
        }
        if (wire.secure()) {
            upgradesInside++;
            if (is(UpgradeFault.ACCEPTS_UPGRADE_AGAIN) && upgradesInside > 1) {
                wire.say(saying(Saying.ONCE_MORE, tag));
                return true;
            }
            return again(
                    UpgradeFault.UPGRADE_INSIDE_HANGS_UP,
                    UpgradeFault.ACCEPTS_UPGRADE_INSIDE,
                    Saying.ALREADY_INSIDE,
                    tag);
        }
        String upper = upgradeCommand();
        boolean lower = asWritten.equals(upper.toLowerCase(Locale.ROOT));
        boolean unknown = !asWritten.equals(upper)
                && (is(UpgradeFault.UPPER_CASE_ONLY) || (is(UpgradeFault.NO_MIXED_CASE) && !lower));
        if (unknown) {
            wire.say(saying(Saying.UNKNOWN_COMMAND, tag));
        } else if (!argument.isEmpty() && !is(UpgradeFault.ACCEPTS_ARGUMENT)) {
            upgradeRefused = true;
            wire.say(saying(Saying.NO_ARGUMENTS, tag));
        } else if (is(UpgradeFault.GO_AHEAD_REFUSED)) {
            wire.say(saying(Saying.NOT_NOW, tag));
        } else {
            return upgrade(line, tag);
        }
        return true;
    }

    private boolean again(Fault hangsUp, Fault accepts, Saying refusal, String tag) throws IOException {
        if (is(hangsUp)) {
            return false;
        }
        wire.say(saying(is(accepts) ? Saying.ONCE_MORE : refusal, tag));
        return true;
    }

    private boolean upgrade(ScriptedLines.Line line, String tag) throws IOException {
        if (is(UpgradeFault.WAITS_FOR_SECOND_SEGMENT) && server.firstUpgrade() && lines.ahead().length == 0) {
            lines.fill();
        }
        byte[] ahead = lines.ahead();
        if (ahead.length > 0 && is(UpgradeFault.REFUSES_READ_AHEAD)) {
            wire.say(saying(Saying.NOTHING_MAY_FOLLOW, tag));
            return false;
        }
        wire.raw(saying(Saying.GO_AHEAD, tag)
                + (is(UpgradeFault.GO_AHEAD_WITH_BARE_LF) ? "\n" : "\r\n")
                + (is(UpgradeFault.TALKS_AFTER_GO_AHEAD) ? saying(Saying.BY_THE_WAY, tag) + "\r\n" : ""));
        if (is(UpgradeFault.TALKS_AFTER_A_WHILE) && !wire.hears(120)) {
            wire.say(saying(Saying.BY_THE_WAY, tag));
        }
        if (is(UpgradeFault.REFUSES_PLAINTEXT_AND_GOES_ON)) {
            return refuses();
        }
        if (!readAhead(line)) {
            return false;
        }
        if (untilClientHello()) {
            return clientHelloAtLast();
        }
        if (is(UpgradeFault.HANDSHAKE_FAILS)) {
            lines.fill();
            return false;
        }
        if (is(UpgradeFault.PLAINTEXT_AFTER_GO_AHEAD)) {
            lines.fill();
            if (lines.ahead()[0] != 22) {
                return true;
            }
            ahead = lines.ahead();
            lines.ahead(new byte[0]);
            return beginInside(ahead);
        }
        return beginInside(is(UpgradeFault.FEEDS_READ_AHEAD_TO_TLS) ? ahead : new byte[0]);
    }

    /** Waits for a ClientHello, and refuses what comes in its place. */
    private boolean refuses() throws IOException {
        if (lines.ahead().length == 0) {
            lines.fill();
        }
        byte[] ahead = lines.ahead();
        lines.ahead(new byte[0]);
        if (ahead[0] == HANDSHAKE_RECORD) {
            return beginInside(ahead);
        }
        wire.say(saying(Saying.NO_TLS, "*"));
        return true;
    }

    /** What becomes of the plaintext that was read after the upgrade command; false ends the session. */
    private boolean readAhead(ScriptedLines.Line line) throws IOException {
        String ahead = new String(lines.ahead(), StandardCharsets.ISO_8859_1);
        boolean keep = is(UpgradeFault.KEEPS_READ_AHEAD)
                || is(UpgradeFault.WAITS_FOR_SECOND_SEGMENT)
                || (is(UpgradeFault.KEEPS_READ_AHEAD_AFTER_BARE_LF) && line.bareLf())
                || (is(UpgradeFault.KEEPS_READ_AHEAD_AFTER_OTHERS) && !lines.wasFirst())
                || (is(UpgradeFault.KEEPS_READ_AHEAD_AFTER_SPLIT_LINE_END) && lines.wasSplit())
                || (is(UpgradeFault.KEEPS_LINE_ENDED_BY_LF) && ahead.endsWith("\n") && !ahead.endsWith("\r\n"));
        if (keep) {
            return true;
        }
        if (is(UpgradeFault.KEEPS_READ_AHEAD_BEYOND_FIRST_BUFFER) && ahead.length() > FIRST_BUFFER) {
            lines.ahead(ahead.substring(FIRST_BUFFER).getBytes(StandardCharsets.ISO_8859_1));
            return true;
        }
        if (is(UpgradeFault.KEEPS_FRAGMENT)) {
            lines.ahead(ahead.substring(ahead.lastIndexOf('\n') + 1).getBytes(StandardCharsets.ISO_8859_1));
            return true;
        }
        boolean silently = is(UpgradeFault.OBEYS_READ_AHEAD_SILENTLY);
        boolean goesOn = true;
        if ((silently || is(UpgradeFault.ANSWERS_READ_AHEAD_BEFORE_TLS)) && ahead.endsWith("\r\n")) {
            if (silently) {
                wire.hold();
            }
            goesOn = obey(lines.read());
            if (silently) {
                wire.release();
                obeyedSilently();
            }
        }
        lines.ahead(new byte[0]);
        return goesOn;
    }

    private boolean untilClientHello() {
        return is(UpgradeFault.DISCARDS_TILL_CLIENT_HELLO)
                || is(UpgradeFault.KEEPS_LINES_TILL_CLIENT_HELLO)
                || is(UpgradeFault.OBEYS_LINES_TILL_CLIENT_HELLO);
    }

    /** Reads plaintext until a TLS record comes; false ends the session. */
    private boolean clientHelloAtLast() throws IOException {
        while (true) {
            if (lines.ahead().length == 0) {
                lines.fill();
            }
            byte[] ahead = lines.ahead();
            if (ahead[0] == HANDSHAKE_RECORD) {
                lines.ahead(new byte[0]);
                boolean goesOn = shakeHands(ahead);
                lines.ahead(keptForInside.getBytes(StandardCharsets.ISO_8859_1));
                return goesOn;
            }
            ScriptedLines.Line line = lines.read();
            if (is(UpgradeFault.KEEPS_LINES_TILL_CLIENT_HELLO)) {
                keptForInside += line.text() + "\r\n";
            } else if (is(UpgradeFault.OBEYS_LINES_TILL_CLIENT_HELLO) && !obey(line)) {
                return false;
            }
        }
    }

    private boolean beginInside(byte[] read) throws IOException {
        if (!shakeHands(read)) {
            return false;
        }
        if (wire.secure()) {
            wire.raw(heldTillInside);
            if (is(UpgradeFault.GREETS_INSIDE)) {
                wire.raw(greeting());
            }
            upgraded();
        }
        return true;
    }

    /** Shakes hands over octets that were read already and what follows; false ends the session. */
    private boolean shakeHands(byte[] read) throws IOException {
        try {
            wire.shakeHands(read, is(UpgradeFault.TLS_1_2_ONLY) ? new String[] {"TLSv1.2"} : new String[0]);
        } catch (IOException e) {
            boolean late =
                    (is(UpgradeFault.TELLS_FAILURE_AT_THE_END_ONCE) || is(UpgradeFault.TELLS_FIRST_FAILED_HANDSHAKE))
                            && server.firstUpgrade();
            if (late) {
                wire.untilEnd();
            }
            if (is(UpgradeFault.DIES_OF_FAILED_HANDSHAKE)) {
                server.die();
            }
            if (is(UpgradeFault.TELLS_FAILED_HANDSHAKE) || (late && is(UpgradeFault.TELLS_FIRST_FAILED_HANDSHAKE))) {
                wire.say(saying(Saying.NO_TLS, "*"));
            }
            return is(UpgradeFault.GOES_ON_AFTER_FAILED_HANDSHAKE);
        }
        forget();
        loggedIn |= triedEarly && is(UpgradeFault.COUNTS_EARLY_LOGIN);
        loggedIn |= server.loggedIn().contains(wire.madeAt());
        return true;
    }
}
