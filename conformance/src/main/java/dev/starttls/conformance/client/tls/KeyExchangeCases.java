package dev.starttls.conformance.client.tls;

import static dev.starttls.conformance.tls.wire.ProtocolVersion.TLS12;
import static dev.starttls.conformance.tls.wire.ProtocolVersion.TLS13;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.tls.TlsCases.Rule;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import java.util.List;

/** The proof of the server's key, and the keys that are exchanged: TLS-C-22, 23, 29 and 30. */
final class KeyExchangeCases {
    private static final String PROOF =
            "Certificates are public: without the proof that the server has the key, an attacker can present the right one.";
    private static final String LIBRARY = "Keep the TLS library up to date; authors: do not write your own.";
    private static final String SMALL =
            "The secret of such an exchange can be computed by others, and with it all that is sent (Logjam,"
                    + " CVE-2015-4000).";
    private static final String NO_SMALL =
            "Switch off DHE suites, or demand 2048 bits (SECLEVEL=2 in OpenSSL, jdk.tls.disabledAlgorithms with DH keySize <"
                    + " 2048 in Java).";
    private static final String POINT =
            "With public keys that are not valid, an attacker learns the client's key, or knows the secret beforehand.";

    private KeyExchangeCases() {}

    static List<ClientCase> of(Protocol protocol) {
        Rule signed = new Rule(
                "refuses a signature that was not made with the certificate's key", "", Level.MUST, PROOF, LIBRARY);
        Rule group = new Rule(
                "refuses a group that it did not offer",
                "",
                Level.MUST,
                "An attacker who chooses the group in the client's place chooses the weakest that its library has.",
                LIBRARY);
        Rule point = new Rule("refuses a point that is not on the curve", "", Level.MUST, POINT, LIBRARY);
        Rule zero = new Rule("refuses a key that makes the secret zero", "", Level.MUST, POINT, LIBRARY);
        return List.of(
                TlsCases.deviation(
                        protocol,
                        "TLS-C-22a",
                        signed.in(TLS13, "RFC 8446 section 4.4.3"),
                        TlsDeviation.CERTIFICATE_VERIFY_WRONG_KEY,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-22b",
                        signed.in(TLS12, "RFC 5246 section 7.4.3"),
                        TlsDeviation.SERVER_KEY_EXCHANGE_WRONG_KEY,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-23",
                        new Rule(
                                "refuses a handshake without CertificateVerify",
                                "RFC 8446 section 4.4.3, CVE-2020-24613",
                                Level.MUST,
                                PROOF,
                                LIBRARY),
                        TlsDeviation.CERTIFICATE_VERIFY_MISSING,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-29a",
                        new Rule(
                                "refuses a DHE key of 512 bits",
                                "RFC 9325 section 4.5, CVE-2015-4000",
                                Level.MUST,
                                SMALL,
                                NO_SMALL),
                        TlsDeviation.DHE_512,
                        TLS12),
                // Where TLS is not required, a short key is better than plaintext (RFC 7435 section 3).
                TlsCases.draft(
                                protocol,
                                "TLS-C-29b",
                                new Rule(
                                        "refuses a DHE key of 1024 bits",
                                        "RFC 9325 section 4.5, CVE-2015-4000",
                                        Level.MUST,
                                        SMALL,
                                        NO_SMALL))
                        .allowedWhenOpportunistic()
                        .script(TlsCases.deviating(TlsDeviation.DHE_1024, TLS12))
                        .judge(TlsCases.judge(TlsDeviation.DHE_1024, TLS12)),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-30a",
                        group.in(TLS13, "RFC 8446 section 4.2.8"),
                        TlsDeviation.GROUP_NOT_OFFERED,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-30b",
                        group.in(TLS12, "RFC 8422 section 5.4"),
                        TlsDeviation.GROUP_NOT_OFFERED,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-30c",
                        point.in(TLS13, "RFC 8446 section 4.2.8.2"),
                        TlsDeviation.POINT_NOT_ON_CURVE,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-30d",
                        point.in(TLS12, "RFC 8422 section 5.11"),
                        TlsDeviation.POINT_NOT_ON_CURVE,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-30e",
                        zero.in(TLS13, "RFC 8446 section 7.4.2"),
                        TlsDeviation.ALL_ZERO_X25519,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-30f",
                        zero.in(TLS12, "RFC 8422 section 5.11"),
                        TlsDeviation.ALL_ZERO_X25519,
                        TLS12));
    }
}
