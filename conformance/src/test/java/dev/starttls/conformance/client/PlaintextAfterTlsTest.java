package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client sends in plaintext on a connection is seen to its last octet, also after the end of TLS. */
class PlaintextAfterTlsTest {
    private static TargetReport report(ClientUnderTest client, ClientPolicy policy, String ids) {
        List<ClientCase> cases = ClientSuite.cases(Protocol.SMTP).stream()
                .filter(each -> each.id().matches(ids))
                .toList();
        return ClientHarness.run(Protocol.SMTP, policy, client, cases);
    }

    private static CheckResult result(ClientUnderTest client, String id) {
        return report(client, ClientPolicy.REQUIRED, id).results().get(0);
    }

    /** Logs in below TLS where something fails after the go-ahead. */
    private static ClientUnderTest loggingInWhereTlsFails() {
        return RawSmtp.client(smtp -> {
            smtp.askForTls();
            try {
                smtp.startTls();
                smtp.finish();
            } catch (IOException e) {
                smtp.sendInPlaintext("AUTH " + smtp.plain() + "\r\n");
                throw e;
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = ClientPolicy.class,
            names = {"REQUIRED", "OPPORTUNISTIC"})
    void credentials_below_tls_fail_whatever_ended_it(ClientPolicy policy) {
        String ids = "SMTP-C-21b|UP-C-(05b|15c|20b|22b)|TLS-C-(32a|32b|34b|40a|41d)";
        TargetReport report = report(loggingInWhereTlsFails(), policy, ids);
        assertThat(report.results().stream()
                        .filter(result -> result.verdict().status() == Status.FAIL)
                        .filter(result -> result.verdict().detail().contains("AUTH with credentials in plaintext"))
                        .map(result -> result.check().id())
                        .collect(Collectors.toSet()))
                .as(ClientHarness.described(report))
                .hasSize(10);
    }

    @Test
    void credentials_after_close_notify_are_credentials_in_plaintext() {
        ClientUnderTest client = RawSmtp.client(smtp -> {
            smtp.askForTls();
            smtp.startTls();
            if (smtp.attempt().caseId().equals(ClientCase.CONTROL)) {
                smtp.finish();
                return;
            }
            smtp.endTls();
            smtp.sendInPlaintext("AUTH " + smtp.plain() + "\r\n");
            throw new IOException("the name is another");
        });
        for (ClientPolicy policy : List.of(ClientPolicy.REQUIRED, ClientPolicy.OPPORTUNISTIC)) {
            TargetReport report = report(client, policy, "UP-C-61|TLS-C-(03|07)");
            assertThat(ClientHarness.ids(report, Status.FAIL))
                    .as(ClientHarness.described(report))
                    .containsExactly("TLS-C-03", "TLS-C-07", "UP-C-61");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "AUTH ",
                "\u0016AUTH ",
                "\u0017\u0003\u0003\u0010\u0000AUTH ",
                "\u0016\u0003\u0001\u0010\u0000AUTH "
            })
    void credentials_without_an_end_of_line_before_a_reset_are_credentials(String before) {
        CheckResult result = result(
                RawSmtp.client(smtp -> {
                    try {
                        smtp.askForTls();
                    } catch (IOException e) {
                        smtp.sendInPlaintext(before + smtp.plain());
                        smtp.reset();
                        throw e;
                    }
                    smtp.startTls();
                    smtp.finish();
                }),
                "UP-C-01a");
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.FAIL);
        assertThat(result.verdict().detail()).contains("credentials in plaintext");
    }

    @Test
    void credentials_without_an_end_of_line_are_seen_when_the_server_waits_no_longer() {
        CheckResult result = result(
                RawSmtp.client(smtp -> {
                    smtp.askForTls();
                    try {
                        smtp.startTls();
                        smtp.finish();
                    } catch (IOException e) {
                        smtp.sendInPlaintext("AUTH " + smtp.plain());
                        smtp.reply();
                    }
                }),
                "UP-C-15c");
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.FAIL);
        assertThat(result.verdict().detail()).contains("credentials in plaintext");
    }

    @Test
    void the_password_in_a_client_hello_is_a_credential_in_plaintext_and_is_shown_nowhere() {
        List<String> passwords = new CopyOnWriteArrayList<>();
        TargetReport report = report(
                RawSmtp.client(smtp -> {
                    passwords.add(smtp.attempt().password());
                    smtp.askForTls();
                    smtp.startTls(smtp.attempt().password() + ".example.org");
                    smtp.finish();
                }),
                ClientPolicy.REQUIRED,
                "UP-C-00|TLS-C-24");
        assertThat(report.results())
                .extracting(result -> result.verdict().detail())
                .containsExactlyInAnyOrder(
                        "sent credentials in its ClientHello in plaintext",
                        "sent credentials in its ClientHello, which is not encrypted");
        assertThat(passwords).isNotEmpty().noneMatch(report.results().toString()::contains);
    }

    @Test
    void a_client_that_names_a_mechanism_and_leaves_has_sent_no_credentials() {
        CheckResult result = result(
                RawSmtp.client(smtp -> {
                    smtp.askForTls();
                    smtp.startTls();
                    if (smtp.attempt().caseId().equals(ClientCase.CONTROL)) {
                        smtp.finish();
                        return;
                    }
                    smtp.hello();
                    smtp.send("AUTH LOGIN\r\n");
                    smtp.reply();
                    throw new IOException("the name is another");
                }),
                "TLS-C-03");
        assertThat(result.verdict().detail())
                .isEqualTo("accepted it, and sent EHLO inside TLS, then AUTH without credentials");
    }

    @Test
    void the_end_of_the_session_in_place_of_a_record_is_read_as_what_it_is() {
        CheckResult result = result(
                RawSmtp.client(smtp -> {
                    smtp.askForTls();
                    if (smtp.attempt().caseId().equals(ClientCase.CONTROL)) {
                        smtp.startTls();
                        smtp.finish();
                        return;
                    }
                    OctetString hello =
                            ClientHello.modern(smtp.attempt().host()).message();
                    smtp.sendInPlaintext(new String(
                            RecordSplitter.record(ContentType.HANDSHAKE.code(), ProtocolVersion.TLS12.code(), hello)
                                    .array(),
                            StandardCharsets.ISO_8859_1));
                    smtp.reply();
                    smtp.sendInPlaintext("QUIT\r\n");
                    throw new IOException("no TLS");
                }),
                "UP-C-05b");
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.PASS);
    }

    @ParameterizedTest
    @CsvSource({"UP-C-15a", "TLS-C-32b"})
    void the_end_of_the_session_in_plaintext_after_a_failed_handshake_is_no_fault(String id) {
        CheckResult result = result(
                RawSmtp.client(smtp -> {
                    smtp.askForTls();
                    try {
                        smtp.startTls();
                    } catch (IOException e) {
                        smtp.sendInPlaintext("QUIT\r\n");
                        throw e;
                    }
                    smtp.finish();
                }),
                id);
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.PASS);
    }
}
