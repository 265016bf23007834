package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.core.engine.PumpSide;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.wire.ClientHelloReader;
import dev.starttls.core.wire.HelloExtensions;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarFile;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Groups that are set. Runs twice: with the folder of classes, where no Java can set groups, and with the jar, where Java 20
 * and newer can.
 */
@Timeout(120)
class NamedGroupsTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final boolean JAR = GroupParameters.class
            .getProtectionDomain()
            .getCodeSource()
            .getLocation()
            .getPath()
            .endsWith(".jar");
    private static final int FEATURE = Runtime.version().feature();
    private static final int KEY_SHARE = 51;

    @Test
    void where_groups_cannot_be_set_the_setting_fails_at_once() {
        assumeTrue(!JAR || FEATURE < 20, "groups can be set here");
        assertThatThrownBy(() -> TlsSettings.builder().namedGroups("x25519"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(
                        FEATURE < 20
                                ? "expected Java 20 or newer, whose SSLParameters have named groups, got " + FEATURE
                                        + "; try a newer one, or the system property jdk.tls.namedGroups"
                                : "on Java " + FEATURE + "; try the jar itself, or 'Multi-Release: true'");
    }

    @Test
    void the_jar_of_sources_has_the_class_for_newer_java_where_the_jar_has_it() throws Exception {
        assumeTrue(JAR, "there are no jars yet");
        String jar = GroupParameters.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        String name = "META-INF/versions/20/dev/starttls/core/tls/GroupParameters";
        try (JarFile classes = new JarFile(jar);
                JarFile sources = new JarFile(jar.replace(".jar", "-sources.jar"))) {
            assertThat(classes.getEntry(name + ".class")).isNotNull();
            assertThat(classes.stream()).noneMatch(entry -> entry.getName().endsWith(".java"));
            assertThat(sources.getEntry(name + ".java")).isNotNull();
            assertThat(sources.stream()).noneMatch(entry -> entry.getName().endsWith(".class"));
        }
    }

    @Test
    void no_names_leave_the_engines_own_on_any_java() throws Exception {
        SSLEngine engine = client(TlsSettings.builder().namedGroups());
        assertThat(shares(engine)).hasSizeGreaterThan(1);
    }

    @Test
    void names_that_are_wrong_are_refused_at_once() {
        TlsSettings.Builder builder = TlsSettings.builder();
        assertThatThrownBy(() -> builder.namedGroups("x25519", null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.namedGroups("x25519", " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got an empty one among [x25519,  ]");
        assertThatThrownBy(() -> builder.namedGroups("x25519", "x448", "x25519"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each name once");
    }

    @ParameterizedTest
    @CsvSource({
        "x25519, x25519",
        "secp256r1, secp256r1",
        "secp384r1, secp384r1",
        "secp521r1, secp521r1",
        "x448, x448",
        "ffdhe2048, ffdhe2048",
        "secp256r1;secp384r1;secp521r1, secp256r1",
        "x448;x25519, x448",
        "x25519;secp256r1;secp384r1, x25519;secp256r1"
    })
    void a_client_makes_a_key_share_for_the_first_of_each_kind(String names, String shares) throws Exception {
        assumeSettable();
        SSLEngine engine = client(TlsSettings.builder().namedGroups(names.split(";")));
        assertThat(shares(engine)).containsExactly(shares.split(";"));
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, x25519, x25519",
        "TLSv1.3, x448, x448",
        "TLSv1.3, ffdhe2048, ffdhe2048",
        "TLSv1.3, secp256r1;secp384r1, secp256r1",
        // By a HelloRetryRequest.
        "TLSv1.3, secp384r1, secp384r1",
        "TLSv1.2, secp384r1, secp384r1",
        "TLSv1.2, x25519, x25519"
    })
    void a_server_chooses_one_of_its_groups_and_both_report_it(String version, String names, String agreed)
            throws Exception {
        assumeSettable();
        PumpSide[] sides = {
            new PumpSide(client(TlsSettings.builder().versions(version))),
            new PumpSide(server(TlsSettings.builder().namedGroups(names.split(";"))))
        };
        PumpSide.connect(sides[0], sides[1]);
        PumpSide.handshake(sides[0], sides[1]);
        assertThat(sides[0].pump.namedGroup()).contains(agreed);
        assertThat(sides[1].pump.namedGroup()).contains(agreed);
    }

    /** RFC 8422 section 5.1.1. */
    @Test
    void before_tls_13_the_curve_of_a_certificate_must_be_among_them() throws Exception {
        assumeSettable();
        for (String[] names : new String[][] {{"x25519", "secp256r1"}, {"x25519"}}) {
            PumpSide[] sides = {
                new PumpSide(client(TlsSettings.builder().versions("TLSv1.2").namedGroups(names))),
                new PumpSide(TlsSettings.builder()
                        .context(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                        .build()
                        .serverEngine("127.0.0.1", 40_000, Optional.empty()))
            };
            PumpSide.connect(sides[0], sides[1]);
            if (names.length == 1) {
                assertThatThrownBy(() -> PumpSide.handshake(sides[0], sides[1])).isInstanceOf(SSLException.class);
            } else {
                PumpSide.handshake(sides[0], sides[1]);
                assertThat(sides[0].pump.namedGroup()).contains("x25519");
            }
        }
    }

    @Test
    void sides_without_a_group_in_common_fail() throws Exception {
        assumeSettable();
        PumpSide[] sides = {
            new PumpSide(client(TlsSettings.builder().namedGroups("x25519"))),
            new PumpSide(server(TlsSettings.builder().namedGroups("secp256r1")))
        };
        PumpSide.connect(sides[0], sides[1]);
        assertThatThrownBy(() -> PumpSide.handshake(sides[0], sides[1])).isInstanceOf(SSLException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "x25519;nonsense", "secp256k1", "secp256k1;x25519", "SecP384r1MLKEM2048"})
    void groups_that_the_engine_leaves_out_are_refused_on_either_side(String names) {
        assumeSettable();
        String[] groups = names.split(";");
        assertThatThrownBy(() -> client(TlsSettings.builder().namedGroups(groups)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected an engine that offers " + List.of(groups))
                .hasMessageContaining("try a newer JDK");
        assertThatThrownBy(() -> server(TlsSettings.builder().namedGroups(groups)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected an engine that offers " + List.of(groups));
    }

    @Test
    void a_group_that_is_set_by_another_name_is_refused_with_the_name_that_the_engine_knows() {
        assumeSettable();
        assertThatThrownBy(() -> client(TlsSettings.builder().namedGroups("P-256", "x25519", "P-384")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; P-256 is registered as secp256r1; P-384 is registered as secp384r1;"
                        + " the JDK knows registered names alone");
    }

    @ParameterizedTest
    @CsvSource({
        "P-256, secp256r1",
        "prime256v1, secp256r1",
        "secp256-r1, secp256r1",
        "P-384, secp384r1",
        "NIST P-521, secp521r1",
        "Curve25519, x25519",
        "X-448, x448",
        "ffdhe-2048, ffdhe2048",
        "dh_8192, ffdhe8192",
        "X25519-MLKEM-768, X25519MLKEM768",
        "P256_MLKEM768, SecP256r1MLKEM768",
        "p384mlkem1024, SecP384r1MLKEM1024"
    })
    void groups_have_other_names_than_the_registered_ones(String other, String registered) {
        assertThat(GroupNames.registered(other)).contains(registered);
    }

    @Test
    void an_unknown_group_is_shown_by_the_lower_16_bits_of_its_number() {
        assertThat(GroupNames.of(0x0abc)).isEqualTo("0x0abc");
        assertThat(GroupNames.of(0xfafa)).isEqualTo("0xfafa");
        assertThat(GroupNames.of(0x50abc)).isEqualTo("0x0abc");
        assertThat(GroupNames.of((short) 0xfafa)).isEqualTo("0xfafa");
        assertThat(GroupNames.of(0x5001d)).isEqualTo("x25519");
    }

    @Test
    void the_version_of_java_is_before_all_later_ones() {
        assertThat(JavaVersion.isBefore(FEATURE - 1)).isFalse();
        assertThat(JavaVersion.isBefore(FEATURE)).isFalse();
        assertThat(JavaVersion.isBefore(FEATURE + 1)).isTrue();
    }

    @Test
    void a_registered_or_unknown_name_has_no_other() {
        for (int id = 0; id <= 0xffff; id++) {
            assertThat(GroupNames.registered(GroupNames.of(id))).isEmpty();
        }
        assertThat(GroupNames.registered("X25519")).isEmpty();
        assertThat(GroupNames.registered("SECP256R1")).isEmpty();
        assertThat(GroupNames.registered("nonsense")).isEmpty();
        assertThat(GroupNames.registered("---")).isEmpty();
    }

    /** From JDK 27 on (JEP 527). */
    @Test
    void a_hybrid_group_is_agreed_on_where_the_jdk_has_it() throws Exception {
        assumeSettable();
        TlsSettings.Builder hybrid = TlsSettings.builder().namedGroups("X25519MLKEM768", "x25519");
        if (FEATURE < 27) {
            assertThatThrownBy(() -> client(hybrid))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("SSLEngineImpl offers [x25519]");
        } else {
            PumpSide[] sides = {new PumpSide(client(hybrid)), new PumpSide(server(hybrid))};
            PumpSide.connect(sides[0], sides[1]);
            PumpSide.handshake(sides[0], sides[1]);
            assertThat(sides[0].pump.namedGroup()).contains("X25519MLKEM768");
        }
    }

    @Test
    void groups_of_no_use_to_the_versions_and_suites_are_refused() {
        assumeSettable();
        assertThatThrownBy(() -> client(TlsSettings.builder()
                        .versions("TLSv1.2")
                        .suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
                        .namedGroups("x25519", "ffdhe2048")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SSLEngineImpl offers [x25519]");
    }

    /** Other engines treat groups as {@link EngineSource} says. */
    @ParameterizedTest
    @CsvSource({
        "BOUNCY_CASTLE, secp384r1",
        "BOUNCY_CASTLE, X25519MLKEM768",
        "TCNATIVE, secp384r1",
        "TCNATIVE, X25519MLKEM768"
    })
    void other_engines_agree_on_the_group_that_both_set(EngineMaker engines, String group) throws Exception {
        assumeSettable();
        // The curve of the certificates, without which Bouncy Castle accepts none of them.
        String[] groups = {group, "secp256r1"};
        PumpSide[] sides = {
            new PumpSide(made(TlsSettings.builder().engines(engines.client()).namedGroups(groups))),
            new PumpSide(served(engines).namedGroups(groups).build().serverEngine("127.0.0.1", 1, Optional.empty()))
        };
        PumpSide.connect(sides[0], sides[1]);
        PumpSide.handshake(sides[0], sides[1]);
        assertThat(sides[0].pump.namedGroup()).contains(group);
        assertThat(sides[1].pump.namedGroup()).contains(group);
    }

    @ParameterizedTest
    @EnumSource(names = {"BOUNCY_CASTLE", "TCNATIVE"})
    void other_engines_that_do_not_know_a_group_are_refused(EngineMaker engines) {
        assumeSettable();
        assertThatThrownBy(() ->
                        made(TlsSettings.builder().engines(engines.client()).namedGroups("nonsense")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("namedGroups: expected an engine that ")
                .hasMessageContaining("[nonsense], but ");
    }

    @Test
    void engines_that_take_no_groups_are_refused_on_either_side() {
        assumeSettable();
        EngineMaker engines = EngineMaker.CONSCRYPT;
        assertThatThrownBy(() ->
                        made(TlsSettings.builder().engines(engines.client()).namedGroups("x25519")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected an engine that takes [x25519], but org.conscrypt.")
                .hasMessageContaining("set them where its context is made");
        assertThatThrownBy(() ->
                        served(engines).namedGroups("x25519").build().serverEngine("127.0.0.1", 1, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected an engine that takes [x25519], but org.conscrypt.");
    }

    @Test
    void only_the_first_engine_is_tried_out() throws Exception {
        assumeSettable();
        AtomicInteger made = new AtomicInteger();
        EngineSource source = EngineMaker.SUN_JSSE.client();
        TlsSettings settings = TlsSettings.builder()
                .engines((host, port) -> {
                    made.incrementAndGet();
                    return source.create(host, port);
                })
                .namedGroups("x25519")
                .build();
        for (int i = 0; i < 3; i++) {
            settings.clientEngine("localhost", 25, Verification.FULL);
        }
        assertThat(made).hasValue(4);
    }

    private static void assumeSettable() {
        assumeTrue(JAR, "the folder of classes has none for newer Java; the jar is tried in a later phase");
        assumeTrue(FEATURE >= 20, "Java " + FEATURE + " has no SSLParameters.setNamedGroups");
    }

    private static SSLEngine client(TlsSettings.Builder settings) throws GeneralSecurityException {
        return made(settings.context(CERTIFICATES.client()));
    }

    private static SSLEngine made(TlsSettings.Builder settings) throws GeneralSecurityException {
        return settings.build().clientEngine("localhost", 25, Verification.FULL);
    }

    private static TlsSettings.Builder served(EngineMaker engines) {
        return TlsSettings.builder().engines(engines.with(CERTIFICATES.localhost(KeyKind.RSA)));
    }

    private static SSLEngine server(TlsSettings.Builder settings) throws GeneralSecurityException {
        return settings.context(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.RSA)))
                .build()
                .serverEngine("127.0.0.1", 40_000, Optional.empty());
    }

    /** The groups of the key shares in an engine's ClientHello. */
    private static List<String> shares(SSLEngine engine) throws SSLException {
        ByteBuffer hello = ByteBuffer.allocate(32_768);
        engine.wrap(ByteBuffer.allocate(0), hello);
        ClientHelloReader reader = new ClientHelloReader();
        assertThat(reader.read(hello.flip())).isTrue();
        ByteBuffer list = HelloExtensions.vector16(reader.extension(KEY_SHARE).orElseThrow());
        List<String> groups = new ArrayList<>();
        while (list.hasRemaining()) {
            groups.add(GroupNames.of(list.getShort()));
            HelloExtensions.vector16(list);
        }
        return groups;
    }
}
