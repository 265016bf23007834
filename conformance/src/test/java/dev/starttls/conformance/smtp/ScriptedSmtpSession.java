package dev.starttls.conformance.smtp;

import dev.starttls.conformance.session.ScriptedLines;
import dev.starttls.conformance.session.ScriptedLines.Flaw;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.ScriptedWire;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** One session of a scripted SMTP server. */
public final class ScriptedSmtpSession {
    private final ScriptedServer<Habit> server;
    private final ScriptedWire wire;
    private final ScriptedLines lines;
    private boolean helo;
    private boolean ehlo;
    private boolean mail;
    private boolean rcpt;
    private boolean mailInTheClear;
    private String name = "";
    private boolean mailReadAhead;

    private ScriptedSmtpSession(ScriptedServer<Habit> server, Socket socket) throws IOException {
        this.server = server;
        this.wire = new ScriptedWire(server, socket, flaws(server));
        this.lines = wire.lines();
    }

    public static ScriptedServer<Habit> server(Scheme scheme, Collection<Habit> habits) throws IOException {
        return ScriptedServer.start(
                scheme, (server, socket) -> new ScriptedSmtpSession(server, socket).serve(), habits);
    }

    private static Set<Flaw> flaws(ScriptedServer<Habit> server) {
        Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
        for (Flaw flaw : Flaw.values()) {
            if (server.is(Habit.valueOf(flaw.name()))) {
                flaws.add(flaw);
            }
        }
        if (server.is(Habit.KEEPS_READ_AHEAD_BEHIND_BARE_LF)) {
            flaws.add(Flaw.TAKES_BARE_LF);
        }
        return flaws;
    }

    private void serve() throws IOException {
        if (server.implicitTls() && !shakeHands(new byte[0])) {
            return;
        }
        greet();
        while (true) {
            ScriptedLines.Line line = lines.read();
            if (wire.secure() && server.is(Habit.ANSWERS_BACKWARDS) && lines.ahead().length > 0) {
                answerBackwards(line);
                continue;
            }
            if (!obey(line)) {
                return;
            }
            if (wire.secure() && server.is(Habit.DROPS_PIPELINED)) {
                lines.ahead(new byte[0]);
            }
        }
    }

    private void greet() throws IOException {
        if (server.is(Habit.GREETING_554)) {
            say("554 no service here");
        } else if (server.is(Habit.GREETING_421)) {
            say("421 come back later");
        } else if (server.is(Habit.GREETING_WITH_BARE_LF)) {
            raw("220 localhost ESMTP\n");
        } else if (server.is(Habit.GREETING_WITHOUT_DOMAIN)) {
            say("220");
        } else if (server.is(Habit.GREETING_WITH_MARKUP)) {
            // The last three octets are U+202E in UTF-8: what follows it is shown from right to left.
            say("220 localhost <script>document.title='owned'</script><img src=x onerror=alert(1)>\"'&\u001b[31m\u0000"
                    + "\u00e2\u0080\u00ae");
        } else if (server.is(Habit.GREETING_WITH_8_BIT)) {
            say("220 localhost gr\u00fc\u00df Gott");
        } else {
            say("220 localhost ESMTP scripted");
        }
    }

    /** Answers the last of the waiting commands first. */
    private void answerBackwards(ScriptedLines.Line first) throws IOException {
        List<ScriptedLines.Line> all = new ArrayList<>(List.of(first));
        while (lines.ahead().length > 0) {
            all.add(0, lines.read());
        }
        for (ScriptedLines.Line line : all) {
            obey(line);
        }
    }

    /** Obeys one command; false ends the session. */
    private boolean obey(ScriptedLines.Line line) throws IOException {
        if (line.text().equals("\0")) {
            say("500 line too long");
            return true;
        }
        String[] words = line.text().split(" ", 2);
        String verb = words[0].toUpperCase(Locale.ROOT);
        String rest = words.length > 1 ? words[1] : "";
        switch (verb) {
            case "EHLO" -> ehlo(rest);
            case "HELO" -> {
                helo = true;
                say("250 localhost");
            }
            case "MAIL" -> mail();
            case "RCPT" -> rcpt();
            case "DATA" -> {
                return data();
            }
            case "RSET" -> {
                mail = false;
                rcpt = false;
                say("250 forgotten");
            }
            case "NOOP" -> say("250 nothing done");
            case "AUTH" -> auth();
            case "QUIT" -> {
                quit();
                return false;
            }
            case "STARTTLS" -> {
                return startTls(line, words[0], rest);
            }
            default -> say("500 what is " + verb.length() + " letters long?");
        }
        return true;
    }

