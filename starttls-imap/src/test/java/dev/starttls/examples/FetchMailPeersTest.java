package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.MailStore;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.imap.ImapClient;
import dev.starttls.imap.ImapConnection;
import dev.starttls.imap.ImapResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Responses of servers that we did not write, read by the library's reader. */
@Tag("peers")
@Timeout(180)
class FetchMailPeersTest {

    /** With all that a server would add. */
    private static final String HEAD =
            """
            Message-ID: <1@localhost>
            Date: Tue, 1 Jul 2025 12:00:00 +0000
            Subject: a literal

            * 1 EXISTS
            a1 OK no response
            .
            """;

    private static final String MESSAGE = HEAD + "a line of text\n".repeat(200_000);

    private final TestCertificates certificates = TestCertificates.shared();

    @ParameterizedTest
    @EnumSource(MailStore.Kind.class)
    void a_message_of_megabytes_is_fetched_as_it_is(MailStore.Kind kind) throws Exception {
        try (MailStore store = kind.start(certificates.localhost(KeyKind.EC))) {
            store.deliver(MESSAGE);
            try (ImapConnection mail = ImapClient.to("localhost", store.imap())
                    .sslContext(certificates.client())
                    .connect()) {
                FetchMailExample session = new FetchMailExample(mail);
                session.logIn("mary", "secret");
                assertThat(session.command("SELECT INBOX")).contains(new ImapResponse.Data("1 EXISTS"));
                ByteArrayOutputStream file = new ByteArrayOutputStream();
                session.fetch(1, file);
                assertThat(file.toString(StandardCharsets.US_ASCII)).endsWith(MESSAGE.replace("\n", "\r\n"));
                session.command("LOGOUT");
            }
        }
    }
}
