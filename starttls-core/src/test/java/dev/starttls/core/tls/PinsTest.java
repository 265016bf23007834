package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinsTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Certificate LEAF = CERTIFICATES.localhost(KeyKind.EC).leaf();
    private static final Certificate OTHER = CERTIFICATES.otherName().leaf();
    private static final Certificate ROOT = CERTIFICATES.root();
    private static final Duration VALID = Duration.ofDays(2);
    private static final Certificate STRANGER = TestCertificates.withOwnRoot().root();

    @Test
    void the_leaf_and_its_issuers_count_and_unrelated_certificates_do_not() {
        Pins leaf = Pins.of(Pins.pin(LEAF));
        Pins root = Pins.of(Pins.pin(ROOT), Pins.pin(STRANGER));
        assertThat(leaf.match(List.of(LEAF))).isTrue();
        assertThat(leaf.match(List.of(LEAF, ROOT))).isTrue();
        assertThat(root.match(List.of(LEAF, ROOT))).isTrue();
        assertThat(root.match(List.of(LEAF, ROOT, STRANGER))).isTrue();

        assertThat(root.match(List.of(LEAF))).isFalse();
        assertThat(leaf.match(List.of(OTHER, LEAF))).isFalse();
        assertThat(root.match(List.of(LEAF, STRANGER))).isFalse();
        assertThat(root.match(List.of(LEAF, OTHER, ROOT))).isFalse();
        assertThat(root.match(List.of(LEAF, STRANGER, ROOT))).isFalse();
        assertThat(root.match(List.of())).isFalse();
    }

    /** Any certificate may be signed with the key of a leaf, and another authority may even allow it. */
    @Test
    void a_leaf_of_the_pinned_authority_issues_nothing_for_it() throws Exception {
        KeyPair authority = keys();
        KeyPair stranger = keys();
        KeyPair server = keys();
        Certificate pinned = certificate("X", authority, "X", authority, true);
        Certificate ordinary = certificate("attacker.example", stranger, "X", authority, false);
        Certificate promoted = certificate("attacker.example", stranger, "X", authority, true);
        Certificate leaf = certificate("localhost", server, "attacker.example", stranger, false);
        Pins pins = Pins.of(Pins.pin(pinned));
        assertThat(pins.match(List.of(leaf, ordinary, pinned))).isFalse();
        assertThat(pins.match(List.of(leaf, promoted, pinned))).isTrue();
        assertThat(pins.match(List.of(ordinary, pinned))).isTrue();
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    /** RFC 5280 section 4.2.1.9. */
    @Test
    void an_authority_has_as_many_authorities_below_it_as_its_certificate_allows() throws Exception {
        KeyPair authority = keys();
        KeyPair between = keys();
        Certificate leaf = certificate("localhost", keys(), "Y", between, false);
        Certificate middle = certificate("Y", between, "X", authority, new BasicConstraints(0), VALID);
        for (int allowed = 0; allowed < 2; allowed++) {
            Certificate top = certificate("X", authority, "X", authority, new BasicConstraints(allowed), VALID);
            Pins pins = Pins.of(Pins.pin(top));
            assertThat(pins.match(List.of(leaf, middle, top))).isEqualTo(allowed > 0);
            assertThat(pins.match(List.of(middle, top))).isTrue();
        }
    }

    /** RFC 5280 section 4.2.1.3. */
    @Test
    void an_authority_whose_key_may_be_used_for_something_else_alone_issues_nothing() throws Exception {
        KeyPair authority = keys();
        Certificate leaf = certificate("localhost", keys(), "X", authority, false);
        for (int usage : new int[] {KeyUsage.keyCertSign, KeyUsage.digitalSignature, KeyUsage.cRLSign}) {
            Certificate top =
                    certificate("X", authority, "X", authority, new BasicConstraints(true), VALID, new KeyUsage(usage));
            assertThat(Pins.of(Pins.pin(top)).match(List.of(leaf, top))).isEqualTo(usage == KeyUsage.keyCertSign);
        }
    }

    @Test
    void an_authority_whose_time_is_over_issues_nothing() throws Exception {
        KeyPair authority = keys();
        Certificate leaf = certificate("localhost", keys(), "X", authority, false);
        Certificate top = certificate("X", authority, "X", authority, new BasicConstraints(true), Duration.ofHours(1));
        assertThat(Pins.of(Pins.pin(top)).match(List.of(leaf, top))).isFalse();
    }

    private static Certificate certificate(
            String subject, KeyPair keys, String issuer, KeyPair signer, boolean authority) throws Exception {
        return certificate(subject, keys, issuer, signer, new BasicConstraints(authority), VALID);
    }

    private static Certificate certificate(
            String subject,
            KeyPair keys,
            String issuer,
            KeyPair signer,
            BasicConstraints constraints,
            Duration valid,
            KeyUsage... usage)
            throws Exception {
        Instant from = Instant.now().minus(1, ChronoUnit.DAYS);
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + issuer),
                BigInteger.ONE,
                Date.from(from),
                Date.from(from.plus(valid)),
                new X500Name("CN=" + subject),
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, constraints);
        for (KeyUsage one : usage) {
            builder.addExtension(Extension.keyUsage, true, one);
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256/",
                "sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "sha256/AAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "sha256/not Base64, not Base64, not Base64, not Base"
            })
    void a_pin_in_another_format_is_refused_at_once(String pin) {
        assertThatThrownBy(() -> TlsSettings.builder().pins(pin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sha256/");
    }
}
