package dev.starttls.conformance.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.DeadPort;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.survey.SurveyedTls.FaultKind;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SurveyorTest {
    private static EmbeddedServers.Running servers;

    @BeforeAll
    static void start() throws IOException {
        servers = new LibraryServers().start();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    private static TargetSettings trusting() {
        return TargetSettings.standard().withTrust(servers.trust());
    }

    private static SurveyResult survey(Target target, TargetSettings settings) throws IOException {
        try (Surveyor surveyor = Surveyor.open(10, settings)) {
            return surveyor.ask(target, () -> {}).join();
        }
    }

    private static Target smtp() {
        return servers.targets().get(0);
    }

    @Test
    void each_protocol_and_kind_of_port_has_its_version_suite_group_and_certificate() throws IOException {
        for (Target target : servers.targets()) {
            SurveyResult result = survey(target, trusting());
            assertThat(result.status()).as(result::toString).isEqualTo(SurveyStatus.SUCCESS);
            SurveyedTls tls = result.tls().orElseThrow();
            assertThat(tls.version()).isEqualTo("TLSv1.3");
            assertThat(tls.suite()).startsWith("TLS_");
            assertThat(tls.group()).isPresent();
            assertThat(tls.faults()).isEmpty();
            assertThat(tls.chain().get(0).names()).contains("localhost");
            assertThat(result.target().address()).as("connected to").isPresent();
        }
    }

    @Test
    void a_certificate_of_an_unknown_authority_is_a_result_and_untrusted() throws IOException {
        SurveyedTls tls = survey(smtp(), TargetSettings.standard()).tls().orElseThrow();
        assertThat(tls.verified()).isFalse();
        assertThat(tls.faults()).extracting(SurveyedTls.Fault::kind).containsExactly(FaultKind.UNTRUSTED);
    }

    @Test
    void the_name_after_the_port_is_the_one_that_the_certificate_must_have() throws Exception {
        Target address = new Target(Scheme.SMTP, "127.0.0.1", smtp().port());
        assertThat(survey(address.named("localhost"), trusting())
                        .tls()
                        .orElseThrow()
                        .faults())
                .isEmpty();
        SurveyedTls other =
                survey(address.named("mx.example.org"), trusting()).tls().orElseThrow();
        assertThat(other.faults()).extracting(SurveyedTls.Fault::kind).containsExactly(FaultKind.NAME_MISMATCH);
        assertThat(other.faults().get(0).detail()).contains("mx.example.org").contains("localhost");
    }

    @Test
    void a_port_where_nothing_listens_refuses_the_connection() throws IOException {
        try (DeadPort dead = DeadPort.open()) {
            SurveyResult result = survey(new Target(Scheme.SMTP, "127.0.0.1", dead.number()), trusting());
            assertThat(result.status()).isEqualTo(SurveyStatus.CONNECTION_REFUSED);
            assertThat(result.failure().orElseThrow().phase()).isEqualTo("connect");
            assertThat(result.tls()).isEmpty();
        }
    }

    @Test
    void a_name_that_does_not_exist_is_unknown() throws IOException {
        assertThat(survey(new Target(Scheme.IMAP, "nobody.invalid", 143), trusting())
                        .status())
                .isEqualTo(SurveyStatus.NAME_UNKNOWN);
    }

    /** What a server says, each line for one of the client's; then it closes. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "smtp | 220 mx ESMTP;250 mx | no-starttls",
                "smtp | 554 5.7.1 not you | turned-away",
                "smtp | 421 4.7.0 too many connections | turned-away",
                "smtp | * OK IMAP4rev1 | protocol-error",
                "smtp | 220 mx ESMTP;250-mx\\r\\n250 STARTTLS;454 4.3.0 no certificate | starttls-refused",
                "smtp | 220 mx ESMTP;250-mx\\r\\n250 STARTTLS;220 go\\r\\n250 injected | plaintext-injection",
                "smtp | 220 mx ESMTP;250-mx\\r\\n250 STARTTLS;220 go | handshake-failed",
                "imap | * PREAUTH hello | preauthenticated",
                "imap | * BYE no | turned-away",
                "smtps | 220 mx ESMTP | handshake-failed",
                "smtp | '' | connection-closed",
            })
    void what_a_server_says_has_a_status(String scheme, String lines, String status) throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> say(listening, lines.replace("\\r\\n", "\r\n")));
            server.setDaemon(true);
            server.start();
            SurveyResult result = survey(
                    Target.parse(scheme + "://127.0.0.1:" + listening.getLocalPort()), TargetSettings.standard());
            assertThat(result.status().key()).as(result::toString).isEqualTo(status);
            assertThat(result.failure()).isPresent();
        }
    }

    private static void say(ServerSocket listening, String lines) {
        try (Socket client = listening.accept()) {
            OutputStream out = client.getOutputStream();
            for (String line : List.of(lines.split(";"))) {
                if (line.isEmpty()) {
                    return;
                }
                out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                if (client.getInputStream().read(new byte[1000]) < 0) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client has left.
            return;
        }
    }

    @Test
    void an_alert_of_the_server_is_the_reason() throws Exception {
        // A server of TLS 1.2 that has no suite of this client's would do as well; this one sends the alert itself.
        byte[] alert = {21, 3, 3, 0, 2, 2, 70};
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> {
                try (Socket client = listening.accept()) {
                    client.getInputStream().read(new byte[1000]);
                    client.getOutputStream().write(alert);
                    client.getInputStream().read(new byte[1000]);
                } catch (IOException e) {
                    return;
                }
            });
            server.setDaemon(true);
            server.start();
            SurveyResult result =
                    survey(Target.parse("imaps://127.0.0.1:" + listening.getLocalPort()), TargetSettings.standard());
            assertThat(result.status()).isEqualTo(SurveyStatus.HANDSHAKE_FAILED);
            assertThat(result.failure().orElseThrow().alert()).hasValue("protocol_version");
        }
    }
}
