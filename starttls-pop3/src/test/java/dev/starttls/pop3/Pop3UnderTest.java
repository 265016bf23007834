package dev.starttls.pop3;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;

/** What is said on the wire when this protocol's dialogues work, for the contracts of all protocols. */
final class Pop3UnderTest implements ProtocolUnderTest {

    private static final List<String> INSIDE =
            List.of("TOP", "USER", "SASL PLAIN", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "UIDL");

    @Override
    public Dialogue client() {
        return new Pop3ClientDialogue();
    }

    @Override
    public Dialogue server(TlsPolicy policy) {
        return Pop3Fixture.serverDialogue(policy);
    }

    @Override
    public List<Exchange> before() {
        return List.of(
                new Exchange("", List.of("+OK mail.example.org POP3 ready")),
                new Exchange("CAPA", List.of("+OK Capabilities follow", "UIDL", "STLS", ".")));
    }

    @Override
    public Exchange upgrade() {
        return new Exchange("STLS", List.of("+OK Begin TLS"));
    }

    @Override
    public String refusal() {
        return "-ERR [SYS/TEMP] No TLS now";
    }

    @Override
    public List<Exchange> inside() {
        return List.of(probe());
    }

    @Override
    public Exchange probe() {
        List<String> lines = new ArrayList<>(List.of("+OK Capabilities follow"));
        lines.addAll(INSIDE);
        lines.add(".");
        return new Exchange("CAPA", lines);
    }

    @Override
    public List<String> announcedInside() {
        return INSIDE;
    }

    @Override
    public List<Exchange> session() {
        return List.of(
                new Exchange(
                        "USER mary\r\nPASS secret\r\nSTAT",
                        List.of("+OK Say PASS", "+OK 2 messages (64 octets)", "+OK 2 64")),
                new Exchange(
                        "RETR 2\r\nQUIT",
                        List.of("+OK 28 octets", "Subject: second", "", "a", "b", "c", ".", "+OK Bye")));
    }

    @Override
    public List<String> injections() {
        return List.of("CAPA\r\nQUIT\r\n", "USER mary\r\nPASS secret\r\n", "CAP");
    }

    @Override
    public List<String> serverFragments() {
        return List.of(
                "+OK ready <1.2@mail.example.org>\r\n",
                "+OK\r\nTOP\r\nSTLS\r\n.\r\n",
                "+OK go\r\n",
                "+OK\r\n",
                "STLS\r\n",
                ".\r\n",
                "..\r\n",
                "-ERR no\r\n",
                "-ERR [SYS/TEMP] later\r\n",
                "+ \r\n");
    }

    @Override
    public String clientInTheClear() {
        return "(?:STLS\\r\\n)?(?:CAPA\\r\\n)?(?:STLS\\r\\n)?";
    }

    @Override
    public List<String> clientFragments() {
        return List.of(
                "STLS\r\n",
                "STLS x\r\n",
                "CAPA\r\n",
                "USER mary\r\n",
                "PASS secret\r\n",
                "AUTH PLAIN " + Pop3Fixture.PLAIN + "\r\n",
                "AUTH PLAIN\r\n",
                "APOP mary x\r\n",
                "x".repeat(300),
                "RETR 1\r\n");
    }

    @Override
    public Dialogue guardedServer(TlsPolicy policy) {
        // Under OPPORTUNISTIC a handler hears of other commands; under DISABLED, where the transport is protected
        // otherwise,
        // of log-ins too.
        List<String> logins = List.of("USER", "PASS", "AUTH", "APOP");
        Pop3Handler guard = (command, session) -> {
            if (policy == TlsPolicy.REQUIRED
                    || (policy == TlsPolicy.OPPORTUNISTIC && logins.contains(command.keyword()))) {
                throw new AssertionError("Expected no such command in the clear, got " + command);
            }
            return Pop3Answer.error("No");
        };
        return new Pop3ServerDialogue("mail.example.org", policy, guard, List.of("USER"));
    }

    @Override
    public String answerInTheClear(TlsPolicy policy) {
        // Of a list, the capability that is announced under the policy, and the line that ends it.
        String announced = policy == TlsPolicy.DISABLED ? "USER" : "STLS";
        return "(?:\\+OK|-ERR) [^\\r\\n]+\\r\\n|" + announced + "\\r\\n|\\.\\r\\n";
    }
}