    private void ehlo(String rest) throws IOException {
        if (wire.secure() && server.is(Habit.EHLO_INSIDE_TLS_REFUSED)) {
            say("550 not in here");
            return;
        }
        ehlo = true;
        name = rest;
        if (!server.is(Habit.KEEPS_TRANSACTION)) {
            mail = false;
            rcpt = false;
        }
        List<String> offers = new ArrayList<>(List.of("localhost", "8BITMIME"));
        if (!server.is(Habit.NO_PIPELINING)) {
            offers.add("PIPELINING");
        }
        boolean inside = wire.secure();
        if (inside ? server.is(Habit.OFFERS_STARTTLS_INSIDE) : !server.is(Habit.NO_STARTTLS_OFFER)) {
            offers.add(server.is(Habit.STARTTLS_WITH_PARAMETER) ? "STARTTLS now" : "STARTTLS");
        }
        if (inside || server.is(Habit.REQUIRETLS_BEFORE_TLS)) {
            offers.add("REQUIRETLS");
        }
        if (server.is(Habit.CRAM_BEFORE_TLS)) {
            offers.add("AUTH CRAM-MD5");
        } else if (inside
                ? server.is(Habit.AUTH_INSIDE_TLS)
                : server.is(Habit.AUTH_BEFORE_TLS) || server.is(Habit.AUTH_OFFERED_BEFORE_TLS)) {
            offers.add("AUTH PLAIN LOGIN");
        }
        StringBuilder reply = new StringBuilder();
        for (int i = 0; i < offers.size(); i++) {
            reply.append(i < offers.size() - 1 ? "250-" : "250 ")
                    .append(offers.get(i))
                    .append("\r\n");
        }
        raw(reply.toString());
    }

    private void mail() throws IOException {
        if (!wire.secure() && server.is(Habit.TLS_REQUIRED)) {
            say("530 5.7.0 must issue a STARTTLS command first");
        } else if (!ehlo && !helo && !server.is(Habit.MAIL_WITHOUT_EHLO)) {
            say("503 " + (server.is(Habit.TELLS_EARLIER_NAME) ? name + ", " : "") + "EHLO first");
        } else if (wire.secure() && !ehlo && server.is(Habit.TELLS_EARLIER_NAME)) {
            say("250 sender taken, " + name);
        } else {
            mail = true;
            mailInTheClear |= !wire.secure();
            say("250 sender taken");
        }
    }

    private void rcpt() throws IOException {
        if (wire.secure() && mailInTheClear && server.is(Habit.TRANSACTION_CHANGES_REFUSAL)) {
            say("550 no relaying");
        } else if (!wire.secure() && server.is(Habit.TLS_REQUIRED)) {
            say("530 5.7.0 must issue a STARTTLS command first");
        } else if (server.is(Habit.RCPT_REFUSED_WITH_550)) {
            say("550 nobody here");
        } else if (mail) {
            rcpt = true;
            say("250 recipient taken");
        } else {
            say("503 MAIL first");
        }
    }

    private boolean data() throws IOException {
        if (!rcpt) {
            say("503 RCPT first");
            return true;
        }
        say("354 go on");
        while (true) {
            ScriptedLines.Line line = lines.read();
            if (line.text().equals(".")) {
                say("250 taken");
                return true;
            }
            if (server.is(Habit.STARTTLS_IN_DATA) && line.text().equals("STARTTLS")) {
                return startTls(line, "STARTTLS", "");
            }
        }
    }

    private void auth() throws IOException {
        boolean clear = server.is(Habit.AUTH_BEFORE_TLS) || server.is(Habit.AUTH_TAKEN_BEFORE_TLS);
        if (!wire.secure() ? clear : server.is(Habit.AUTH_INSIDE_TLS)) {
            say("334 ");
            lines.read();
            say("501 cancelled");
        } else {
            say(!wire.secure() ? "538 encryption required" : "503 no login here");
        }
    }

    private void quit() throws IOException {
        if (server.is(Habit.QUIT_HANGS_UP)) {
            return;
        }
        say("221 bye");
        if (wire.secure() && !server.is(Habit.NO_CLOSE_NOTIFY)) {
            wire.closeNotify();
        }
    }

    private boolean startTls(ScriptedLines.Line line, String asWritten, String argument) throws IOException {
        if (wire.secure()) {
            return startTlsInside();
        }
        boolean unknown = (server.is(Habit.UPPER_CASE_ONLY) && !asWritten.equals("STARTTLS"))
                || (server.is(Habit.NO_MIXED_CASE) && !asWritten.equals("STARTTLS") && !asWritten.equals("starttls"));
        if (unknown) {
            say("500 unknown command");
        } else if (!argument.isEmpty() && !server.is(Habit.ACCEPTS_ARGUMENT)) {
            say(server.is(Habit.ARGUMENT_ANSWERED_500) ? "500 what?" : "501 no parameters");
        } else if (server.is(Habit.STARTTLS_NEEDS_EHLO) && !ehlo) {
            say("503 EHLO first");
        } else if (server.is(Habit.HELO_STARTTLS_HANGS_UP) && helo) {
            return false;
        } else if (server.is(Habit.STARTTLS_REFUSED_IN_TRANSACTION) && mail) {
            say("503 not in a transaction");
        } else if (server.is(Habit.GO_AHEAD_454)) {
            say("454 not now");
        } else if (server.is(Habit.GO_AHEAD_250)) {
            say("250 ready");
        } else {
            return upgrade(line);
        }
        return true;
    }

