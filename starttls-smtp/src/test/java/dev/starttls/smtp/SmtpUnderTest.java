package dev.starttls.smtp;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;

/** What is said on the wire when this protocol's dialogues work, for the contracts of all protocols. */
final class SmtpUnderTest implements ProtocolUnderTest {

    @Override
    public Dialogue client() {
        return Fixture.clientDialogue();
    }

    @Override
    public Dialogue server(TlsPolicy policy) {
        return Fixture.serverDialogue(policy, new ArrayList<>());
    }

    @Override
    public List<Exchange> before() {
        return List.of(
                new Exchange("", List.of("220 mail.example.org ESMTP")),
                new Exchange("EHLO client.example.org", List.of("250-mail.example.org", "250-SIZE", "250 STARTTLS")));
    }

    @Override
    public Exchange upgrade() {
        return new Exchange("STARTTLS", List.of("220 2.0.0 Ready to start TLS"));
    }

    @Override
    public String refusal() {
        return "454 4.7.0 TLS not available due to temporary reason";
    }

    @Override
    public List<Exchange> inside() {
        return List.of(new Exchange("EHLO client.example.org", List.of("250-mail.example.org", "250 AUTH PLAIN")));
    }

    @Override
    public Exchange probe() {
        return new Exchange("NOOP", List.of("250 2.0.0 Ok"));
    }
}
