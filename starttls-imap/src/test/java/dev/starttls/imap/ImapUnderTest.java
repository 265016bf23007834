package dev.starttls.imap;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/** What is said on the wire when this protocol's dialogues work, for the contracts of all protocols. */
final class ImapUnderTest implements ProtocolUnderTest {

    @Override
    public Dialogue client() {
        return new ImapClientDialogue();
    }

    @Override
    public Dialogue server(TlsPolicy policy) {
        return Fixture.serverDialogue(policy);
    }

    @Override
    public List<Exchange> before() {
        return List.of(new Exchange("", List.of("* OK [CAPABILITY " + Fixture.BEFORE + "] ready")));
    }

    @Override
    public Exchange upgrade() {
        return new Exchange("T1 STARTTLS", List.of("T1 OK Begin TLS negotiation now"));
    }

    @Override
    public String refusal() {
        return "T1 NO Not now";
    }

    @Override
    public List<Exchange> inside() {
        return List.of(new Exchange("T2 CAPABILITY", List.of("* CAPABILITY " + Fixture.INSIDE, "T2 OK done")));
    }

    @Override
    public Exchange probe() {
        return new Exchange("x NOOP", List.of("x OK NOOP completed"));
    }
}
