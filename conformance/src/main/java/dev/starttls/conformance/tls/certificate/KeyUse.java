package dev.starttls.conformance.tls.certificate;

/** What a server does with the key of its certificate, and the bit of keyUsage for it (RFC 5280 section 4.2.1.3). */
public enum KeyUse {
    /** Signs the handshake: TLS 1.3, and the suites of TLS 1.2 with ECDHE and DHE. */
    SIGN(0, "digitalSignature", "RFC 8446 section 4.4.2.2, RFC 5246 section 7.4.2"),
    /** Decrypts the premaster secret: the suites with RSA key transport. */
    DECRYPT(2, "keyEncipherment", "RFC 5246 section 7.4.2"),
    /** Agrees on a secret by static ECDH. */
    AGREE(4, "keyAgreement", "RFC 8422 section 5.3");

    private final int bit;
    private final String label;
    private final String clause;

    KeyUse(int bit, String label, String clause) {
        this.bit = bit;
        this.label = label;
        this.clause = clause;
    }

    int bit() {
        return bit;
    }

    String label() {
        return label;
    }

    String clause() {
        return clause;
    }
}
