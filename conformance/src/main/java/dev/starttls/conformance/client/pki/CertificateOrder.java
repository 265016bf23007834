package dev.starttls.conformance.client.pki;

import dev.starttls.conformance.tls.wire.OctetString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * A certificate to be made.
 *
 * @param isAuthority what its basic constraints say
 * @param usage the bits of {@link KeyUsage}
 * @param purpose its extended key usage; empty for none
 * @param signature the JCA's name of the algorithm it is signed with; empty for SHA-256 with the issuer's key
 * @param rsaBits the length of its RSA key; 0 for an ECDSA key on P-256
 * @param permitted the domain that its name constraints permit; empty for none
 * @param more further extensions
 */
record CertificateOrder(
        String subject,
        Instant notBefore,
        Instant notAfter,
        List<GeneralName> names,
        boolean isAuthority,
        int usage,
        Optional<KeyPurposeId> purpose,
        Optional<String> signature,
        int rsaBits,
        Optional<String> permitted,
        List<More> more) {

    /** An extension by its object identifier, with its content in DER. */
    record More(String oid, boolean isCritical, OctetString content) {}

    static CertificateOrder authority(String subject, Instant notBefore, Instant notAfter) {
        return new CertificateOrder(
                subject,
                notBefore,
                notAfter,
                List.of(),
                true,
                KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature,
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                List.of());
    }

    static CertificateOrder server(String subject, Instant notBefore, Instant notAfter) {
        return new CertificateOrder(
                subject,
                notBefore,
                notAfter,
                List.of(),
                false,
                KeyUsage.digitalSignature,
                Optional.of(KeyPurposeId.id_kp_serverAuth),
                Optional.empty(),
                0,
                Optional.empty(),
                List.of());
    }

    CertificateOrder subject(String name) {
        return new CertificateOrder(
                name, notBefore, notAfter, names, isAuthority, usage, purpose, signature, rsaBits, permitted, more);
    }

    CertificateOrder valid(Instant from, Instant until) {
        return new CertificateOrder(
                subject, from, until, names, isAuthority, usage, purpose, signature, rsaBits, permitted, more);
    }

    CertificateOrder names(GeneralName... all) {
        return new CertificateOrder(
                subject,
                notBefore,
                notAfter,
                List.of(all),
                isAuthority,
                usage,
                purpose,
                signature,
                rsaBits,
                permitted,
                more);
    }

    CertificateOrder withoutNames() {
        return names(new GeneralName[0]);
    }

    CertificateOrder notAuthority() {
        return new CertificateOrder(
                subject, notBefore, notAfter, names, false, usage, purpose, signature, rsaBits, permitted, more);
    }

    CertificateOrder usage(int bits) {
        return new CertificateOrder(
                subject, notBefore, notAfter, names, isAuthority, bits, purpose, signature, rsaBits, permitted, more);
    }

    CertificateOrder purpose(KeyPurposeId id) {
        return new CertificateOrder(
                subject,
                notBefore,
                notAfter,
                names,
                isAuthority,
                usage,
                Optional.of(id),
                signature,
                rsaBits,
                permitted,
                more);
    }

    CertificateOrder signedWith(String algorithm) {
        return new CertificateOrder(
                subject,
                notBefore,
                notAfter,
                names,
                isAuthority,
                usage,
                purpose,
                Optional.of(algorithm),
                rsaBits,
                permitted,
                more);
    }

    CertificateOrder rsa(int bits) {
        return new CertificateOrder(
                subject, notBefore, notAfter, names, isAuthority, usage, purpose, signature, bits, permitted, more);
    }

    CertificateOrder permitting(String domain) {
        return new CertificateOrder(
                subject,
                notBefore,
                notAfter,
                names,
                isAuthority,
                usage,
                purpose,
                signature,
                rsaBits,
                Optional.of(domain),
                more);
    }

    CertificateOrder with(String oid, boolean isCritical, OctetString content) {
        List<More> longer = new ArrayList<>(more);
        longer.add(new More(oid, isCritical, content));
        return new CertificateOrder(
                subject,
                notBefore,
                notAfter,
                names,
                isAuthority,
                usage,
                purpose,
                signature,
                rsaBits,
                permitted,
                List.copyOf(longer));
    }
}
