package dev.starttls.conformance.client.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.client.pki.OddCertificate.Expectation;
import dev.starttls.conformance.tls.certificate.NameRules;
import dev.starttls.conformance.tls.certificate.NameVerdict;
import dev.starttls.conformance.tls.minimal.server.ServerCredentials;
import dev.starttls.core.tls.ServerIdentity;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That each certificate is wrong in the way it says, and in no other, by the rules of the JDK and of the suite. */
class ClientPkiTest {

    private static final String HOST = "mx.mail.example.org";
    private static final ClientPki PKI = ClientPki.create(HOST);
    private static final ServerIdentity REFERENCE = ServerIdentity.of(HOST);

    /** What the path, the key usage or the extended key usage is wrong in, as far as the JDK checks it. */
    private static final Set<OddCertificate> WRONG_PATH = EnumSet.of(
            OddCertificate.SELF_SIGNED,
            OddCertificate.UNKNOWN_ROOT,
            OddCertificate.FORGED_SIGNATURE,
            OddCertificate.EXPIRED,
            OddCertificate.NOT_YET_VALID,
            OddCertificate.INTERMEDIATE_MISSING,
            OddCertificate.INTERMEDIATE_NOT_A_CA,
            OddCertificate.CLIENT_AUTH_ONLY,
            OddCertificate.NO_DIGITAL_SIGNATURE,
            OddCertificate.MD5_SIGNATURE,
            OddCertificate.NAME_CONSTRAINTS_VIOLATED,
            OddCertificate.CRITICAL_UNKNOWN_EXTENSION);

    private static final Set<OddCertificate> WRONG_NAME = EnumSet.of(
            OddCertificate.OTHER_NAME,
            OddCertificate.COMMON_NAME_ONLY,
            OddCertificate.IP_IN_SAN_ONLY,
            OddCertificate.WILDCARD_ONE_LABEL_TOO_FEW,
            OddCertificate.PARTIAL_WILDCARD,
            OddCertificate.REGISTRY_WILDCARD);

    /** What the JDK allows a private root, or no longer, with jdk.certpath.disabledAlgorithms. */
    private static final Set<OddCertificate> WEAK = EnumSet.of(OddCertificate.RSA_1024, OddCertificate.SHA1_SIGNATURE);

    /** To find primes takes long, and nothing about these depends on the host. */
    private static final Set<OddCertificate> EXPENSIVE = EnumSet.of(
            OddCertificate.RSA_1024,
            OddCertificate.MD5_SIGNATURE,
            OddCertificate.CHAIN_OF_20,
            OddCertificate.HUGE_CHAIN);

    private static List<X509Certificate> chain(OddCertificate odd) {
        return PKI.credentials(odd).chain();
    }

