package dev.starttls.conformance.smtp;

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
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** One session of a scripted SMTP server. */
public final class ScriptedSmtpSession extends ScriptedSession {
    static final String USER = "mary";
    static final String PASSWORD = "open sesame";
    public static final Login LOGIN = new Login(USER, PASSWORD::toCharArray);

    private boolean helo;
    private boolean ehlo;
    private boolean mail;
    private boolean rcpt;
    private boolean reset;
    private boolean mailInTheClear;
    private String name = "";
    private boolean mailReadAhead;

    private ScriptedSmtpSession(ScriptedServer server, Socket socket) throws IOException {
        super(server, socket);
    }

    public static ScriptedServer server(Scheme scheme, Collection<? extends Fault> faults) throws IOException {
        return ScriptedServer.start(
                scheme, (server, socket) -> new ScriptedSmtpSession(server, socket).serve(), faults);
    }

    @Override
    protected String upgradeCommand() {
        return "STARTTLS";
    }

    @Override
    protected String saying(Saying saying, String tag) {
        return switch (saying) {
            case GO_AHEAD -> is(SmtpFault.GO_AHEAD_250) ? "250 ready" : "220 go ahead";
            case BY_THE_WAY -> "250 by the way";
            case UNKNOWN_COMMAND -> "500 unknown command";
            case NO_ARGUMENTS -> is(SmtpFault.ARGUMENT_ANSWERED_500) ? "500 what?" : "501 no parameters";
            case NOT_NOW -> "454 not now";
            case ONCE_MORE -> "220 once more";
            case ALREADY_INSIDE -> "503 already inside TLS";
            case TOO_LATE -> "503 too late";
            case NOTHING_MAY_FOLLOW -> "554 5.5.0 nothing may follow STARTTLS";
            case NO_TLS ->
                is(SmtpFault.FAILED_HANDSHAKE_IN_THREE_LINES)
                        ? "454-it was no ClientHello\r\n454 TLS not available\r\n421 good bye"
                        : "454 TLS not available";
        };
    }

    @Override
    protected String greeting() {
        if (is(UpgradeFault.GREETING_OF_NO_USE)) {
            return "250 no service here\r\n";
        }
        if (is(UpgradeFault.GREETING_BUSY)) {
            return "421 come back later\r\n";
        }
        if (is(UpgradeFault.GREETING_WITH_BARE_LF)) {
            return "220 localhost ESMTP\n";
        }
        if (is(SmtpFault.GREETING_WITHOUT_DOMAIN)) {
            return "220\r\n";
        }
        if (is(SmtpFault.GREETING_WITH_MARKUP)) {
            // The last three octets are U+202E in UTF-8: what follows it is shown from right to left.
            return "220 localhost <script>document.title='owned'</script><img src=x onerror=alert(1)>\"'&\u001b[31m\u0000"
                    + "\u00e2\u0080\u00ae\r\n";
        }
        return is(SmtpFault.GREETING_WITH_8_BIT)
                ? "220 localhost gr\u00fc\u00df Gott\r\n"
                : "220 localhost ESMTP scripted\r\n";
    }

    @Override
    protected boolean obey(ScriptedLines.Line line) throws IOException {
        if (line.text().equals("\0")) {
            say("500 line too long");
            return true;
        }
        if (!takeBegun().isEmpty()) {
            say("535 wrong");
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
            case "BDAT" -> {
                return bdat(rest);
            }
            case "RSET" -> {
                reset = true;
                mail = false;
                rcpt = false;
                say("250 forgotten");
            }
            case "NOOP" -> {
                boolean tooEarly = is(SmtpFault.NOOP_INSIDE_NEEDS_EHLO) && wire().secure() && !ehlo;
                say(tooEarly ? "503 EHLO first" : is(SmtpFault.NO_NOOP) ? "500 what?" : "250 nothing done");
            }
            case "AUTH" -> auth(rest);
            case "QUIT" -> {
                quit();
                return false;
            }
            case "STARTTLS" -> {
                return startTls(line, words[0], rest);
            }
            default -> {
                say(
                        is(SmtpFault.ACCEPTS_UNKNOWN_COMMANDS)
                                ? "250 why not"
                                : "500 what is " + verb.length() + " letters long?");
                if (is(SmtpFault.ANSWERS_UNKNOWN_COMMANDS_TWICE)) {
                    say("500 and once more");
                }
            }
        }
        return true;
    }

