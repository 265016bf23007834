package dev.starttls.smtp;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;

/** The same scripts to the log-in of a submission server, which takes any password. */
class SmtpLoginTranscriptTest extends SmtpTranscriptTest {

    @Override
    protected List<String> shown() {
        return List.of(
                "RECEIVED TLS AUTH ***",
                "SENT TLS 334 ***",
                "SENT TLS 235 2.7.0 Logged in",
                "SENT TLS 530 5.7.0 Authentication required",
                "RECEIVED TLS ***");
    }

    @Override
    protected Dialogue server(TlsPolicy policy) {
        SmtpTransaction mail = new SmtpTransaction(SmtpFixture.into(new ArrayList<>()), 65_536);
        SmtpLogin login = new SmtpLogin((user, password) -> true, mail);
        return new SmtpServerDialogue("mail.example.org", policy, login, login.extensions(mail.extensions()));
    }
}
