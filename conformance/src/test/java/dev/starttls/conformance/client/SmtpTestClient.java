package dev.starttls.conformance.client;

import dev.starttls.conformance.client.subject.Attempt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A client of SMTP, which uses each extension that it knows wherever it is offered. */
final class SmtpTestClient extends TestClient {
    private static final int MAX_LINES = 100;
    private static final String MESSAGE = "Subject: test\r\n\r\nhello";

    private boolean takesItForDone;
    private boolean oddlyGreeted;
    private Optional<Attempt> early = Optional.empty();

    SmtpTestClient(Set<ClientFault> faults, boolean implicit) {
        super(faults, implicit);
    }

    @Override
    void greeted(ClientWire wire) throws IOException {
        early = Optional.of(wire.attempt());
        if (has(ClientFault.SMTP_TAKES_SEGMENT_FOR_GREETING)) {
            var unused = wire.readSegment();
            return;
        }
        try {
            require(reply(wire), "220");
        } catch (IOException e) {
            oddlyGreeted = has(ClientFault.GOES_ON_AFTER_ODD_GREETING);
            if (!oddlyGreeted) {
                throw e;
            }
        }
    }

    @Override
    boolean offered(ClientWire wire) throws IOException {
        if (oddlyGreeted) {
            return true;
        }
        wire.send("EHLO client.example.org");
        if (has(ClientFault.TAKES_SEGMENT_FOR_LIST)) {
            return wire.readSegment().contains("STARTTLS");
        }
        List<String> reply = reply(wire);
        if (!last(reply).startsWith("250")) {
            wire.send("HELO client.example.org");
            require(reply(wire), "250");
            return false;
        }
        offeredOutside(reply);
        return reply.stream()
                .map(line -> line.substring(4))
                .anyMatch(word -> has(ClientFault.SMTP_WANTS_UPPER_CASE)
                        ? word.equals("STARTTLS")
                        : word.equalsIgnoreCase("STARTTLS"));
    }

    @Override
    boolean agreed(ClientWire wire) throws IOException {
        if (oddlyGreeted) {
            return false;
        }
        if (has(ClientFault.SMTP_LOGS_IN_BEFORE_UPGRADE)
                && !wire.secure()
                && parameter(outside(), "AUTH").isPresent()) {
            login(wire, early.orElseThrow());
        }
        wire.send("STARTTLS");
        List<String> reply = has(ClientFault.SMTP_READS_ONE_LINE_OF_GO_AHEAD) ? List.of(wire.readLine()) : reply(wire);
        String code = last(reply);
        takesItForDone = has(ClientFault.SMTP_TAKES_SUCCESS_FOR_UPGRADE) && code.startsWith("2");
        if (has(ClientFault.SMTP_WANTS_TEXT) && code.strip().length() == 3) {
            throw new IOException("expected text");
        }
        return code.startsWith("220");
    }

    @Override
    boolean goesOnAfterRefusal() {
        return super.goesOnAfterRefusal() || takesItForDone || oddlyGreeted;
    }

    @Override
    void session(ClientWire wire, Attempt attempt) throws IOException {
        List<String> known = known(capabilities(wire));
        if (parameter(known, "AUTH").isPresent()) {
            login(wire, attempt);
        }
        envelope(wire, known);
        if (parameter(known, "CHUNKING").isPresent()) {
            wire.send("BDAT " + (MESSAGE.length() + 2) + " LAST\r\n" + MESSAGE);
        } else {
            wire.send("DATA");
            require(reply(wire), "354");
            wire.send(MESSAGE + "\r\n.");
        }
        require(reply(wire), "250");
        wire.send("QUIT");
        require(reply(wire), "221");
    }

    private List<String> capabilities(ClientWire wire) throws IOException {
        if (has(ClientFault.SKIPS_DISCOVERY_INSIDE)) {
            return List.of("250-AUTH PLAIN");
        }
        wire.send("EHLO client.example.org");
        List<String> offered = reply(wire);
        require(offered, "250");
        return offered;
    }

    private void login(ClientWire wire, Attempt attempt) throws IOException {
        String login = "\0" + attempt.user() + "\0" + attempt.password();
        wire.send("AUTH PLAIN " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
        require(reply(wire), "235");
    }

    private void envelope(ClientWire wire, List<String> known) throws IOException {
        StringBuilder mail = new StringBuilder("MAIL FROM:<a@example.org>");
        Optional<String> size = parameter(known, "SIZE");
        if (size.isPresent()) {
            mail.append(" SIZE=").append(MESSAGE.length());
            if (!size.get().isEmpty() && Integer.parseInt(size.get()) < MESSAGE.length()) {
                throw new IOException("the message is too large");
            }
        }
        mail.append(parameter(known, "8BITMIME").map(any -> " BODY=8BITMIME").orElse(""));
        mail.append(parameter(known, "SMTPUTF8").map(any -> " SMTPUTF8").orElse(""));
        mail.append(parameter(known, "DSN").map(any -> " RET=HDRS").orElse(""));
        mail.append(parameter(known, "REQUIRETLS").map(any -> " REQUIRETLS").orElse(""));
        String recipient = "RCPT TO:<b@example.org>";
        if (parameter(known, "PIPELINING").isPresent()) {
            wire.send(mail + "\r\n" + recipient);
        } else {
            wire.send(mail.toString());
            require(reply(wire), "250");
            wire.send(recipient);
        }
        require(reply(wire), "250");
        if (parameter(known, "PIPELINING").isPresent()) {
            require(reply(wire), "250");
        }
    }

    /** What follows a keyword; empty if the keyword is not there. */
    private static Optional<String> parameter(List<String> lines, String keyword) {
        return lines.stream()
                .map(line -> line.substring(4))
                .filter(line -> line.equals(keyword) || line.startsWith(keyword + " "))
                .map(line -> line.substring(keyword.length()).strip())
                .findFirst();
    }

    private static String last(List<String> reply) {
        return reply.get(reply.size() - 1);
    }

    private void require(List<String> reply, String code) throws IOException {
        if (!last(reply).startsWith(code) && !has(ClientFault.SMTP_IGNORES_CODES)) {
            throw new IOException("expected " + code + ", got " + reply);
        }
    }

    private List<String> reply(ClientWire wire) throws IOException {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = wire.readLine();
            if (!line.matches("[2-5][0-9]{2}([ -].*)?")) {
                throw new IOException("expected a reply, got " + line);
            }
            lines.add(line.length() == 3 ? line + " " : line);
            if (lines.size() > MAX_LINES) {
                throw tooLong("too many lines");
            }
        } while (line.length() > 3 && line.charAt(3) == '-');
        return lines;
    }
}
