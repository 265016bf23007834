package dev.starttls.smtp;

import dev.starttls.core.testing.TranscriptContract;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/** AUTH in all its forms (RFC 4954 section 4), passwords where none is awaited, and messages. */
class SmtpTranscriptTest extends TranscriptContract {

    @Override
    protected List<String> scripts() {
        String plain = base64("\0joe\0" + SECRET);
        return List.of(
                "EHLO me\r\nAUTH PLAIN " + plain + "\r\nQUIT\r\n",
                "EHLO me\r\nauth plain\r\n" + plain + "\r\nNOOP\r\n",
                "EHLO me\r\nAUTH LOGIN\r\n" + base64("joe " + SECRET) + "\r\n" + base64(SECRET) + "\r\nQUIT\r\n",
                // Not awaited: AUTH is refused, or was not said.
                "AUTH CRAM-MD5\r\n" + plain + "\r\n" + SECRET + "\r\nPASS " + SECRET + "\r\n",
                "AUTH " + SECRET + "\r\nNOOP " + SECRET + "\r\nQUIT " + SECRET + "\r\n",
                "EHLO me\r\nAUTH  PLAIN " + plain + "\r\n AUTH PLAIN " + plain + "\r\nAUTH\t" + plain + "\r\n",
                "EHLO me\r\nAUTH PLAIN " + SECRET + "x".repeat(600) + "\r\n" + SECRET + "x".repeat(600) + "\r\n",
                "EHLO me\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nDear Bob,\r\n..."
                        + "the password is " + SECRET + "\r\nNOOP " + SECRET + "\r\n.\r\nQUIT\r\n");
    }

    @Override
    protected List<String> shown() {
        return List.of(
                "SENT PLAINTEXT 220 mail.example.org ESMTP",
                "RECEIVED PLAINTEXT STARTTLS",
                "SENT PLAINTEXT 220 2.0.0 Ready to start TLS",
                "RECEIVED TLS EHLO me",
                "RECEIVED TLS AUTH ***",
                "SENT TLS 334 ***",
                "SENT TLS 235 2.7.0 Welcome",
                "RECEIVED TLS MAIL FROM:<a@example.org>",
                "RECEIVED TLS DATA",
                "RECEIVED TLS ***",
                "RECEIVED TLS .",
                "SENT TLS 221 2.0.0 Bye");
    }

    @Override
    protected Dialogue server(TlsPolicy policy) {
        return new SmtpServerDialogue("mail.example.org", policy, new Login(), List.of("AUTH PLAIN LOGIN"));
    }

    @Override
    protected Dialogue client() {
        return new SmtpClientDialogue("me", HeloFallback.ALLOWED);
    }

    /** Takes any password, and forgets messages. */
    private static final class Login implements SmtpHandler {

        @Override
        public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
            return switch (command.verb()) {
                case "AUTH" ->
                    switch (command.argument().split(" ", -1).length) {
                        case 1 -> challenge(command.argument().equals("LOGIN") ? 2 : 1);
                        default -> SmtpAnswer.of(235, "2.7.0 Welcome");
                    };
                case "MAIL", "RCPT" -> SmtpAnswer.of(250, "2.1.0 Ok");
                case "DATA" -> new SmtpAnswer.Data(SmtpReply.of(354, "Go on"), new Oblivion());
                default -> SmtpAnswer.of(502, "5.5.1 Unknown");
            };
        }

        private static SmtpAnswer challenge(int left) {
            return left == 0
                    ? SmtpAnswer.of(235, "2.7.0 Welcome")
                    : new SmtpAnswer.Challenge(
                            SmtpReply.of(334, base64("challenge of " + SECRET)), response -> challenge(left - 1));
        }
    }

    private static final class Oblivion implements SmtpDataReceiver {

        @Override
        public void line(String line) {}

        @Override
        public SmtpReply end() {
            return SmtpReply.of(250, "2.0.0 Forgotten");
        }
    }
}
