package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.EngineMaker.Trust;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.ClientCertificate;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The identity of the peer is verified by this library, whatever engine, trust manager and cache of sessions do. */
@Timeout(300)
class IdentityTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Issued GOOD = CERTIFICATES.localhost(KeyKind.EC);
    private static final Issued OTHER = CERTIFICATES.otherName();
    private static final String PINNED = pin(GOOD.leaf());
    private static final Map<Issued, EngineSource> SERVERS = new ConcurrentHashMap<>();
    private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");
    /** Each test has another server, as the caches of sessions see it. */
    private static final AtomicInteger PORT = new AtomicInteger(20_000);

    static Stream<Arguments> clients() {
        return Stream.of(EngineMaker.values()).flatMap(engines -> Stream.of(Trust.values())
                .flatMap(trust -> VERSIONS.stream().map(version -> Arguments.of(engines, trust, version))));
    }

    static Stream<Arguments> engines() {
        return Stream.of(EngineMaker.values())
                .flatMap(engines -> VERSIONS.stream().map(version -> Arguments.of(engines, version)));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("clients")
    void a_certificate_of_another_name_is_refused_whatever_trusts_it(EngineMaker maker, Trust trust, String version) {
        TlsSettings tls = settings(maker, trust, version);
        int port = PORT.incrementAndGet();
        for (int i = 0; i < 2; i++) {
            requireOtherName(link(tls, TlsPolicy.REQUIRED, port, OTHER));
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("clients")
    void a_session_whose_name_was_not_compared_is_not_resumed_where_it_is(
            EngineMaker maker, Trust trust, String version) {
        TlsSettings tls = settings(maker, trust, version);
        int port = PORT.incrementAndGet();
        assertThat(resumption(link(tls, TlsPolicy.OPPORTUNISTIC, port, OTHER))).isEqualTo(Resumption.FULL);
        assertThat(resumption(link(tls, TlsPolicy.OPPORTUNISTIC, port, OTHER))).isEqualTo(again(maker, version));
        for (int i = 0; i < 2; i++) {
            requireOtherName(link(tls, TlsPolicy.REQUIRED, port, OTHER));
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("clients")
    void verified_and_unverified_sessions_are_resumed_each_by_its_own_kind(
            EngineMaker maker, Trust trust, String version) {
        TlsSettings tls = settings(maker, trust, version);
        int port = PORT.incrementAndGet();
        for (TlsPolicy policy : List.of(TlsPolicy.OPPORTUNISTIC, TlsPolicy.REQUIRED)) {
            assertThat(resumption(link(tls, policy, port, GOOD)))
                    .as("%s", policy)
                    .isEqualTo(Resumption.FULL);
        }
        for (TlsPolicy policy : List.of(TlsPolicy.OPPORTUNISTIC, TlsPolicy.REQUIRED)) {
            assertThat(resumption(link(tls, policy, port, GOOD)))
                    .as("%s", policy)
                    .isEqualTo(again(maker, version));
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("clients")
    void a_source_that_gives_the_engine_another_host_makes_no_name_good(
            EngineMaker maker, Trust trust, String version) {
        EngineSource source = maker.client(trust);
        TlsSettings tls = TlsSettings.builder()
                .versions(version)
                .engines((host, port) -> source.create("elsewhere.example", 25))
                .build();
        for (TlsPolicy policy :
                List.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.OPPORTUNISTIC, TlsPolicy.REQUIRED)) {
            ServedLink link = link(tls, policy, 25, OTHER);
            if (policy == TlsPolicy.REQUIRED) {
                requireOtherName(link);
            } else {
                link.client().requireNoFailure();
            }
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("clients")
    void a_source_that_mixes_its_sessions_fails_once_and_then_verifies(EngineMaker maker, Trust trust, String version) {
        EngineSource source = maker.client(trust);
        TlsSettings tls = TlsSettings.builder()
                .versions(version)
                .engines((host, port) -> source.create("localhost", 25))
                .build();
        link(tls, TlsPolicy.OPPORTUNISTIC, 25, GOOD).client().requireNoFailure();
        int refused = 0;
        boolean forgets = maker != EngineMaker.TCNATIVE || version.equals("TLSv1.3");
        ServedLink link = link(tls, TlsPolicy.REQUIRED, 25, GOOD);
        // netty-tcnative keeps what it is asked to forget.
        while (link.client().failure().isPresent() && refused < 4) {
            UpgradeException why = link.client().upgradeFailure();
            assertThat(why.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
            assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("EngineSource"));
            assertThat(link.serving().executed()).containsExactly("CAPS", "UPGRADE");
            // A server of TLS 1.3 may have given more than one ticket.
            refused++;
            link = link(tls, TlsPolicy.REQUIRED, 25, GOOD);
        }
        // SunJSSE offers no session of TLS 1.3 again that was made with other signature schemes.
        boolean offered = maker != EngineMaker.SUN_JSSE || version.equals("TLSv1.2");
        assertThat(refused > 0).isEqualTo(offered && again(maker, version) == Resumption.RESUMED);
        if (forgets) {
            assertThat(resumption(link)).isEqualTo(Resumption.FULL);
            link(tls, TlsPolicy.REQUIRED, 25, GOOD).client().requireNoFailure();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("engines")
    void a_session_without_a_certificate_is_not_enough_where_one_is_needed(EngineMaker maker, String version) {
        EngineSource engines = maker.with(CERTIFICATES.localhost(KeyKind.EC));
        SSLContext context = CERTIFICATES.client();
        TlsSettings client = TlsSettings.builder()
                .versions(version)
                .engines((host, port) -> context.createSSLEngine(host, 25))
                .build();
        for (ClientCertificate asked : List.of(
                ClientCertificate.NONE, ClientCertificate.NONE, ClientCertificate.NEEDED, ClientCertificate.NEEDED)) {
            LineProtocolServer serving = new LineProtocolServer();
            ServedLink link = link(
                    client,
                    TlsPolicy.OPPORTUNISTIC,
                    "localhost",
                    25,
                    TlsSettings.builder()
                            .engines(engines)
                            .clientCertificate(asked)
                            .build(),
                    serving);
            if (asked == ClientCertificate.NONE) {
                link.server().requireNoFailure();
                assertThat(serving.executed()).contains("inside CAPS");
            } else {
                UpgradeException why = link.server().upgradeFailure();
                assertThat(why.reason()).as(why.getMessage()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
                assertThat(why.hint())
                        .hasValueSatisfying(hint -> assertThat(hint).contains("certificate"));
                assertThat(serving.executed()).doesNotContain("inside CAPS");
            }
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("engines")
    void a_server_of_another_name_is_given_no_certificate_of_the_clients(EngineMaker maker, String version) {
        LineProtocolServer serving = new LineProtocolServer();
        ServedLink link = link(
                TlsSettings.builder()
                        .versions(version)
                        .engines(
                                maker == EngineMaker.TCNATIVE
                                        ? maker.client()
                                        : maker.with(CERTIFICATES.named("me.example")))
                        .build(),
                TlsPolicy.REQUIRED,
                "localhost",
                PORT.incrementAndGet(),
                TlsSettings.builder()
                        .engines(EngineMaker.SUN_JSSE.with(OTHER))
                        .clientCertificate(ClientCertificate.WANTED)
                        .build(),
                serving);
        assertThat(link.client().upgradeFailure().reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        link.server().arriveEnd().run();
        assertThat(link.server().upgradeFailure().peerChain()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void who_is_out_of_date_and_since_when_is_said(EngineMaker maker) {
        for (Issued issued : List.of(CERTIFICATES.expired(), CERTIFICATES.notYetValid())) {
            for (String version : VERSIONS) {
                UpgradeException why = link(
                                settings(maker, Trust.OWN, version), TlsPolicy.REQUIRED, PORT.incrementAndGet(), issued)
                        .client()
                        .upgradeFailure();
                assertThat(why.reason()).isEqualTo(FailureReason.CERTIFICATE_EXPIRED);
                assertThat(why).hasMessageContaining("the certificate of CN=localhost ");
                boolean over = issued.leaf().getNotAfter().toInstant().isBefore(Instant.now());
                assertThat(why)
                        .hasMessageContaining(
                                over
                                        ? "was valid until "
                                                + issued.leaf().getNotAfter().toInstant()
                                        : "is valid from "
                                                + issued.leaf().getNotBefore().toInstant());
                assertThat(why.peerChain()).containsExactly(issued.leaf());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_failure_can_be_serialised_with_its_certificates(String version) throws Exception {
        UpgradeException why = link(
                        settings(EngineMaker.SUN_JSSE, Trust.OWN, version),
                        TlsPolicy.REQUIRED,
                        PORT.incrementAndGet(),
                        OTHER)
                .client()
                .upgradeFailure();
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(octets)) {
            out.writeObject(why);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(octets.toByteArray()))) {
            assertThat(((UpgradeException) in.readObject()).peerChain()).containsExactly(OTHER.leaf());
        }
    }

    @ParameterizedTest
    @EnumSource
    void underscores_and_a_dot_at_the_end_and_the_case_make_no_difference(EngineMaker maker) {
        Issued issued = CERTIFICATES.named("mail_server.example");
        for (String host : List.of("mail_server.example", "MAIL_server.example.", "mail_server.EXAMPLE")) {
            link(
                            settings(maker, Trust.OWN, "TLSv1.3"),
                            TlsPolicy.REQUIRED,
                            host,
                            PORT.incrementAndGet(),
                            TlsSettings.builder()
                                    .engines(EngineMaker.SUN_JSSE.with(issued))
                                    .build(),
                            new LineProtocolServer())
                    .client()
                    .requireNoFailure();
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_is_no_name_of_the_dns_matches_nothing_with_any_engine(EngineMaker maker) {
        for (String host : List.of("localhost..", ".", "*", "127.1", "local host", "a b.c", "1.2.3.4.5")) {
            UpgradeException why = link(
                            settings(maker, Trust.OWN, "TLSv1.3"),
                            TlsPolicy.REQUIRED,
                            host,
                            PORT.incrementAndGet(),
                            TlsSettings.builder()
                                    .engines(EngineMaker.SUN_JSSE.with(GOOD))
                                    .build(),
                            new LineProtocolServer())
                    .client()
                    .upgradeFailure();
            assertThat(why.reason()).as(host).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        }
    }

    @Test
    void the_jdks_trust_manager_under_conscrypts_engine_is_named_as_what_is_wrong() throws Exception {
        TrustManagerFactory ofJdk = TrustManagerFactory.getInstance("PKIX");
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", CERTIFICATES.root());
        ofJdk.init(roots);
        SSLContext context = SSLContext.getInstance("TLS", Conscrypt.newProvider());
        context.init(null, ofJdk.getTrustManagers(), null);
        UpgradeException why = link(
                        TlsSettings.builder()
                                .context(context)
                                .versions("TLSv1.3")
                                .build(),
                        TlsPolicy.REQUIRED,
                        PORT.incrementAndGet(),
                        GOOD)
                .client()
                .upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why.hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("getInstance(\"PKIX\", conscrypt)"));
        link(
                        TlsSettings.builder()
                                .context(context)
                                .versions("TLSv1.2")
                                .build(),
                        TlsPolicy.REQUIRED,
                        PORT.incrementAndGet(),
                        GOOD)
                .client()
                .requireNoFailure();
    }

    @Test
    void a_name_that_sunjsse_refuses_in_sni_is_named_as_what_is_wrong() {
        Endpoint server = Endpoint.of(new UpgradeConnection(
                new LineProtocolServer(),
                UpgradeSettings.of(TlsPolicy.IMPLICIT)
                        .withTls(TlsSettings.builder()
                                .engines(EngineMaker.SUN_JSSE.with(GOOD))
                                .build()),
                new Peer("127.0.0.1", 2)));
        server.arrive(renamed()).run();
        assertThat(server.upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("underscore"));
    }

    /** A ClientHello that asks for mail_server. */
    private static byte[] renamed() {
        try {
            SSLEngine engine = CERTIFICATES.client().createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("mail-server")));
            engine.setSSLParameters(parameters);
            ByteBuffer hello = ByteBuffer.allocate(20_000);
            engine.wrap(ByteBuffer.allocate(0), hello);
            String text = new String(hello.array(), 0, hello.position(), StandardCharsets.ISO_8859_1);
            return text.replace("mail-server", "mail_server").getBytes(StandardCharsets.ISO_8859_1);
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(TlsPolicy.class)
    void a_pinned_key_is_asked_for_under_any_policy(TlsPolicy policy) {
        if (policy == TlsPolicy.DISABLED || policy == TlsPolicy.IMPLICIT) {
            return;
        }
        for (String version : VERSIONS) {
            for (int i = 0; i < 2; i++) {
                pinned(policy, version, PINNED, GOOD).client().requireNoFailure();
                ServedLink link = pinned(policy, version, PINNED, CERTIFICATES.localhost(KeyKind.RSA));
                UpgradeException why = link.client().upgradeFailure();
                assertThat(why.reason()).isEqualTo(FailureReason.CERTIFICATE_PIN_MISMATCH);
                assertThat(why.resultType()).isEqualTo("validation-failure");
                assertThat(why)
                        .hasMessageContaining(
                                pin(CERTIFICATES.localhost(KeyKind.RSA).leaf()));
                requireSilentEnd(link);
            }
        }
    }

    @Test
    void a_pin_is_no_leave_to_have_another_name() {
        assertThat(pinned(TlsPolicy.REQUIRED, "TLSv1.3", pin(OTHER.leaf()), OTHER)
                        .client()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        pinned(TlsPolicy.OPPORTUNISTIC, "TLSv1.3", pin(OTHER.leaf()), OTHER)
                .client()
                .requireNoFailure();
    }

    @Test
    void an_issuers_key_may_be_pinned_where_the_server_sends_its_certificate() {
        Issued withRoot = new Issued(GOOD.key(), List.of(GOOD.leaf(), CERTIFICATES.root()));
        pinned(TlsPolicy.REQUIRED, "TLSv1.3", pin(CERTIFICATES.root()), withRoot)
                .client()
                .requireNoFailure();
    }

    @ParameterizedTest
    @EnumSource
    void the_name_for_sni_may_be_another_and_may_be_left_out(EngineMaker maker) {
        List<String> asked = new ArrayList<>();
        TlsSettings server = TlsSettings.builder()
                .engines(EngineMaker.SUN_JSSE.with(GOOD))
                .contextByServerName(name -> {
                    asked.add(name);
                    return Optional.empty();
                })
                .build();
        for (String version : VERSIONS) {
            TlsSettings.Builder client = TlsSettings.builder().versions(version).engines(maker.client());
            for (TlsSettings tls : List.of(
                    client.build(),
                    client.sni("Other.example").build(),
                    client.withoutSni().build())) {
                sni(tls, server);
            }
            assertThat(asked).as(version).containsExactly("mail.example", "other.example");
            asked.clear();
        }
    }

    private static void sni(TlsSettings tls, TlsSettings server) {
        MemoryLink link = MemoryLink.between(
                        new UpgradeConnection(
                                new LineProtocolClient(),
                                UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(tls),
                                new Peer("mail.example", PORT.incrementAndGet())),
                        new UpgradeConnection(
                                new LineProtocolServer(),
                                UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(server),
                                new Peer("127.0.0.1", 2)))
                .run();
        // What is verified is still the host.
        assertThat(link.client().upgradeFailure()).hasMessageContaining("mail.example");
        assertThat(link.client().upgradeFailure().reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
    }

    private static ServedLink pinned(TlsPolicy policy, String version, String pin, Issued server) {
        return link(
                TlsSettings.builder()
                        .context(CERTIFICATES.client())
                        .versions(version)
                        .pins(pin)
                        .build(),
                policy,
                1 + PORT.incrementAndGet() % 2,
                server);
    }

    private static String pin(Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
            return "sha256/" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void requireOtherName(ServedLink link) {
        UpgradeException why = link.client().upgradeFailure();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(why).hasMessageContaining("a certificate for localhost, got one for elsewhere.example");
        assertThat(why.peerChain()).containsExactly(OTHER.leaf());
        requireSilentEnd(link);
    }

    private static void requireSilentEnd(ServedLink link) {
        assertThat(link.client().connection().want()).isEqualTo(Want.NOTHING);
        assertThat(link.server().failure()).as("no alert, no close_notify").isEmpty();
        link.server().arriveEnd().run();
        assertThat(link.server().upgradeFailure().reason())
                .isIn(FailureReason.TRUNCATED, FailureReason.CONNECTION_CLOSED);
        assertThat(link.serving().executed()).containsExactly("CAPS", "UPGRADE");
    }

    private static TlsSettings settings(EngineMaker maker, Trust trust, String version) {
        try {
            TlsSettings.Builder builder = TlsSettings.builder().versions(version);
            return maker == EngineMaker.TCNATIVE
                    ? builder.engines(maker.client(trust)).build()
                    : builder.context(maker.trusting(trust)).build();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bouncy Castle's client resumes no session of TLS 1.3. */
    private static Resumption again(EngineMaker maker, String version) {
        return maker == EngineMaker.BOUNCY_CASTLE && version.equals("TLSv1.3") ? Resumption.FULL : Resumption.RESUMED;
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
    private record ServedLink(Endpoint client, Endpoint server, LineProtocolServer serving) {}

    /** With a server whose sessions can be resumed. */
    private static ServedLink link(TlsSettings tls, TlsPolicy policy, int port, Issued server) {
        EngineSource engines = SERVERS.computeIfAbsent(server, EngineMaker.SUN_JSSE::with);
        return link(
                tls,
                policy,
                "localhost",
                port,
                TlsSettings.builder().engines(engines).build(),
                new LineProtocolServer());
    }

    private static ServedLink link(
            TlsSettings tls, TlsPolicy policy, String host, int port, TlsSettings server, LineProtocolServer serving) {
        MemoryLink link = MemoryLink.between(
                        new UpgradeConnection(
                                new LineProtocolClient(),
                                UpgradeSettings.of(policy).withTls(tls),
                                new Peer(host, port)),
                        new UpgradeConnection(
                                serving,
                                UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(server),
                                new Peer("127.0.0.1", 2)))
                .run();
        return new ServedLink(link.client(), link.server(), serving);
    }
}
