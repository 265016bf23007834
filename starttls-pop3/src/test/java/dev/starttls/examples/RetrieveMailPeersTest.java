package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.MailStore;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.pop3.Pop3Connection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Responses of servers that we did not write, read by the library's reader. */
@Tag("peers")
@Timeout(180)
class RetrieveMailPeersTest {

    /** With all that a server would add. */
    private static final String HEAD =
            """
            Message-ID: <1@localhost>
            Date: Tue, 1 Jul 2025 12:00:00 +0000
            Subject: dots

            .
            ..two
            .three
            """;

    private static final String MESSAGE = HEAD + "a line of text\n".repeat(200_000) + ".\n";

    private final TestCertificates certificates = TestCertificates.shared();

    @ParameterizedTest
    @EnumSource(MailStore.Kind.class)
    void a_message_with_lines_that_begin_with_dots_is_retrieved_as_it_is(MailStore.Kind kind) throws Exception {
        try (MailStore store = kind.start(certificates.localhost(KeyKind.EC))) {
            store.deliver(MESSAGE);
            try (Pop3Connection mail = Pop3Client.to("localhost", store.pop3())
                    .sslContext(certificates.client())
                    .connect()) {
                RetrieveMailExample session = new RetrieveMailExample(mail);
                session.logIn("mary", "secret");
                assertThat(session.list()).singleElement().satisfies(entry -> assertThat(entry)
                        .startsWith("1 "));
                ByteArrayOutputStream file = new ByteArrayOutputStream();
                assertThat(session.retrieve("1", file)).isEqualTo(file.size());
                assertThat(file.toString(StandardCharsets.US_ASCII)).endsWith(MESSAGE.replace("\n", "\r\n"));
                assertThatThrownBy(() -> session.retrieve("2", file)).isInstanceOf(IOException.class);
                session.quit();
            }
        }
    }
}
