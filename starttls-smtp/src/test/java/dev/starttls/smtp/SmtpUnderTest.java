package dev.starttls.smtp;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/** What is said on the wire when this protocol's dialogues work, for the contracts of all protocols. */
final class SmtpUnderTest implements ProtocolUnderTest {

    private static final List<String> EXTENSIONS =
            List.of("PIPELINING", "SIZE 65536", "8BITMIME", "ENHANCEDSTATUSCODES", "AUTH PLAIN");

    @Override
    public Dialogue client() {
        return SmtpFixture.clientDialogue();
    }

    @Override
    public Dialogue server(TlsPolicy policy) {
        return new SmtpServerDialogue(
                "mail.example.org",
                policy,
                new SmtpTransaction(
                        envelope -> SmtpFixture.collecting(lines -> SmtpReply.of(250, "2.0.0 Taken " + lines)), 65_536),
                EXTENSIONS);
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

    @Override
    public List<String> announcedInside() {
        return EXTENSIONS;
    }

    @Override
    public List<Exchange> session() {
        return List.of(
                new Exchange(
                        "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA",
                        List.of("250 2.1.0 Ok", "250 2.1.5 Ok", "354 End with a dot on a line by itself")),
                new Exchange("..\r\nSTARTTLS\r\n.\r\nQUIT", List.of("250 2.0.0 Taken [., STARTTLS]", "221 2.0.0 Bye")));
    }

    @Override
    public List<String> injections() {
        return List.of("EHLO injected\r\nNOOP\r\n", "RSET");
    }

    @Override
    public List<String> serverFragments() {
        return List.of(
                "220-mail.example.org\r\n220 ESMTP\r\n",
                "250-mail.example.org\r\n250-SIZE 1\r\n250 STARTTLS\r\n",
                "220 go\r\n",
                "220-",
                "250 Ok\r\n",
                "250-AUTH PLAIN\r\n",
                "454 4.7.0 no\r\n",
                "421 bye\r\n",
                "500 what\r\n",
                "354 go\r\n");
    }

    @Override
    public String clientInTheClear() {
        return "(?:STARTTLS\\r\\n)?(?:EHLO client\\.example\\.org\\r\\n(?:STARTTLS\\r\\n)?)?";
    }

    @Override
    public List<String> clientFragments() {
        return List.of(
                "EHLO client.example.org\r\n",
                "HELO c\r\n",
                "STARTTLS\r\n",
                "STARTTLS x\r\n",
                "AUTH PLAIN AG1hcnkAc2VjcmV0\r\n",
                "AUTH PLAIN\r\n",
                "AG1hcnkAc2VjcmV0\r\n",
                "MAIL FROM:<a@example.org>\r\n",
                "RCPT TO:<b@example.org>\r\n",
                "DATA\r\n",
                ".\r\n",
                "RSET\r\n",
                "QUIT\r\n");
    }

    @Override
    public Dialogue guardedServer(TlsPolicy policy) {
        SmtpHandler guard = (command, session) -> {
            if (command.verb().equals("AUTH")) {
                throw new AssertionError("Expected no log-in in the clear, got one");
            }
            return SmtpAnswer.of(250, "2.0.0 Ok");
        };
        return new SmtpServerDialogue("mail.example.org", policy, guard, EXTENSIONS);
    }

    @Override
    public String answerInTheClear(TlsPolicy policy) {
        return "[245][0-9][0-9][ -][^\\r\\n]+\\r\\n";
    }
}
