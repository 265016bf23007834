package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.util.EnumSet;
import java.util.Set;

/** What the server does other than right; each constant is one deviation, and all the rest is right. */
public enum TlsDeviation {
    NONE(Versions.BOTH, Expectation.GO_ON, "nothing is wrong"),

    VERSION_SSL3(Versions.TLS12, Expectation.REFUSE, "the ServerHello chooses SSL 3.0 (RFC 7568 section 3)"),
    VERSION_TLS10(Versions.TLS12, Expectation.REFUSE, "the ServerHello chooses TLS 1.0 (RFC 8996 section 4)"),
    VERSION_TLS11(Versions.TLS12, Expectation.REFUSE, "the ServerHello chooses TLS 1.1 (RFC 8996 section 5)"),
    DOWNGRADE_SENTINEL(
            Versions.TLS12,
            Expectation.REFUSE,
            "TLS 1.2 is chosen with the mark of a server that has TLS 1.3 (RFC 8446 section 4.1.3)"),

    SUITE_NOT_OFFERED(
            Versions.BOTH,
            Expectation.REFUSE,
            "the ServerHello chooses a suite that was not offered (RFC 8446 section 4.1.3)"),
    SUITE_ANONYMOUS(
            Versions.TLS12, Expectation.REFUSE, "a suite without a certificate is chosen (RFC 9325 section 4.1)"),
    SUITE_NULL(Versions.TLS12, Expectation.REFUSE, "a suite without encryption is chosen (RFC 9325 section 4.1)"),
    SUITE_RC4(Versions.TLS12, Expectation.REFUSE, "a suite with RC4 is chosen (RFC 7465 section 2)"),
    SUITE_3DES(Versions.TLS12, Expectation.REFUSE, "a suite with 3DES is chosen (RFC 9325 section 4.1)"),
    SUITE_EXPORT(
            Versions.TLS12,
            Expectation.REFUSE,
            "a suite with RSA keys of 512 bits and RC4 of 40 bits is chosen (RFC 9325 section 4.1)"),

    DHE_512(Versions.TLS12, Expectation.REFUSE, "the prime of DHE has 512 bits (RFC 9325 section 4.5)"),
    DHE_1024(Versions.TLS12, Expectation.SHOULD_REFUSE, "the prime of DHE has 1024 bits (RFC 9325 section 4.5)"),
    GROUP_NOT_OFFERED(
            Versions.BOTH,
            Expectation.REFUSE,
            "the key exchange is in a group that was not offered (RFC 8422 section 5.4, RFC 8446 section 4.2.8)"),
    POINT_NOT_ON_CURVE(
            Versions.BOTH,
            Expectation.REFUSE,
            "the server's public key is not a point of secp256r1 (RFC 8422 section 5.11, RFC 8446 section 4.2.8.2)"),
    ALL_ZERO_X25519(
            Versions.BOTH,
            Expectation.REFUSE,
            "the server's public key makes the x25519 secret zero (RFC 8422 section 5.11, RFC 8446 section 7.4.2)"),

    TWO_HELLO_RETRY_REQUESTS(
            Versions.TLS13, Expectation.REFUSE, "a second HelloRetryRequest follows (RFC 8446 section 4.1.4)"),
    USELESS_HELLO_RETRY_REQUEST(
            Versions.TLS13,
            Expectation.REFUSE,
            "the HelloRetryRequest asks for a group whose share came already (RFC 8446 section 4.1.4)"),

    FINISHED_CORRUPTED(
            Versions.BOTH,
            Expectation.REFUSE,
            "one bit of the server's Finished is flipped (RFC 8446 section 4.4.4, RFC 5246 section 7.4.9)"),
    SERVER_HELLO_TWICE(Versions.BOTH, Expectation.REFUSE, "the ServerHello comes twice (RFC 8446 section 4)"),
    PLAINTEXT_DATA_IN_HANDSHAKE(
            Versions.TLS12,
            Expectation.REFUSE,
            "unencrypted application data follows the ServerHello (RFC 5246 section 7.3)"),
    DATA_BEFORE_FINISHED(
            Versions.BOTH,
            Expectation.REFUSE,
            "encrypted application data precedes the server's Finished (RFC 5246 section 7.4.9)"),
    COMPRESSION(
            Versions.BOTH,
            Expectation.REFUSE,
            "the ServerHello chooses the compression method DEFLATE (RFC 8446 section 4.1.3)"),
    CLOSE_NOTIFY_IN_HANDSHAKE(
            Versions.BOTH,
            Expectation.REFUSE,
            "close_notify follows the ServerHello, and nothing after it (RFC 8446 section 6.1)"),
    ALERT_IN_HANDSHAKE(
            Versions.BOTH,
            Expectation.REFUSE,
            "the fatal alert handshake_failure comes in place of the ServerHello (RFC 8446 section 6.2)"),

