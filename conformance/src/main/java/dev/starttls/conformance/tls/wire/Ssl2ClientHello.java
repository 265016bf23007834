package dev.starttls.conformance.tls.wire;

/** The CLIENT-HELLO of SSL 2.0, the only way to find out whether a server still speaks it (RFC 6101 appendix E.1). */
public final class Ssl2ClientHello {

    /** Every cipher kind of SSL 2.0, from RC4-128 to 3DES. */
    private static final OctetString CIPHER_KINDS = OctetString.hex("010080 020080 030080 040080 050080 060040 0700c0");

    private static final int CLIENT_HELLO = 1;
    private static final int CHALLENGE_LENGTH = 16;
    private static final int TWO_BYTE_HEADER = 0x8000;

    private Ssl2ClientHello() {}

    /** The whole record, which offers only version 2.0. */
    public static OctetString record() {
        OctetString body = new OctetWriter()
                .u8(CLIENT_HELLO)
                .u16(ProtocolVersion.SSL2.code())
                .u16(CIPHER_KINDS.length())
                .u16(0)
                .u16(CHALLENGE_LENGTH)
                .put(CIPHER_KINDS)
                .put(Randoms.octets(CHALLENGE_LENGTH))
                .octets();
        return new OctetWriter().u16(TWO_BYTE_HEADER | body.length()).put(body).octets();
    }
}
