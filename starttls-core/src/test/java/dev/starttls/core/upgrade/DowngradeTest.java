package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.RecentTlsUses;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.hosts.TlsUse;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.LineProtocolServer.Offer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.DowngradeDetection.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client remembers of TLS with its server, and what comes of it where there is less the next time. */
class DowngradeTest {

    private static final HostService SERVER = new HostService("mx.example.org", 25, "lines");
    private static final Instant NOW = Instant.parse("2026-03-31T12:00:00Z");
    private static final String SECRET = "secret\r\n";

    private final RecentTlsUses history = TlsHistory.inMemory(10);
    private final Connections.Events events = new Connections.Events();
    private Instant time = NOW;

    @Test
    void once_tls_always_tls() {
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)
                .withListener(events)
                .withDowngrades(DowngradeDetection.blocking(history, () -> time));

        run(settings, Offer.OFFERED).requireNoFailure();
        time = NOW.plus(Duration.ofDays(30));
        UpgradeException why = run(settings, Offer.NOT_OFFERED).upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.NOT_OFFERED);
        assertThat(why)
                .hasMessageContaining("TLSv1.3 was used with mx.example.org:25 (lines) on 2026-03-31")
                .hasMessageContaining("TLS is required until 2026-04-30")
                .hasMessageContaining("TlsHistory.forget(service)")
                .hasMessageContaining("implicit-TLS port");

        history.forget(SERVER);
        assertThat(run(settings, Offer.NOT_OFFERED)
                        .requireNoFailure()
                        .connection()
                        .state())
                .isEqualTo(State.PLAINTEXT);
        assertThat(events.heard())
                .containsExactly(
                        "proposed",
                        "upgraded TLSv1.3",
                        "downgraded to plaintext NOT_OFFERED",
                        "failed NOT_OFFERED",
                        "blocked NOT_OFFERED",
                        "declined NOT_OFFERED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            OPPORTUNISTIC | REPORT | OFFERED          | SECURE    | proposed, upgraded TLSv1.3
            OPPORTUNISTIC | REPORT | NOT_OFFERED      | PLAINTEXT | downgraded to plaintext NOT_OFFERED, declined NOT_OFFERED
            OPPORTUNISTIC | REPORT | REFUSED          | PLAINTEXT | proposed, downgraded to plaintext REFUSED, declined REFUSED
            OPPORTUNISTIC | REPORT | PREAUTHENTICATED | PLAINTEXT | downgraded to plaintext PREAUTHENTICATED, declined PREAUTHENTICATED
            OPPORTUNISTIC | BLOCK  | OFFERED          | SECURE    | proposed, upgraded TLSv1.3
            OPPORTUNISTIC | BLOCK  | NOT_OFFERED      | FAILED    | downgraded to plaintext NOT_OFFERED, failed NOT_OFFERED, blocked NOT_OFFERED
            OPPORTUNISTIC | BLOCK  | REFUSED          | FAILED    | proposed, downgraded to plaintext REFUSED, failed REFUSED, blocked REFUSED
            OPPORTUNISTIC | BLOCK  | PREAUTHENTICATED | FAILED    | downgraded to plaintext PREAUTHENTICATED, failed PREAUTHENTICATED, blocked PREAUTHENTICATED
            REQUIRED      | REPORT | OFFERED          | SECURE    | proposed, upgraded TLSv1.3
            REQUIRED      | REPORT | NOT_OFFERED      | FAILED    | downgraded to plaintext NOT_OFFERED, failed NOT_OFFERED, blocked NOT_OFFERED
            REQUIRED      | REPORT | REFUSED          | FAILED    | proposed, downgraded to plaintext REFUSED, failed REFUSED, blocked REFUSED
            REQUIRED      | REPORT | PREAUTHENTICATED | FAILED    | downgraded to plaintext PREAUTHENTICATED, failed PREAUTHENTICATED, blocked PREAUTHENTICATED
            REQUIRED      | BLOCK  | OFFERED          | SECURE    | proposed, upgraded TLSv1.3
            REQUIRED      | BLOCK  | NOT_OFFERED      | FAILED    | downgraded to plaintext NOT_OFFERED, failed NOT_OFFERED, blocked NOT_OFFERED
            REQUIRED      | BLOCK  | REFUSED          | FAILED    | proposed, downgraded to plaintext REFUSED, failed REFUSED, blocked REFUSED
            REQUIRED      | BLOCK  | PREAUTHENTICATED | FAILED    | downgraded to plaintext PREAUTHENTICATED, failed PREAUTHENTICATED, blocked PREAUTHENTICATED
            DISABLED      | BLOCK  | OFFERED          | PLAINTEXT |
            DISABLED      | BLOCK  | NOT_OFFERED      | PLAINTEXT |
            DISABLED      | BLOCK  | REFUSED          | PLAINTEXT |
            DISABLED      | BLOCK  | PREAUTHENTICATED | PLAINTEXT |
            IMPLICIT      | BLOCK  | OFFERED          | SECURE    | upgraded TLSv1.3
            """)
    void where_tls_is_remembered_a_policy_a_response_and_an_offer_make_an_outcome(
            TlsPolicy policy, Response response, Offer offer, State state, String expected) {
        remember(Duration.ofDays(30), "TLSv1.3");
        Endpoint client = run(settings(policy, response), offer);
        assertThat(client.connection().state()).isEqualTo(state);
        assertThat(events.heard()).isEqualTo(expected == null ? List.of() : List.of(expected.split(", ")));
        assertThat(client.sentText().contains("secret")).isEqualTo(state == State.PLAINTEXT);
    }

    static Stream<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (TlsPolicy policy : TlsPolicy.values()) {
            for (Response response : Response.values()) {
                for (Offer offer : List.of(Offer.OFFERED, Offer.NOT_OFFERED, Offer.REFUSED, Offer.PREAUTHENTICATED)) {
                    all.add(Arguments.of(policy, response, offer));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("all")
    void where_none_is_remembered_or_too_long_ago_all_is_as_without_a_history(
            TlsPolicy policy, Response response, Offer offer) {
        Connections.Events without = new Connections.Events();
        State state = run(
                        settings(policy, response).withListener(without).withDowngrades(DowngradeDetection.NONE), offer)
                .connection()
                .state();
        assertThat(history.uses()).isEmpty();

        assertThat(run(settings(policy, response), offer).connection().state()).isEqualTo(state);
        assertThat(events.heard()).isEqualTo(without.heard());
        assertThat(history.recall(SERVER).isPresent()).isEqualTo(state == State.SECURE);

        history.forget(SERVER);
        remember(Duration.ofDays(30).plusSeconds(1), "TLSv1.3");
        assertThat(run(settings(policy, response), offer).connection().state()).isEqualTo(state);
        assertThat(events.heard())
                .hasSize(2 * without.heard().size())
                .endsWith(without.heard().toArray(String[]::new));
    }

    @Test
    void a_use_is_remembered_once_the_session_is_ready_with_what_was_seen() {
        Endpoint client = run(settings(TlsPolicy.OPPORTUNISTIC, Response.REPORT), Offer.OFFERED);
        UpgradeReport report = client.connection().report();
        assertThat(history.uses())
                .containsExactly(Map.entry(
                        SERVER,
                        new TlsUse(
                                NOW,
                                NOW,
                                "TLSv1.3",
                                report.offeredBefore(),
                                Optional.of(PeerCheck.pin(
                                        report.tls().orElseThrow().peerChain().get(0))))));
        assertThat(report.offeredBefore()).isNotEmpty();
        time = NOW.plusSeconds(5);
        run(settings(TlsPolicy.OPPORTUNISTIC, Response.REPORT), Offer.OFFERED);
        TlsUse renewed = history.recall(SERVER).orElseThrow();
        assertThat(renewed.firstUsed()).isEqualTo(NOW);
        assertThat(renewed.lastUsed()).isEqualTo(time);
    }

    @Test
    void what_a_hostile_server_announces_is_remembered_within_bounds() throws Exception {
        Endpoint client = Endpoint.of(connection(settings(TlsPolicy.OPPORTUNISTIC, Response.REPORT)));
        RawPeer server = RawPeer.server(client, Connections.SERVING);
        server.say("HELLO hostile\r\n");
        server.say(("CAP " + "x".repeat(900) + "\r\n").repeat(TlsUse.MAX_OFFERED + 1) + "CAP UPGRADE\r\nEND\r\n");
        server.handshake(server.say("GO\r\n"));
        server.tls("CAP PLAIN\r\nEND\r\n");
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().report().offeredBefore()).hasSizeGreaterThan(TlsUse.MAX_OFFERED);
        assertThat(history.recall(SERVER).orElseThrow().offered())
                .hasSize(TlsUse.MAX_OFFERED)
                .allSatisfy(capability -> assertThat(capability).hasSize(TlsUse.MAX_LENGTH));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            TLSv1.2 | TLSv1.3 | downgraded to TLSv1.2, upgraded TLSv1.2
            TLSv1.2 | TLSv1.2 | upgraded TLSv1.2
            TLSv1.2 | TLSv1.1 | upgraded TLSv1.2
            TLSv1.2 | TLSv9   | upgraded TLSv1.2
            TLSv1.3 | TLSv1.2 | upgraded TLSv1.3
            TLSv1.3 | TLSv1.3 | upgraded TLSv1.3
            """)
    void an_older_version_is_reported_once_and_goes_on(String version, String before, String expected) {
        remember(Duration.ofDays(1), before);
        UpgradeSettings settings = settings(TlsPolicy.OPPORTUNISTIC, Response.BLOCK)
                .withTls(TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .versions(version)
                        .build());
        run(settings, Offer.OFFERED).requireNoFailure();
        assertThat(events.heard()).isEqualTo(List.of(("proposed, " + expected).split(", ")));
        run(settings, Offer.OFFERED).requireNoFailure();
        assertThat(events.heard()).endsWith("proposed", "upgraded " + version);
        assertThat(history.recall(SERVER).orElseThrow().version()).isEqualTo(version);
    }

    /** Of versions that no engine here speaks. */
    @ParameterizedTest
    @CsvSource({
        "SSLv3, TLSv1, true",
        "TLSv1, SSLv3, false",
        "SSLv3, SSLv3, false",
        "TLSv1.1, TLSv1.2, true",
        "TLSv9, TLSv1.3, false"
    })
    void versions_have_an_order_and_those_that_are_not_known_have_none(String version, String before, boolean older) {
        remember(Duration.ofDays(1), before);
        DowngradeWatch watch = watch(settings(TlsPolicy.OPPORTUNISTIC, Response.BLOCK));
        watch.upgraded(new UpgradeReport(
                "lines",
                Role.CLIENT,
                TlsPolicy.OPPORTUNISTIC,
                Optional.of(new UpgradeReport.Negotiated(
                        version,
                        "suite",
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        UpgradeReport.Resumption.FULL,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())),
                List.of(),
                List.of(),
                List.of(),
                Proposal.ASKED,
                Optional.empty()));
        assertThat(events.heard()).isEqualTo(older ? List.of("downgraded to " + version) : List.of());
    }

    @ParameterizedTest
    @EnumSource
    void that_tls_was_used_before_is_advice_where_it_is_for_want_of_it(FailureReason reason) {
        remember(Duration.ofDays(1), "TLSv1.3");
        for (Phase phase : Phase.values()) {
            boolean cut = phase == Phase.COMMAND || phase == Phase.HANDSHAKE;
            boolean missing =
                    switch (reason) {
                        case NOT_OFFERED, REFUSED, PREAUTHENTICATED, HANDSHAKE_FAILED -> true;
                        case CONNECTION_CLOSED, TIMEOUT -> cut;
                        default -> false;
                    };
            String advice =
                    watch(settings(TlsPolicy.OPPORTUNISTIC, Response.BLOCK)).advice(reason, phase, "try A");
            assertThat(advice).endsWith("try A");
            assertThat(advice.startsWith("TLSv1.3 was used with mx.example.org:25 (lines) on 2026-03-30"))
                    .as("%s", phase)
                    .isEqualTo(missing);
            assertThat(advice.equals("try A")).isEqualTo(!missing);
            assertThat(watch(settings(TlsPolicy.REQUIRED, Response.BLOCK)).advice(reason, phase, "try A"))
                    .as("it is required anyway")
                    .isEqualTo("try A");
            assertThat(watch(settings(TlsPolicy.OPPORTUNISTIC, Response.REPORT)).advice(reason, phase, "try A"))
                    .as("it is not required")
                    .isEqualTo("try A");
        }
    }

    private static DowngradeWatch watch(UpgradeSettings settings) {
        DowngradeWatch watch = new DowngradeWatch(new LineProtocolClient(), settings, new Peer("mx.example.org", 25));
        watch.recall();
        return watch;
    }

    @ParameterizedTest
    @EnumSource
    void a_handshake_that_fails_is_blocked_where_tls_was_used_before(Response response) {
        remember(Duration.ofDays(1), "TLSv1.3");
        UpgradeException why = run(
                        settings(TlsPolicy.OPPORTUNISTIC, response)
                                .withTls(TlsSettings.builder()
                                        .context(Connections.TRUSTING)
                                        .versions("TLSv1.3")
                                        .build()),
                        Connections.server(serving()
                                .withTls(TlsSettings.builder()
                                        .context(Connections.SERVING)
                                        .versions("TLSv1.2")
                                        .build())))
                .upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        List<String> heard = List.of("proposed", "failed HANDSHAKE_FAILED", "blocked HANDSHAKE_FAILED");
        boolean blocks = response == Response.BLOCK;
        assertThat(events.heard()).isEqualTo(heard.subList(0, blocks ? 3 : 2));
        assertThat(why.getMessage().contains("was used with mx.example.org:25")).isEqualTo(blocks);
        assertThat(history.recall(SERVER).orElseThrow().lastUsed()).as("no use").isBefore(NOW);
    }

    @Test
    void a_dialogue_that_is_ready_in_plaintext_without_having_declined_is_held_to_it_too() {
        remember(Duration.ofDays(1), "TLSv1.3");
        Dialogue careless = new CarelessClient();
        UpgradeConnection connection = new UpgradeConnection(
                careless, settings(TlsPolicy.OPPORTUNISTIC, Response.BLOCK), new Peer("mx.example.org", 25));
        history.used(
                new HostService("mx.example.org", 25, careless.protocol()),
                history.recall(SERVER).orElseThrow());
        assertThatIllegalStateException()
                .isThrownBy(() -> connection.begin(0))
                .withMessageContaining("no session in plaintext to a server with which TLS was used before");
    }

    @Test
    void what_the_downgrade_was_is_a_value_without_control_characters() {
        remember(Duration.ofDays(1), "TLSv1.3");
        List<Downgrade> heard = new ArrayList<>();
        Endpoint client = Endpoint.of(connection(
                        settings(TlsPolicy.OPPORTUNISTIC, Response.BLOCK).withListener(new UpgradeListener() {
                            @Override
                            public void downgraded(Downgrade how) {
                                heard.add(how);
                            }
                        })))
                .arrive("HELLO there\r\n")
                .run()
                .arrive("CAP UPGRADE\r\nEND\r\n")
                .run()
                .arrive("NO \u001b[2J not now\r\n")
                .run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(heard)
                .containsExactly(new Downgrade.ToPlaintext(
                        SERVER, history.recall(SERVER).orElseThrow(), FailureReason.REFUSED, "NO ?[2J not now"));
        assertThat(client.upgradeFailure()).hasMessageContaining("Without TLS nothing is sent to a server with which");
    }

    @Test
    void the_first_of_two_connections_reports_nothing_that_the_second_may_disprove() {
        remember(Duration.ofDays(1), "TLSv1.3");
        HostMemory memory = HostMemory.inMemory(1);
        memory.update("mx.example.org", 25, facts -> facts.withUpgraded()
                .withCommand(Answer.TAKEN)
                .withClientHello(Answer.TAKEN));
        UpgradeSettings settings = settings(TlsPolicy.OPPORTUNISTIC, Response.BLOCK)
                .withDirect(DirectUpgrade.REMEMBERED)
                .withMemory(memory);
        Endpoint first =
                Endpoint.of(connection(settings)).arrive("HELLO there\r\n").run();
        first.arrive("NO\r\n").run();
        assertThat(first.upgradeFailure().reason()).isEqualTo(FailureReason.DIRECT_NOT_TAKEN);
        assertThat(events.heard()).noneMatch(event -> event.startsWith("downgraded"));
        assertThat(run(settings, Offer.REFUSED).upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(events.heard()).contains("downgraded to plaintext REFUSED", "blocked REFUSED");
    }

    @Test
    void a_history_or_a_clock_that_throws_ends_the_connection_before_anything_is_said() {
        for (DowngradeDetection faulty : List.of(
                DowngradeDetection.blocking(new Throwing(), () -> NOW), DowngradeDetection.blocking(history, () -> {
                    throw new IllegalStateException("no clock");
                }))) {
            UpgradeConnection connection =
                    connection(settings(TlsPolicy.OPPORTUNISTIC, Response.BLOCK).withDowngrades(faulty));
            assertThatIllegalStateException().isThrownBy(() -> connection.begin(0));
            assertThat(connection.failure().orElseThrow().reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        }
    }

    @Test
    void a_server_remembers_nothing() {
        UpgradeConnection server =
                Connections.server(serving().withDowngrades(DowngradeDetection.blocking(history, () -> NOW)));
        MemoryLink.between(Connections.client(TlsPolicy.REQUIRED), server)
                .run()
                .server()
                .requireNoFailure();
        assertThat(history.uses()).isEmpty();
    }

    @Test
    void an_expiry_is_positive_and_bounded() {
        DowngradeDetection detection = DowngradeDetection.blocking(history, () -> NOW);
        assertThat(detection.expiry()).isEqualTo(Duration.ofDays(30));
        assertThat(detection).hasToString("BLOCK within PT720H");
        assertThat(DowngradeDetection.NONE).hasToString("none");
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> detection.withExpiry(wrong))
                    .withMessageContaining("at most 3650 days");
        }
    }

    private Endpoint run(UpgradeSettings settings, Offer offer) {
        return run(
                settings,
                Connections.server(
                        new LineProtocolServer(offer),
                        settings.policy() == TlsPolicy.IMPLICIT
                                ? Connections.serverSettings(TlsPolicy.IMPLICIT)
                                : serving()));
    }

    private static Endpoint run(UpgradeSettings settings, UpgradeConnection server) {
        MemoryLink link = MemoryLink.between(connection(settings), server);
        link.client().send(SECRET);
        return link.run().client();
    }

    private static UpgradeConnection connection(UpgradeSettings settings) {
        return new UpgradeConnection(new LineProtocolClient(), settings, new Peer("mx.example.org", 25));
    }

    private static UpgradeSettings serving() {
        return Connections.serverSettings(TlsPolicy.OPPORTUNISTIC);
    }

    private UpgradeSettings settings(TlsPolicy policy, Response response) {
        return UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .verification(Verification.NONE)
                        .build())
                .withListener(events)
                .withDowngrades(new DowngradeDetection(history, response, TlsUse.DEFAULT_EXPIRY, () -> time));
    }

    private void remember(Duration ago, String version) {
        Instant then = NOW.minus(ago);
        history.used(SERVER, new TlsUse(then, then, version, List.of("UPGRADE"), Optional.empty()));
    }

    private static final class CarelessClient implements Dialogue {

        @Override
        public String protocol() {
            return "careless";
        }

        @Override
        public Role role() {
            return Role.CLIENT;
        }

        @Override
        public Step opened() {
            return Step.ready();
        }

        @Override
        public Step received(String line) {
            return Step.ready();
        }

        @Override
        public Step secured() {
            return Step.ready();
        }

        @Override
        public Step declined(FailureReason reason) {
            return Step.ready();
        }

        @Override
        public List<String> capabilities() {
            return List.of();
        }

        @Override
        public String shown(DialogueTranscript.Direction direction, String line) {
            return line;
        }
    }

    private static final class Throwing implements TlsHistory {

        @Override
        public Optional<TlsUse> recall(HostService service) {
            throw new IllegalStateException("no history");
        }

        @Override
        public void used(HostService service, TlsUse use) {}

        @Override
        public void forget(HostService service) {}
    }
}