    private boolean startTlsInside() throws IOException {
        if (server.is(Habit.STARTTLS_INSIDE_HANGS_UP)) {
            return false;
        }
        if (server.is(Habit.STARTTLS_INSIDE_421)) {
            say("421 confused");
            return false;
        }
        say(server.is(Habit.ACCEPTS_STARTTLS_INSIDE) ? "220 once more" : "503 already inside TLS");
        return true;
    }

    private boolean upgrade(ScriptedLines.Line line) throws IOException {
        if (server.is(Habit.WAITS_FOR_SECOND_SEGMENT) && lines.ahead().length == 0) {
            lines.fill();
        }
        byte[] ahead = lines.ahead();
        if (ahead.length > 0 && server.is(Habit.REFUSES_READ_AHEAD)) {
            say("554 5.5.0 nothing may follow STARTTLS");
            return false;
        }
        raw("220 go ahead\r\n" + (server.is(Habit.TALKS_BEHIND_GO_AHEAD) ? "250 by the way\r\n" : ""));
        readAhead(line);
        if (server.is(Habit.HANDSHAKE_FAILS)) {
            lines.fill();
            return false;
        }
        if (server.is(Habit.PLAINTEXT_AFTER_GO_AHEAD)) {
            lines.fill();
            if (lines.ahead()[0] != 22) {
                return true;
            }
            ahead = lines.ahead();
            lines.ahead(new byte[0]);
            return shakeHands(ahead);
        }
        return shakeHands(server.is(Habit.FEEDS_READ_AHEAD_TO_TLS) ? ahead : new byte[0]);
    }

    /** What becomes of the plaintext that was read behind STARTTLS. */
    private void readAhead(ScriptedLines.Line line) throws IOException {
        String ahead = new String(lines.ahead(), StandardCharsets.ISO_8859_1);
        boolean keep = server.is(Habit.KEEPS_READ_AHEAD)
                || server.is(Habit.WAITS_FOR_SECOND_SEGMENT)
                || (server.is(Habit.KEEPS_READ_AHEAD_BEHIND_BARE_LF) && line.bareLf());
        if (keep) {
            return;
        }
        if (server.is(Habit.KEEPS_FRAGMENT)) {
            lines.ahead(ahead.substring(ahead.lastIndexOf('\n') + 1).getBytes(StandardCharsets.ISO_8859_1));
            return;
        }
        boolean obeyed = server.is(Habit.ANSWERS_READ_AHEAD_BEFORE_TLS) || server.is(Habit.OBEYS_READ_AHEAD_SILENTLY);
        if (obeyed && ahead.endsWith("\r\n")) {
            boolean silently = server.is(Habit.OBEYS_READ_AHEAD_SILENTLY);
            if (silently) {
                wire.mute();
            }
            obey(lines.read());
            mailReadAhead = silently && mail;
            wire.unmute();
        }
        lines.ahead(new byte[0]);
    }

    /** Shakes hands over bytes that were read already and what follows; false ends the session. */
    private boolean shakeHands(byte[] read) throws IOException {
        try {
            wire.shakeHands(read, server.is(Habit.TLS_1_2_ONLY) ? new String[] {"TLSv1.2"} : new String[0]);
        } catch (IOException e) {
            return handshakeFailed();
        }
        forget();
        return true;
    }

    private boolean handshakeFailed() throws IOException {
        if (server.is(Habit.DIES_OF_FAILED_HANDSHAKE)) {
            server.die();
        }
        if (server.is(Habit.TELLS_FAILED_HANDSHAKE)) {
            say("454 TLS not available");
        }
        return server.is(Habit.GOES_ON_AFTER_FAILED_HANDSHAKE);
    }

    private void forget() {
        if (!server.is(Habit.KEEPS_EHLO) && !server.is(Habit.TELLS_EARLIER_NAME)) {
            name = "";
        }
        if (!server.is(Habit.KEEPS_EHLO)) {
            ehlo = false;
            helo = false;
        }
        boolean keeps =
                server.is(Habit.KEEPS_TRANSACTION) || server.is(Habit.KEEPS_TRANSACTION_TILL_EHLO) || mailReadAhead;
        if (!keeps) {
            mail = false;
            rcpt = false;
        }
    }

    private void say(String line) throws IOException {
        wire.say(line);
    }

    private void raw(String text) throws IOException {
        wire.raw(text);
    }
}
