package dev.starttls.conformance.client;

import dev.starttls.conformance.client.subject.Attempt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** A client of POP3. */
final class Pop3TestClient extends TestClient {
    private final StringBuilder printed = new StringBuilder();
    private List<String> beforeTls = List.of();
    private String greeting = "";
    private boolean pretendsTls;

    Pop3TestClient(Set<ClientFault> faults, boolean implicit) {
        super(faults, implicit);
    }

    @Override
    String printed() {
        return has(ClientFault.PRINTS_WHAT_THE_SERVER_SAYS) ? printed.toString() : "";
    }

    @Override
    boolean goesOnAfterRefusal() {
        return super.goesOnAfterRefusal() || pretendsTls;
    }

    @Override
    void greeted(ClientWire wire) throws IOException {
        greeting = wire.readLine();
        printed.append(greeting).append('\n');
        if (has(ClientFault.GOES_ON_AFTER_ODD_GREETING) && !isGood(greeting)) {
            pretendsTls = true;
            return;
        }
        good(greeting);
    }

    @Override
    boolean offered(ClientWire wire) throws IOException {
        if (pretendsTls) {
            return true;
        }
        wire.send("CAPA");
        if (has(ClientFault.TAKES_SEGMENT_FOR_LIST)) {
            return wire.readSegment().contains("STLS");
        }
        if (!isGood(wire.readLine())) {
            return false;
        }
        beforeTls = rest(wire);
        offeredOutside(beforeTls);
        return beforeTls.stream()
                .anyMatch(line -> has(ClientFault.MATCHES_CASE) ? line.equals("STLS") : line.equalsIgnoreCase("STLS"));
    }

    @Override
    boolean agreed(ClientWire wire) throws IOException {
        boolean apop = has(ClientFault.POP3_SENDS_APOP_IN_PLAINTEXT) && greeting.contains("<");
        boolean login = has(ClientFault.LOGS_IN_WHERE_OFFERED)
                && beforeTls.stream().anyMatch(line -> line.startsWith("SASL PLAIN"));
        boolean believes = has(ClientFault.POP3_BELIEVES_IT_IS_LOGGED_IN) && greeting.contains("logged in");
        if (pretendsTls || apop || login || believes) {
            pretendsTls = true;
            return false;
        }
        wire.send("STLS");
        String answer = wire.readLine();
        if (has(ClientFault.POP3_TAKES_LF_FOR_A_REFUSAL) && wire.endedWithLfAlone()) {
            pretendsTls = true;
            return false;
        }
        if (has(ClientFault.POP3_KNOWS_ONE_GO_AHEAD) && !answer.matches("\\+OK [^\\[]{1,80}")) {
            throw new IOException("expected one form of +OK, got " + answer);
        }
        return isGood(answer);
    }

    @Override
    void session(ClientWire wire, Attempt attempt) throws IOException {
        boolean apop = greeting.contains("<")
                && (has(ClientFault.POP3_SENDS_APOP) || has(ClientFault.POP3_SENDS_APOP_IN_PLAINTEXT));
        if (apop) {
            command(wire, "APOP " + attempt.user() + " 00112233445566778899aabbccddeeff");
        } else {
            if (!has(ClientFault.SKIPS_DISCOVERY_INSIDE)) {
                wire.send("CAPA");
                List<String> inside = listed(wire);
                if (has(ClientFault.POP3_FAILS_WITH_PIPELINING) && inside.contains("PIPELINING")) {
                    throw new IOException("unknown capability");
                }
                boolean knowsOthers = has(ClientFault.REMEMBERS_CAPABILITIES);
                if (wire.secure() && !knowsOthers && !known(inside).contains("USER")) {
                    throw new IOException("no login is offered");
                }
            }
            login(wire, attempt);
        }
        command(wire, "STAT");
        try {
            command(wire, "RETR 1");
            var unusedMessage = rest(wire);
            command(wire, "QUIT");
        } catch (IOException e) {
            if (!has(ClientFault.TAKES_A_CUT_MESSAGE)) {
                throw e;
            }
        }
        if (has(ClientFault.POP3_NEEDS_CLOSE_NOTIFY)) {
            wire.awaitCloseNotify();
        }
    }

    private List<String> listed(ClientWire wire) throws IOException {
        String answer = wire.readLine();
        if (wire.secure()) {
            good(answer);
        }
        return isGood(answer) ? rest(wire) : List.of();
    }

    private void login(ClientWire wire, Attempt attempt) throws IOException {
        if (has(ClientFault.REMEMBERS_CAPABILITIES) && beforeTls.contains("SASL PLAIN")) {
            String plain = "\0" + attempt.user() + "\0" + attempt.password();
            command(wire, "AUTH PLAIN " + Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8)));
            return;
        }
        command(wire, "USER " + attempt.user());
        command(wire, "PASS " + attempt.password());
    }

    private void command(ClientWire wire, String line) throws IOException {
        wire.send(line);
        good(wire.readLine());
    }

    private List<String> rest(ClientWire wire) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = wire.readLine(); !line.equals("."); line = wire.readLine()) {
            lines.add(line);
            if (lines.size() > 1000) {
                throw tooLong("too many lines");
            }
        }
        return lines;
    }

    private boolean isGood(String line) {
        return has(ClientFault.POP3_TAKES_ANY_PLUS) ? line.startsWith("+") : line.matches("\\+OK( .*)?");
    }

    private void good(String line) throws IOException {
        if (!isGood(line)) {
            throw new IOException("expected +OK, got " + line);
        }
    }
}