    CERTIFICATE_VERIFY_WRONG_KEY(
            Versions.TLS13,
            Expectation.REFUSE,
            "the CertificateVerify is signed with a key other than the certificate's (RFC 8446 section 4.4.3)"),
    CERTIFICATE_VERIFY_MISSING(
            Versions.TLS13, Expectation.REFUSE, "there is no CertificateVerify (RFC 8446 section 4.4.3)"),
    SERVER_KEY_EXCHANGE_WRONG_KEY(
            Versions.TLS12,
            Expectation.REFUSE,
            "the ServerKeyExchange is signed with a key other than the certificate's (RFC 5246 section 7.4.3)"),
    ALPN_IMAP_NOT_OFFERED(
            Versions.BOTH,
            Expectation.REFUSE,
            "the protocol \"imap\" is selected, which was not offered (RFC 7301 section 3.2)"),
    ALPN_POP3_NOT_OFFERED(
            Versions.BOTH,
            Expectation.REFUSE,
            "the protocol \"pop3\" is selected, which was not offered (RFC 7301 section 3.2)"),

    ONE_OCTET_RECORDS(
            Versions.BOTH,
            Expectation.GO_ON,
            "each record has one octet of plaintext, which is allowed (RFC 8446 section 5.1)"),
    EMPTY_HANDSHAKE_RECORDS(
            Versions.BOTH,
            Expectation.EITHER,
            "a handshake record without content comes before each message (RFC 8446 section 5.1)"),
    EMPTY_DATA_RECORDS(
            Versions.BOTH,
            Expectation.GO_ON,
            "a record of application data without content comes before each other, which is allowed"
                    + " (RFC 8446 section 5.1)"),
    RECORD_OVERFLOW(
            Versions.BOTH,
            Expectation.REFUSE,
            "the first record of application data is longer than allowed (RFC 8446 section 5.2, RFC 5246 section"
                    + " 7.2.2)"),
    MAC_FLIPPED(
            Versions.BOTH,
            Expectation.REFUSE,
            "one bit of the first record of application data is flipped (RFC 8446 section 5.2)"),

    HELLO_REQUEST(
            Versions.TLS12,
            Expectation.EITHER,
            "a HelloRequest follows the handshake, which a client may ignore (RFC 5246 section 7.4.1.1)"),
    KEY_UPDATE(
            Versions.TLS13,
            Expectation.GO_ON,
            "a KeyUpdate that requests another follows the handshake, which is allowed (RFC 8446 section 4.6.3)"),
    MANY_TICKETS(
            Versions.TLS13,
            Expectation.GO_ON,
            "1,000 NewSessionTickets follow the handshake, which is allowed (RFC 8446 section 4.6.1)"),
    POST_HANDSHAKE_CERTIFICATE_REQUEST(
            Versions.TLS13,
            Expectation.REFUSE,
            "a CertificateRequest follows the handshake, though the client did not offer that (RFC 8446 section"
                    + " 4.6.2)");

    /** What a client has to do. */
    public enum Expectation {
        /** It must refuse, with an alert or by closing, before it uses any data of the session. */
        REFUSE,
        /** It should refuse; some do not yet. */
        SHOULD_REFUSE,
        /** It must go on, since the server may do this. */
        GO_ON,
        /** It may refuse or go on, but must not hang. */
        EITHER
    }

    private enum Versions {
        TLS12,
        TLS13,
        BOTH;

        Set<ProtocolVersion> set() {
            return switch (this) {
                case TLS12 -> EnumSet.of(ProtocolVersion.TLS12);
                case TLS13 -> EnumSet.of(ProtocolVersion.TLS13);
                case BOTH -> EnumSet.of(ProtocolVersion.TLS12, ProtocolVersion.TLS13);
            };
        }
    }

    private static final Set<TlsDeviation> IN_SESSION = EnumSet.of(
            RECORD_OVERFLOW,
            MAC_FLIPPED,
            EMPTY_DATA_RECORDS,
            HELLO_REQUEST,
            KEY_UPDATE,
            MANY_TICKETS,
            POST_HANDSHAKE_CERTIFICATE_REQUEST);

    private final Versions versions;
    private final Expectation expectation;
    private final String sentence;

    TlsDeviation(Versions versions, Expectation expectation, String sentence) {
        this.versions = versions;
        this.expectation = expectation;
        this.sentence = sentence;
    }

    /** The versions in which it is possible: TLS 1.2, TLS 1.3, or both. */
    public Set<ProtocolVersion> versions() {
        return versions.set();
    }

    /** What a client has to do about it in this version. */
    public Expectation expectation(ProtocolVersion version) {
        // RFC 8446 section 5.4 has the receiver refuse them; RFC 5246 section 6.2.1 only forbids to send them.
        return this == EMPTY_HANDSHAKE_RECORDS && version == ProtocolVersion.TLS13 ? Expectation.REFUSE : expectation;
    }

    /**
     * Whether it comes after the client's Finished, so that the handshake is complete and only the session shows how
     * the client reacts: write to it, then read.
     */
    public boolean isAfterClientFinished(ProtocolVersion version) {
        return IN_SESSION.contains(this)
                || (version == ProtocolVersion.TLS12 && (this == FINISHED_CORRUPTED || this == DATA_BEFORE_FINISHED));
    }

    /** What is wrong, in one sentence without a full stop, with the clause. */
    public String sentence() {
        return sentence;
    }

    /** Whether the ServerHello chooses a version before TLS 1.2. */
    boolean isOldVersion() {
        return this == VERSION_SSL3 || this == VERSION_TLS10 || this == VERSION_TLS11;
    }

    /** Whether it takes credentials of RSA. */
    public boolean needsRsa() {
        return this == DHE_512 || this == DHE_1024;
    }
}
