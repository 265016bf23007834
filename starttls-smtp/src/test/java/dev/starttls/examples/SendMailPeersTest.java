package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.PostfixServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.smtp.SmtpCapabilities;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpReplies;
import dev.starttls.smtp.SmtpReply;
import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replies of Postfix, read by the library's reader. */
@Tag("peers")
@Timeout(180)
class SendMailPeersTest {

    private final TestCertificates certificates = TestCertificates.shared();

    @Test
    void the_replies_to_a_group_of_commands_come_in_order() throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(KeyKind.EC));
                SmtpConnection mail = client(postfix).connect()) {
            SmtpReplies replies = SmtpReplies.over(mail.channel());
            String group = "EHLO client.example.org\r\n";
            mail.outputStream().write(group.getBytes(StandardCharsets.US_ASCII));
            SmtpReply ehlo = replies.next();
            assertThat(ehlo.text()).hasSizeGreaterThan(3);
            assertThat(SmtpCapabilities.of(ehlo).has("PIPELINING")).isTrue();
            group = "MAIL FROM:<a@localhost>\r\nRCPT TO:<b@localhost>\r\nRCPT TO:<nobody@@>\r\nRSET\r\n";
            mail.outputStream().write(group.getBytes(StandardCharsets.US_ASCII));
            assertThat(replies.next().status()).hasToString("Optional[2.1.0]");
            assertThat(replies.next().status()).hasToString("Optional[2.1.5]");
            assertThat(replies.next().code()).isEqualTo(501);
            assertThat(replies.next().status()).hasToString("Optional[2.0.0]");
        }
    }

    @Test
    void a_message_is_sent() throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(KeyKind.EC));
                SmtpConnection mail = client(postfix).connect();
                BufferedReader message = new BufferedReader(new StringReader("Subject: dots\n\n.\n..two\n"))) {
            SendMailExample session = new SendMailExample(mail);
            assertThat(session.send("a@localhost", List.of("b@localhost"), message))
                    .isEmpty();
            session.quit();
        }
    }

    private SmtpClient client(PostfixServer postfix) {
        return SmtpClient.to("localhost", postfix.port()).sslContext(certificates.client());
    }
}