    private void ehlo(String rest) throws IOException {
        if (is(SmtpFault.FOREIGN_NAMES_ONLY) && !rest.equals("mail.example.org")) {
            say("550 I do not talk to " + rest);
            return;
        }
        if (wire().secure() && is(UpgradeFault.CAPABILITIES_INSIDE_REFUSED)) {
            say("550 not in here");
            return;
        }
        ehlo = true;
        name = rest;
        if (!is(SmtpFault.KEEPS_TRANSACTION)) {
            mail = false;
            rcpt &= is(SmtpFault.KEEPS_RECIPIENT);
        }
        List<String> offers = new ArrayList<>(List.of("localhost", "8BITMIME"));
        if (!is(UpgradeFault.NO_PIPELINING)) {
            offers.add("PIPELINING");
        }
        boolean inside = wire().secure();
        boolean again = (is(SmtpFault.OFFERS_STARTTLS_AFTER_RSET) && reset)
                || (is(SmtpFault.OFFERS_STARTTLS_AFTER_LOGIN) && loggedIn());
        if (is(SmtpFault.CHUNKING)) {
            offers.add("CHUNKING");
        }
        if (inside ? is(UpgradeFault.OFFERS_UPGRADE_INSIDE) || again : !is(UpgradeFault.NO_UPGRADE_OFFER)) {
            offers.add(is(UpgradeFault.OFFER_WITH_PARAMETER) ? "STARTTLS now" : "STARTTLS");
        }
        if (inside || is(SmtpFault.REQUIRETLS_BEFORE_TLS)) {
            offers.add("REQUIRETLS");
        }
        if (is(UpgradeFault.CRAM_BEFORE_TLS)) {
            offers.add("AUTH CRAM-MD5");
        } else if (inside ? is(SmtpFault.AUTH_INSIDE_TLS) : is(UpgradeFault.MECHANISMS_BEFORE_TLS)) {
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
        if (!wire().secure() && is(SmtpFault.TLS_REQUIRED)) {
            say("530 5.7.0 must issue a STARTTLS command first");
        } else if (!wire().secure() && is(SmtpFault.TLS_REQUIRED_SAID_WITH_550)) {
            say("550 5.7.1 come back with TLS");
        } else if (!ehlo && !helo && !is(SmtpFault.MAIL_WITHOUT_EHLO)) {
            say("503 " + (is(SmtpFault.TELLS_EARLIER_NAME) ? name + ", " : "") + "EHLO first");
        } else if (wire().secure() && !ehlo && is(SmtpFault.TELLS_EARLIER_NAME)) {
            say("250 sender taken, " + name);
        } else {
            mail = true;
            mailInTheClear |= !wire().secure();
            say("250 sender taken");
        }
    }

    private void rcpt() throws IOException {
        if (wire().secure() && mailInTheClear && is(SmtpFault.TRANSACTION_CHANGES_REFUSAL)) {
            say("550 no relaying");
        } else if (!wire().secure() && is(SmtpFault.TLS_REQUIRED)) {
            say("530 5.7.0 must issue a STARTTLS command first");
        } else if (is(SmtpFault.RCPT_REFUSED_WITH_550)) {
            say("550 nobody here");
        } else if (mail) {
            rcpt = true;
            say("250 recipient taken");
        } else {
            say("503 MAIL first");
        }
    }

    private boolean bdat(String rest) throws IOException {
        if (is(SmtpFault.STARTTLS_IN_BDAT) || (is(SmtpFault.STARTTLS_IN_REFUSED_BDAT) && !rcpt)) {
            say(rcpt ? "250 octets taken" : "503 RCPT first");
            return true;
        }
        int left = Integer.parseInt(rest.split(" ", 2)[0]);
        while (left > 0) {
            left -= lines().read().text().length() + 2;
        }
        say(rcpt ? "250 octets taken" : "503 RCPT first");
        return true;
    }

    private boolean data() throws IOException {
        if (!rcpt && !is(SmtpFault.DATA_WITHOUT_RECIPIENT)) {
            say("503 RCPT first");
            return true;
        }
        say("354 go on");
        while (true) {
            ScriptedLines.Line line = lines().read();
            if (line.text().equals(".")) {
                say("250 taken");
                return true;
            }
            if (is(SmtpFault.STARTTLS_IN_DATA) && line.text().equals("STARTTLS")) {
                return startTls(line, "STARTTLS", "");
            }
        }
    }

    private void auth(String argument) throws IOException {
        boolean inside = wire().secure();
        Early early = inside ? Early.ASK : early(argument, "");
        if (loggedIn()) {
            say("503 logged in already");
            return;
        }
        if (early == Early.TRY || (inside && is(SmtpFault.AUTH_INSIDE_TLS) && argument.contains(" "))) {
            say("535 wrong");
            return;
        }
        if (early == Early.REFUSE || (inside && !is(SmtpFault.AUTH_INSIDE_TLS))) {
            say(inside ? "503 no login here" : "538 encryption required");
            return;
        }
        say("334 ");
        String response = lines().read().text();
        String right =
                Base64.getEncoder().encodeToString(("\0" + USER + "\0" + PASSWORD).getBytes(StandardCharsets.US_ASCII));
        logIn(inside && response.equals(right));
        say(loggedIn() ? "235 come in" : response.equals("*") ? "501 cancelled" : "535 wrong");
    }

    private void quit() throws IOException {
        if (is(UpgradeFault.GOODBYE_HANGS_UP)) {
            return;
        }
        say("221 bye");
        if (wire().secure() && !is(UpgradeFault.NO_CLOSE_NOTIFY)) {
            wire().closeNotify();
        }
    }

    private boolean startTls(ScriptedLines.Line line, String asWritten, String argument) throws IOException {
        if (wire().secure() && is(SmtpFault.STARTTLS_INSIDE_421)) {
            say("421 confused");
            return false;
        }
        if (!wire().secure() && is(SmtpFault.STARTTLS_NEEDS_EHLO) && !ehlo) {
            say("503 EHLO first");
        } else if (is(SmtpFault.HELO_STARTTLS_HANGS_UP) && helo) {
            return false;
        } else if (is(SmtpFault.STARTTLS_REFUSED_IN_TRANSACTION) && mail) {
            say("503 not in a transaction");
        } else {
            return startTls(line, "", asWritten, argument);
        }
        return true;
    }

    @Override
    protected void obeyedSilently() {
        mailReadAhead = mail;
    }

    @Override
    protected void forget() {
        if (!is(SmtpFault.KEEPS_EHLO) && !is(SmtpFault.TELLS_EARLIER_NAME)) {
            name = "";
        }
        if (!is(SmtpFault.KEEPS_EHLO)) {
            ehlo = false;
            helo = false;
        }
        boolean keeps = is(SmtpFault.KEEPS_TRANSACTION) || is(SmtpFault.KEEPS_TRANSACTION_TILL_EHLO) || mailReadAhead;
        if (!keeps) {
            mail = false;
            rcpt &= is(SmtpFault.KEEPS_RECIPIENT) || is(SmtpFault.KEEPS_RECIPIENT_TILL_EHLO);
        }
    }

    private void say(String line) throws IOException {
        wire().say(line);
    }

    private void raw(String text) throws IOException {
        wire().raw(text);
    }
}
