package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.pop3.Pop3Connection;
import dev.starttls.pop3.Pop3Mailbox;
import dev.starttls.pop3.Pop3Maildrop;
import dev.starttls.pop3.Pop3Message;
import dev.starttls.pop3.Pop3Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages are retrieved from a server that has one. */
@Timeout(120)
class RetrieveMailExampleTest {

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    @Test
    void a_message_is_retrieved_as_it_is() throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        Pop3Mailbox mailbox =
                Pop3Mailbox.of(List.of(new Pop3Message("one", List.of("Subject: x", "", ".", "..two", "end"))));
        Pop3Maildrop maildrop = new Pop3Maildrop((user, password) -> Optional.of(mailbox));
        int port = loop.listen(Pop3Server.named("pop.example.org", maildrop)
                .capabilities(maildrop.capabilities())
                .sslContext(certificates.server(certificates.localhost(KeyKind.EC))));
        try (Pop3Connection mail = Pop3Client.to("localhost", port)
                .sslContext(certificates.client())
                .connect()) {
            RetrieveMailExample session = new RetrieveMailExample(mail);
            session.logIn("mary", "secret");
            assertThat(session.list()).hasSize(1);
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            assertThat(session.retrieve("1", file)).isEqualTo(file.size());
            assertThat(file.toString(StandardCharsets.US_ASCII)).isEqualTo("Subject: x\r\n\r\n.\r\n..two\r\nend\r\n");
            assertThatThrownBy(() -> session.retrieve("2", file))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Expected +OK, got -ERR");
            session.quit();
        }
    }
}
