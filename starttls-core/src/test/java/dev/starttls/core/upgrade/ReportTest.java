package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is reported of an upgrade: versions, chain, capabilities, and what each phase took. */
class ReportTest {

    @ParameterizedTest
    @CsvSource({"TLSv1.3, 1, 1", "TLSv1.2, 2, 1"})
    void round_trips_are_counted_by_phase(String version, int full, int resumed) {
        SSLContext trusting = Connections.CERTIFICATES.client();
        UpgradeSettings settings = clientSettings(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(trusting)
                        .versions(version)
                        .build());
        for (Resumption resumption : Resumption.values()) {
            UpgradeConnection connection =
                    new UpgradeConnection(new LineProtocolClient(), settings, new Peer("localhost", 993));
            MemoryLink.between(connection, server(TlsPolicy.REQUIRED))
                    .run()
                    .client()
                    .requireNoFailure();

            UpgradeReport report = connection.report();
            assertThat(report.tls().orElseThrow().version()).isEqualTo(version);
            assertThat(report.tls().orElseThrow().resumption()).isEqualTo(resumption);
            boolean exchanged = resumption == Resumption.FULL || version.equals("TLSv1.3");
            assertThat(report.tls().orElseThrow().namedGroup().orElse("none")).isEqualTo(exchanged ? "x25519" : "none");
            assertThat(report.phases())
                    .extracting(PhaseTime::phase)
                    .containsExactly(
                            Phase.GREETING, Phase.CAPABILITY, Phase.COMMAND, Phase.HANDSHAKE, Phase.RECAPABILITY);
            assertThat(report.phases())
                    .extracting(PhaseTime::roundTrips)
                    .containsExactly(1, 1, 1, resumption == Resumption.FULL ? full : resumed, 1);
            assertThat(report.roundTrips()).isEqualTo(4 + (resumption == Resumption.FULL ? full : resumed));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLIENT", "SERVER"})
    void a_report_names_what_was_agreed(Role role) {
        MemoryLink link = MemoryLink.between(client(TlsPolicy.REQUIRED), server(TlsPolicy.REQUIRED))
                .run();
        UpgradeReport report = (role == Role.CLIENT ? link.client() : link.server())
                .requireNoFailure()
                .connection()
                .report();

        assertThat(report.protocol()).isEqualTo("lines");
        assertThat(report.role()).isEqualTo(role);
        assertThat(report.policy()).isEqualTo(TlsPolicy.REQUIRED);
        assertThat(report.encrypted()).isTrue();
        assertThat(report.tls().orElseThrow().suite()).startsWith("TLS_");
        assertThat(report.tls().orElseThrow().applicationProtocol()).isEmpty();
        assertThat(report.tls().orElseThrow().peerChain()).hasSize(role == Role.CLIENT ? 1 : 0);
        assertThat(report.tls().orElseThrow().ownChain()).hasSize(role == Role.CLIENT ? 0 : 1);
        assertThat(report.offeredBefore()).containsExactly("PLAIN", "UPGRADE");
        assertThat(report.offeredInside()).containsExactly("LOGIN");
    }

    @Test
    void the_time_of_each_phase_is_what_passed_by_the_given_clock() {
        UpgradeConnection connection = client(clientSettings(TlsPolicy.OPPORTUNISTIC));
        connection.spent(Phase.CONNECT, 5);
        Endpoint client = Endpoint.of(connection).run();
        client.at(10).arrive("HELLO there\r\n").run();
        client.at(30).arrive("CAP UPGRADE\r\nEND\r\n").run();
        client.at(70).arrive("NO upgrade\r\n").run().requireNoFailure();
        client.at(1_000);

        assertThat(connection.report().phases())
                .containsExactly(
                        new PhaseTime(Phase.CONNECT, Duration.ofNanos(5), 0),
                        new PhaseTime(Phase.GREETING, Duration.ofNanos(10), 1),
                        new PhaseTime(Phase.CAPABILITY, Duration.ofNanos(20), 1),
                        new PhaseTime(Phase.COMMAND, Duration.ofNanos(40), 1));
        assertThat(connection.report().took()).isEqualTo(Duration.ofNanos(75));
        assertThat(connection.deadline()).isEmpty();
    }

    @Test
    void a_phase_that_failed_is_in_the_report() {
        UpgradeConnection connection = client(TlsPolicy.REQUIRED);
        Endpoint client = Endpoint.of(connection).run();
        client.at(10).arrive("HELLO there\r\n").run();
        client.at(25).arriveEnd().run();

        assertThat(connection.report().phases())
                .extracting(PhaseTime::phase, PhaseTime::took)
                .containsExactly(
                        tuple(Phase.GREETING, Duration.ofNanos(10)), tuple(Phase.CAPABILITY, Duration.ofNanos(15)));
    }

    @Test
    void with_implicit_tls_the_handshake_comes_first_and_nothing_was_offered_before() {
        LineProtocolServer server = new LineProtocolServer();
        MemoryLink link = MemoryLink.between(
                        client(TlsPolicy.IMPLICIT), server(server, Connections.serverSettings(TlsPolicy.IMPLICIT)))
                .run();
        UpgradeReport report = link.client().requireNoFailure().connection().report();

        assertThat(report.phases())
                .extracting(PhaseTime::phase)
                .containsExactly(Phase.HANDSHAKE, Phase.GREETING, Phase.RECAPABILITY);
        assertThat(report.phases()).extracting(PhaseTime::roundTrips).containsExactly(1, 1, 1);
        assertThat(report.offeredBefore()).isEmpty();
        assertThat(report.offeredInside()).containsExactly("LOGIN");
        assertThat(server.executed()).isEqualTo(List.of("inside CAPS"));
    }

    @Test
    void a_report_is_shown_on_one_line_without_octets_of_certificates_and_control_characters() {
        MemoryLink link = MemoryLink.between(client(TlsPolicy.REQUIRED), server(TlsPolicy.REQUIRED))
                .run();
        UpgradeReport report = link.client().requireNoFailure().connection().report();
        assertThat(report.toString())
                .startsWith(
                        "UpgradeReport[protocol=lines, role=CLIENT, policy=REQUIRED, tls=Negotiated[version=TLSv1.3, ")
                .contains(
                        "namedGroup=x25519, peerChain=1 of CN=localhost, ownChain=0, resumption=FULL, applicationProtocol=none, serverName=")
                .contains("offeredBefore=[PLAIN, UPGRADE], offeredInside=[LOGIN], phases=[PhaseTime[phase=GREETING, ")
                .hasLineCount(1)
                .hasSizeLessThan(1_000);

        Negotiated hostile = new Negotiated(
                "TLSv1.3",
                "S",
                Optional.of("g\u0007"),
                List.of(Connections.CERTIFICATES.named("evil\u001b[2J").leaf()),
                List.of(),
                Resumption.RESUMED,
                Optional.of("a\nb"),
                Optional.of("c\nd"),
                Optional.of("0f\n"));
        UpgradeReport forged = new UpgradeReport(
                "lines",
                Role.CLIENT,
                TlsPolicy.REQUIRED,
                Optional.of(hostile),
                List.of("X\u001b[2J", "y".repeat(8_000)),
                List.of("Z\r\nINFO all is well"),
                List.of(),
                Proposal.NONE,
                Optional.of(new UpgradeException(
                        FailureReason.DIRECT_NOT_TAKEN, Phase.COMMAND, "Expected it", "NO\u001b[2J\r\nINFO", "")));
        String all = forged + " " + new ConnectionInfo(new Peer("mx", 25), Optional.of(hostile));
        assertThat(all).contains("peerChain=1 of CN=evil?[2J");
        assertThat(all.chars()).allMatch(c -> c >= 32 && c < 127);
        assertThat(all).hasSizeLessThan(2_000);
        assertThat(forged.offeredInside()).containsExactly("Z\r\nINFO all is well");
    }

    @Test
    void a_report_of_a_session_in_plaintext_is_shown_too() {
        UpgradeReport report = client(TlsPolicy.DISABLED).report();
        assertThat(report)
                .hasToString("UpgradeReport[protocol=lines, role=CLIENT, policy=DISABLED, tls=none, offeredBefore=[],"
                        + " offeredInside=[], phases=[], proposal=NONE, firstAttempt=none]");
    }
}
