package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.LineProtocolServer.Offer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes of each policy when the upgrade is offered, is not, is refused or fails, and what the listener hears of it. */
class PolicyTest {

    private static final String SECRET = "secret\r\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            DISABLED      | OFFERED          | PLAINTEXT |
            DISABLED      | NOT_OFFERED      | PLAINTEXT |
            DISABLED      | REFUSED          | PLAINTEXT |
            DISABLED      | PREAUTHENTICATED | PLAINTEXT |
            OPPORTUNISTIC | OFFERED          | SECURE    | proposed, upgraded TLSv1.3
            OPPORTUNISTIC | NOT_OFFERED      | PLAINTEXT | declined NOT_OFFERED
            OPPORTUNISTIC | REFUSED          | PLAINTEXT | proposed, declined REFUSED
            OPPORTUNISTIC | PREAUTHENTICATED | PLAINTEXT | declined PREAUTHENTICATED
            REQUIRED      | OFFERED          | SECURE    | proposed, upgraded TLSv1.3
            REQUIRED      | NOT_OFFERED      | FAILED    | failed NOT_OFFERED, blocked NOT_OFFERED
            REQUIRED      | REFUSED          | FAILED    | proposed, failed REFUSED, blocked REFUSED
            REQUIRED      | PREAUTHENTICATED | FAILED    | failed PREAUTHENTICATED, blocked PREAUTHENTICATED
            IMPLICIT      | OFFERED          | SECURE    | upgraded TLSv1.3
            """)
    void a_policy_and_an_offer_make_an_outcome(TlsPolicy policy, Offer offer, State state, String events) {
        Connections.Events heard = new Connections.Events();
        MemoryLink link = MemoryLink.between(
                client(clientSettings(policy).withListener(heard)),
                server(
                        new LineProtocolServer(offer),
                        serverSettings(policy == TlsPolicy.IMPLICIT ? policy : TlsPolicy.OPPORTUNISTIC)));
        link.client().send(SECRET);
        link.run();

        assertThat(link.client().connection().state()).isEqualTo(state);
        assertThat(heard.heard()).isEqualTo(events == null ? List.of() : List.of(events.split(", ")));
        String sent = new String(link.client().sent(), StandardCharsets.ISO_8859_1);
        assertThat(sent.contains("secret")).isEqualTo(state == State.PLAINTEXT);
        if (state == State.FAILED) {
            UpgradeException why = link.client().upgradeFailure();
            assertThat(why.reason())
                    .isEqualTo(FailureReason.valueOf(
                            heard.heard().get(heard.heard().size() - 1).substring(8)));
            assertThat(why.resultType()).isEqualTo("starttls-not-supported");
            assertThat(why.hint()).isPresent();
        } else {
            link.client().requireNoFailure();
            assertThat(link.client().connection().ready()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"OPPORTUNISTIC", "REQUIRED", "IMPLICIT"})
    void a_failed_handshake_fails_under_every_policy(TlsPolicy policy) {
        Connections.Events client = new Connections.Events();
        Connections.Events server = new Connections.Events();
        MemoryLink link = MemoryLink.between(
                client(clientSettings(policy)
                        .withListener(client)
                        .withTls(TlsSettings.builder()
                                .context(Connections.TRUSTING)
                                .versions("TLSv1.3")
                                .build())),
                server(serverSettings(policy)
                        .withListener(server)
                        .withTls(TlsSettings.builder()
                                .context(Connections.SERVING)
                                .versions("TLSv1.2")
                                .build())));
        link.client().send(SECRET);
        link.run();

        UpgradeException why = link.client().upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(why).hasMessageContaining("protocol_version");
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("no TLS version in common"));
        assertThat(link.server().upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("no TLS version in common"));
        List<String> proposed = policy == TlsPolicy.IMPLICIT ? List.of() : List.of("proposed");
        List<String> failed = concat(proposed, List.of("failed HANDSHAKE_FAILED"));
        assertThat(server.heard()).isEqualTo(failed);
        assertThat(client.heard())
                .isEqualTo(policy.enforced() ? concat(failed, List.of("blocked HANDSHAKE_FAILED")) : failed);
        assertThat(new String(link.client().sent(), StandardCharsets.ISO_8859_1))
                .doesNotContain("secret");
    }

    @Test
    void an_opportunistic_client_takes_any_certificate_unless_asked_to_look() {
        UpgradeSettings serving = serverSettings(TlsPolicy.OPPORTUNISTIC)
                .withTls(TlsSettings.builder()
                        .context(Connections.CERTIFICATES.server(
                                TestCertificates.withOwnRoot().otherName()))
                        .build());
        MemoryLink.between(client(UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)), server(serving))
                .run()
                .client()
                .requireNoFailure();

        UpgradeSettings looking = UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)
                .withTls(TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .verification(Verification.FULL)
                        .build());
        assertThat(MemoryLink.between(client(looking), server(serving))
                        .run()
                        .client()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
    }

    @Test
    void a_server_hears_of_the_upgrade_once_and_of_no_failure_after_it() {
        Connections.Events heard = new Connections.Events();
        MemoryLink link = MemoryLink.between(
                client(TlsPolicy.REQUIRED),
                server(serverSettings(TlsPolicy.REQUIRED).withListener(heard)));
        Endpoint server = link.run().server();
        server.arriveEnd().run();

        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TRUNCATED);
        assertThat(heard.heard()).containsExactly("proposed", "upgraded TLSv1.3");
    }

    @Test
    void a_listener_that_throws_at_a_failure_does_not_hide_it() {
        UpgradeListener throwing = new UpgradeListener() {
            @Override
            public void failed(UpgradeException why) {
                throw new IllegalStateException("the log is full");
            }
        };
        Endpoint client = Connections.proposed(
                        client(clientSettings(TlsPolicy.REQUIRED).withListener(throwing)))
                .arrive("NO upgrade\r\n")
                .run();

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(client.upgradeFailure().getSuppressed()).hasSize(1);
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