    private static void validate(OddCertificate odd) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("root", PKI.root());
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        ServerCredentials credentials = PKI.credentials(odd);
        ((X509TrustManager) factory.getTrustManagers()[0])
                .checkServerTrusted(
                        credentials.chain().toArray(X509Certificate[]::new),
                        credentials.isRsa() ? "ECDHE_RSA" : "ECDHE_ECDSA");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RSA_1024", "SHA1_SIGNATURE"})
    void has_a_right_or_a_wrong_path_as_it_says(OddCertificate odd) throws Exception {
        if (WRONG_PATH.contains(odd)) {
            assertThatThrownBy(() -> validate(odd)).isInstanceOf(CertificateException.class);
        } else {
            validate(odd);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TRAILING_DOT")
    void has_a_right_or_a_wrong_name_as_it_says(OddCertificate odd) {
        NameVerdict verdict = NameRules.judge(chain(odd).get(0), REFERENCE);

        if (odd == OddCertificate.COMMON_NAME_ONLY) {
            assertThat(verdict).isEqualTo(new NameVerdict.CommonNameOnly(HOST));
        } else if (WRONG_NAME.contains(odd)) {
            assertThat(verdict).isInstanceOf(NameVerdict.Mismatched.class);
        } else {
            assertThat(verdict).isInstanceOf(NameVerdict.Matched.class);
        }
    }

    static Stream<OddCertificate> refused() {
        return Arrays.stream(OddCertificate.values()).filter(odd -> odd.expectation() == Expectation.REFUSE);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void what_must_be_refused_is_wrong_in_exactly_one_respect(OddCertificate odd) {
        assertThat(Stream.of(WRONG_PATH, WRONG_NAME, WEAK).filter(set -> set.contains(odd)))
                .hasSize(1);
    }

    @Test
    void nothing_else_is_wrong() {
        assertThat(Stream.of(WRONG_PATH, WRONG_NAME, WEAK).flatMap(Set::stream))
                .allMatch(odd -> odd.expectation() == Expectation.REFUSE);
    }

    @Test
    void the_weak_ones_are_weak() {
        assertThat(((RSAPublicKey) chain(OddCertificate.RSA_1024).get(0).getPublicKey())
                        .getModulus()
                        .bitLength())
                .isEqualTo(1024);
        assertThat(chain(OddCertificate.SHA1_SIGNATURE).get(0).getSigAlgName()).isEqualTo("SHA1withECDSA");
        assertThat(chain(OddCertificate.MD5_SIGNATURE).get(0).getSigAlgName()).isEqualTo("MD5withRSA");
    }

    @Test
    void the_trailing_dot_is_there() throws Exception {
        assertThat(chain(OddCertificate.TRAILING_DOT).get(0).getSubjectAlternativeNames())
                .containsExactly(List.of(2, HOST + "."));
    }

    @Test
    void the_long_chains_are_long() throws Exception {
        assertThat(chain(OddCertificate.CHAIN_OF_20)).hasSize(20);
        int octets = 0;
        for (X509Certificate certificate : chain(OddCertificate.HUGE_CHAIN)) {
            octets += certificate.getEncoded().length;
        }
        assertThat(octets).isBetween(1 << 20, 1 << 21);
    }

    @Test
    void the_stapled_response_says_revoked_and_is_signed_by_the_root() throws Exception {
        ServerCredentials credentials = PKI.credentials(OddCertificate.REVOKED_STAPLED);
        OCSPResp response = new OCSPResp(credentials.stapled().orElseThrow().array());
        BasicOCSPResp basic = (BasicOCSPResp) response.getResponseObject();

        assertThat(response.getStatus()).isEqualTo(OCSPResp.SUCCESSFUL);
        assertThat(basic.isSignatureValid(new JcaContentVerifierProviderBuilder().build(PKI.root())))
                .isTrue();
        assertThat(basic.getResponses()[0].getCertStatus()).isInstanceOf(RevokedStatus.class);
        assertThat(basic.getResponses()[0].getCertID().getSerialNumber())
                .isEqualTo(credentials.chain().get(0).getSerialNumber());
    }

    @Test
    void the_root_is_written_as_pem() throws Exception {
        assertThat(CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(PKI.rootPem().getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(PKI.root());
    }

    @Test
    void threads_that_ask_at_once_get_the_same() {
        ClientPki pki = ClientPki.create(HOST);

        assertThat(IntStream.range(0, 16)
                        .parallel()
                        .mapToObj(i -> pki.credentials(OddCertificate.GOOD))
                        .distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "example.org", "mail.example.org"})
    void each_that_is_possible_for_a_host_is_made(String host) {
        ClientPki pki = ClientPki.create(host);

        assertThat(OddCertificate.values())
                .filteredOn(odd -> odd.isPossibleFor(host) && !EXPENSIVE.contains(odd))
                .allSatisfy(odd -> assertThat(pki.credentials(odd).chain()).isNotEmpty());
        assertThat(NameRules.judge(pki.credentials(OddCertificate.GOOD).chain().get(0), ServerIdentity.of(host)))
                .isInstanceOf(NameVerdict.Matched.class);
    }

    @Test
    void a_wildcard_for_an_address_is_not_made() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientPki.create("127.0.0.1").credentials(OddCertificate.WHOLE_LABEL_WILDCARD))
                .withMessageEndingWith("got 127.0.0.1");
    }

    @Test
    void the_wildcard_of_a_registry_would_be_for_a_host_of_two_labels() throws Exception {
        assertThat(ClientPki.create("example.org")
                        .credentials(OddCertificate.REGISTRY_WILDCARD)
                        .chain()
                        .get(0)
                        .getSubjectAlternativeNames())
                .containsExactly(List.of(2, "*.org"));
    }
}
