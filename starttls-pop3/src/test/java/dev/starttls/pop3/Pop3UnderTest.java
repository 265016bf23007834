package dev.starttls.pop3;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/** What is said on the wire when this protocol's dialogues work, for the contracts of all protocols. */
final class Pop3UnderTest implements ProtocolUnderTest {

    @Override
    public Dialogue client() {
        return new Pop3ClientDialogue();
    }

    @Override
    public Dialogue server(TlsPolicy policy) {
        Pop3Handler handler = (command, session) -> Pop3Answer.error("Unknown command");
        return new Pop3ServerDialogue("mail.example.org", policy, handler, List.of("USER", "UIDL"));
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
        return new Exchange("CAPA", List.of("+OK Capabilities follow", "USER", "UIDL", "."));
    }
}
