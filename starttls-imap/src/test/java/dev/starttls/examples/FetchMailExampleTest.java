package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.imap.ImapAnswer;
import dev.starttls.imap.ImapClient;
import dev.starttls.imap.ImapConnection;
import dev.starttls.imap.ImapHandler;
import dev.starttls.imap.ImapLogin;
import dev.starttls.imap.ImapResponse;
import dev.starttls.imap.ImapServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A message is fetched from a server that has one. */
@Timeout(120)
class FetchMailExampleTest {

    private static final String MESSAGE = "Subject: x\r\n\r\na1 OK no response\r\n";

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    private final TestCertificates certificates = TestCertificates.shared();
    private ImapClient client;

    @BeforeEach
    void serve() throws IOException {
        ImapHandler mailbox = (command, session) -> command.name().equals("FETCH")
                ? ImapAnswer.ok(
                        "Fetched",
                        new ImapResponse.Data("1 FETCH (UID 7 BODY[] {" + MESSAGE.length() + "}\r\n" + MESSAGE + ")"))
                : ImapAnswer.ok("Done");
        ImapLogin login = new ImapLogin((user, password) -> user.equals("mary") && password.equals("secret"), mailbox);
        int port = loop.listen(ImapServer.named("imap.example.org", login)
                .capabilities(login.capabilities())
                .sslContext(certificates.server(certificates.localhost(KeyKind.EC))));
        client = ImapClient.to("localhost", port).sslContext(certificates.client());
    }

    @Test
    void a_message_is_fetched_as_it_is() throws Exception {
        try (ImapConnection mail = client.connect()) {
            FetchMailExample session = new FetchMailExample(mail);
            session.logIn("mary", "secret");
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            session.fetch(1, file);
            assertThat(file.toString(StandardCharsets.US_ASCII)).isEqualTo(MESSAGE);
            session.command("LOGOUT");
        }
    }

    @Test
    void a_command_that_fails_is_reported_with_its_status() throws Exception {
        try (ImapConnection mail = client.connect()) {
            FetchMailExample session = new FetchMailExample(mail);
            assertThatThrownBy(() -> session.logIn("mary", "wrong"))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Expected OK, got NO");
        }
    }
}
