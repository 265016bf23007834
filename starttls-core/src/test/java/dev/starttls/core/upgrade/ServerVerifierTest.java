package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.EngineMaker.Trust;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.RefusalKind;
import dev.starttls.core.tls.ServerVerifier;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A rule of the caller's own decides about the server, in each handshake and in place of all else. */
@Timeout(300)
class ServerVerifierTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Issued GOOD = CERTIFICATES.localhost(KeyKind.EC);
    private static final Issued SELF_SIGNED = CERTIFICATES.selfSigned();
    private static final Issued OTHER_NAME = CERTIFICATES.otherName();
    private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");
    private static final Map<Issued, EngineSource> SERVERS = new ConcurrentHashMap<>();
    /** Each test has another server, as the caches of sessions see it. */
    private static final AtomicInteger PORT = new AtomicInteger(30_000);

    private static final ServerVerifier ACCEPTS = (server, chain) -> ServerVerifier.accept();
    private static final ServerVerifier REFUSES =
            (server, chain) -> ServerVerifier.refuse(RefusalKind.REFUSED, "Expected another, got this", "");

    static Stream<Arguments> engines() {
        return Stream.of(EngineMaker.values())
                .flatMap(engines -> VERSIONS.stream().map(version -> Arguments.of(engines, version)));
    }

    static Stream<Arguments> policies() {
        return Stream.of(TlsPolicy.OPPORTUNISTIC, TlsPolicy.REQUIRED)
                .flatMap(policy -> VERSIONS.stream().map(version -> Arguments.of(policy, version)));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void a_rule_accepts_a_server_that_nothing_else_would(TlsPolicy policy, String version) {
        List<String> asked = new ArrayList<>();
        TlsSettings tls = TlsSettings.builder()
                .versions(version)
                .serverVerifier((server, chain) -> {
                    asked.add(server + " " + chain.size());
                    return chain.get(0).equals(SELF_SIGNED.leaf())
                            ? ServerVerifier.accept()
                            : REFUSES.verify(server, chain);
                })
                .build();
        int port = PORT.incrementAndGet();
        assertThat(resumption(link(tls, policy, port, SELF_SIGNED))).isEqualTo(Resumption.FULL);
        assertThat(asked).isNotEmpty().containsOnly("localhost 1");
        asked.clear();
        assertThat(resumption(link(tls, policy, port, SELF_SIGNED))).isEqualTo(Resumption.RESUMED);
        assertThat(asked).isNotEmpty().containsOnly("localhost 1");
        requireRefused(link(tls, policy, port, OTHER_NAME), FailureReason.CERTIFICATE_REFUSED);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("engines")
    void a_rule_is_asked_in_place_of_the_name_whatever_the_engine(EngineMaker maker, String version) {
        EngineSource source = maker.client(Trust.OWN);
        int port = PORT.incrementAndGet();
        link(of(source, version, ACCEPTS), TlsPolicy.REQUIRED, port, OTHER_NAME)
                .client()
                .requireNoFailure();
        for (int i = 0; i < 2; i++) {
            // The first may be resumed.
            requireRefused(
                    link(of(source, version, REFUSES), TlsPolicy.REQUIRED, port, OTHER_NAME),
                    FailureReason.CERTIFICATE_REFUSED);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("engines")
    void a_session_that_a_rule_accepted_is_not_resumed_where_the_name_is_compared(EngineMaker maker, String version) {
        EngineSource source = maker.client(Trust.OWN);
        int port = PORT.incrementAndGet();
        for (int i = 0; i < 2; i++) {
            link(of(source, version, ACCEPTS), TlsPolicy.REQUIRED, port, GOOD)
                    .client()
                    .requireNoFailure();
        }
        TlsSettings full =
                TlsSettings.builder().versions(version).engines(source).build();
        assertThat(resumption(link(full, TlsPolicy.REQUIRED, port, GOOD))).isEqualTo(Resumption.FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_session_made_without_verification_is_judged_when_it_is_resumed(String version) {
        TlsSettings none = TlsSettings.builder().versions(version).build();
        int port = PORT.incrementAndGet();
        link(none, TlsPolicy.OPPORTUNISTIC, port, SELF_SIGNED).client().requireNoFailure();
        assertThat(resumption(link(none, TlsPolicy.OPPORTUNISTIC, port, SELF_SIGNED)))
                .as("there is one to resume")
                .isEqualTo(Resumption.RESUMED);

        List<List<X509Certificate>> chains = new ArrayList<>();
        TlsSettings tls = TlsSettings.builder()
                .versions(version)
                .serverVerifier((server, chain) -> {
                    chains.add(chain);
                    return REFUSES.verify(server, chain);
                })
                .build();
        requireRefused(link(tls, TlsPolicy.REQUIRED, port, SELF_SIGNED), FailureReason.CERTIFICATE_REFUSED);
        assertThat(chains).isNotEmpty().containsOnly(SELF_SIGNED.chain());
        assertThat(resumption(link(none, TlsPolicy.OPPORTUNISTIC, port, SELF_SIGNED)))
                .as("what was refused is forgotten")
                .isEqualTo(Resumption.FULL);
    }

    @ParameterizedTest
    @CsvSource({
        "NO_CERTIFICATE, CERTIFICATE_UNTRUSTED, certificate-not-trusted",
        "OTHER_NAME, CERTIFICATE_NAME_MISMATCH, certificate-host-mismatch",
        "OTHER_KEY, CERTIFICATE_PIN_MISMATCH, validation-failure",
        "UNVERIFIED_SESSION, CERTIFICATE_UNTRUSTED, certificate-not-trusted",
        "OUT_OF_DATE, CERTIFICATE_EXPIRED, certificate-expired",
        "UNTRUSTED, CERTIFICATE_UNTRUSTED, certificate-not-trusted",
        "NO_TLSA_MATCH, TLSA_MISMATCH, tlsa-invalid",
        "REFUSED, CERTIFICATE_REFUSED, validation-failure"
    })
    void each_kind_of_refusal_has_its_reason_and_result_type(RefusalKind kind, FailureReason reason, String type) {
        for (String version : VERSIONS) {
            ServedLink link = link(
                    TlsSettings.builder()
                            .versions(version)
                            .serverVerifier(
                                    (server, chain) -> ServerVerifier.refuse(kind, "Expected A, got B", "Try C"))
                            .build(),
                    TlsPolicy.REQUIRED,
                    PORT.incrementAndGet(),
                    GOOD);
            UpgradeException why = requireRefused(link, reason);
            assertThat(why.resultType()).isEqualTo(type);
            assertThat(why.hint()).contains("Try C");
            assertThat(why).hasMessageContaining("Expected A, got B");
            assertThat(why.peerChain()).containsExactly(GOOD.leaf());
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_refusal_without_a_hint_has_advice(RefusalKind kind) {
        ServedLink link = link(
                TlsSettings.builder()
                        .serverVerifier((server, chain) -> ServerVerifier.refuse(kind, "Expected A, got B", ""))
                        .build(),
                TlsPolicy.REQUIRED,
                PORT.incrementAndGet(),
                GOOD);
        assertThat(link.client().upgradeFailure().hint()).get().asString().hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void what_a_rule_throws_ends_its_connection_as_this_sides_error(String version) {
        for (Throwable thrown : List.of(new IllegalStateException("mine"), new AssertionError("mine"))) {
            requireLocalError(
                    version,
                    (server, chain) -> {
                        if (thrown instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) thrown;
                    },
                    "mine");
        }
        requireLocalError(version, (server, chain) -> null, "got null");
    }

    private static void requireLocalError(String version, ServerVerifier rule, String message) {
        Connections.Events events = new Connections.Events();
        UpgradeConnection connection = Connections.client(UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withListener(events)
                .withTls(TlsSettings.builder()
                        .versions(version)
                        .serverVerifier(rule)
                        .build()));
        LineProtocolServer serving = new LineProtocolServer();
        MemoryLink link = MemoryLink.between(
                connection, Connections.server(serving, Connections.serverSettings(TlsPolicy.REQUIRED)));
        Throwable seen = catchThrowable(link::run);
        UpgradeException why = connection.failure().orElseThrow();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(seen == null ? why.getCause() : seen).hasMessageContaining(message);
        assertThat(events.heard()).containsExactly("proposed", "failed LOCAL_ERROR", "blocked LOCAL_ERROR");
        assertThat(serving.executed()).containsExactly("CAPS", "UPGRADE");
    }

    @Test
    void pins_are_compared_too() {
        TlsSettings tls = TlsSettings.builder()
                .serverVerifier(ACCEPTS)
                .pins("sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                .build();
        requireRefused(
                link(tls, TlsPolicy.REQUIRED, PORT.incrementAndGet(), GOOD), FailureReason.CERTIFICATE_PIN_MISMATCH);
    }

    @Test
    void the_trust_manager_of_a_context_that_was_set_is_asked_too() {
        TlsSettings tls = TlsSettings.builder()
                .context(CERTIFICATES.client())
                .serverVerifier(ACCEPTS)
                .build();
        link(tls, TlsPolicy.REQUIRED, PORT.incrementAndGet(), OTHER_NAME)
                .client()
                .requireNoFailure();
        assertThat(link(tls, TlsPolicy.REQUIRED, PORT.incrementAndGet(), SELF_SIGNED)
                        .client()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
    }

    @Test
    void an_engine_that_would_ask_no_rule_is_not_made() {
        TlsSettings tls = TlsSettings.builder().serverVerifier(REFUSES).build();
        assertThatThrownBy(() -> tls.clientEngine("localhost", 25, Verification.FULL))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("PeerCheck.clientEngine");
    }

    @Test
    void a_rule_and_a_verification_exclude_each_other() {
        TlsSettings.Builder both = TlsSettings.builder().serverVerifier(REFUSES).verification(Verification.NONE);
        assertThatThrownBy(both::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("leave out verification (NONE)");
    }

    @Test
    void settings_with_another_context_keep_the_rule() {
        TlsSettings tls = TlsSettings.builder().serverVerifier(REFUSES).build();
        assertThat(tls.withContext(CERTIFICATES.client()).serverVerifier()).containsSame(REFUSES);
        assertThat(UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(tls))
                .hasToString(UpgradeSettings.of(TlsPolicy.REQUIRED)
                        .toString()
                        .replace("FULL", REFUSES.getClass().getName()));
    }

    private static TlsSettings of(EngineSource source, String version, ServerVerifier rule) {
        return TlsSettings.builder()
                .versions(version)
                .engines(source)
                .serverVerifier(rule)
                .build();
    }

    private static UpgradeException requireRefused(ServedLink link, FailureReason reason) {
        UpgradeException why = link.client().upgradeFailure();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(reason);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(link.client().connection().want()).isEqualTo(Want.NOTHING);
        assertThat(link.serving().executed()).containsExactly("CAPS", "UPGRADE");
        return why;
    }

    private static Resumption resumption(ServedLink link) {
        return link.client()
                .requireNoFailure()
                .connection()
                .report()
                .tls()
                .orElseThrow()
                .resumption();
    }

    /** Two sides, and what the server has done. */
    private record ServedLink(Endpoint client, LineProtocolServer serving) {}

    /** With a server whose sessions can be resumed. */
    private static ServedLink link(TlsSettings tls, TlsPolicy policy, int port, Issued server) {
        EngineSource engines = SERVERS.computeIfAbsent(server, EngineMaker.SUN_JSSE::with);
        LineProtocolServer serving = new LineProtocolServer();
        MemoryLink link = MemoryLink.between(
                        new UpgradeConnection(
                                new LineProtocolClient(),
                                UpgradeSettings.of(policy).withTls(tls),
                                new Peer("localhost", port)),
                        new UpgradeConnection(
                                serving,
                                UpgradeSettings.of(TlsPolicy.REQUIRED)
                                        .withTls(TlsSettings.builder()
                                                .engines(engines)
                                                .build()),
                                new Peer("127.0.0.1", 2)))
                .run();
        return new ServedLink(link.client(), serving);
    }
}
