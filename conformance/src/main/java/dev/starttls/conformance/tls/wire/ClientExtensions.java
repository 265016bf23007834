package dev.starttls.conformance.tls.wire;

import java.util.List;

/** Makes the extensions of a ClientHello. */
public final class ClientExtensions {

    /** The current signature schemes, and those of RSA and ECDSA with SHA-1, which old servers still need. */
    private static final List<Integer> SIGNATURES = List.of(
            0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501,
            0x0601, 0x0203, 0x0201);

    private static final int HOST_NAME = 0;
    private static final int OCSP = 1;
    private static final int PSK_WITH_DHE = 1;
    private static final int PEER_ALLOWED_TO_SEND = 1;

    private ClientExtensions() {}

    /** RFC 6066 section 3. */
    public static Extension serverName(String host) {
        OctetString name = new OctetWriter()
                .u8(HOST_NAME)
                .vector16(OctetString.ascii(host))
                .octets();
        return new Extension(
                Extension.SERVER_NAME, new OctetWriter().vector16(name).octets());
    }

    /** RFC 8446 section 4.2.1: the numbers of the versions, in order of preference. */
    public static Extension supportedVersions(List<Integer> versions) {
        return new Extension(
                Extension.SUPPORTED_VERSIONS,
                new OctetWriter().vector8(numbers(versions)).octets());
    }

    /** RFC 8446 section 4.2.7: the numbers of the groups, in order of preference. */
    public static Extension supportedGroups(List<Integer> groups) {
        return new Extension(
                Extension.SUPPORTED_GROUPS,
                new OctetWriter().vector16(numbers(groups)).octets());
    }

    /** RFC 8446 section 4.2.3: every scheme for which a server is likely to have a key. */
    public static Extension signatureAlgorithms() {
        return signatureAlgorithms(SIGNATURES);
    }

    /** The same with only these schemes, by their numbers. */
    public static Extension signatureAlgorithms(List<Integer> schemes) {
        return new Extension(
                Extension.SIGNATURE_ALGORITHMS,
                new OctetWriter().vector16(numbers(schemes)).octets());
    }

    /** RFC 8446 section 4.2.8. */
    public static Extension keyShare(List<KeyShare> shares) {
        OctetWriter all = new OctetWriter();
        shares.forEach(share -> all.u16(share.group()).vector16(share.exchange()));
        return new Extension(
                Extension.KEY_SHARE, new OctetWriter().vector16(all.octets()).octets());
    }

    /** RFC 8446 section 4.2.9: resumption only together with a fresh key exchange. */
    public static Extension pskModes() {
        return new Extension(
                Extension.PSK_KEY_EXCHANGE_MODES,
                new OctetWriter().u8(1).u8(PSK_WITH_DHE).octets());
    }

    /**
     * RFC 8446 section 4.2.11: one pre-shared key. It has to be the last extension.
     *
     * @param identity the ticket
     * @param age the age of the ticket in milliseconds, plus the ticket_age_add of the ticket
     * @param binder the proof that the key is known, over the ClientHello up to the binders
     */
    public static Extension preSharedKey(OctetString identity, long age, OctetString binder) {
        OctetString identities = new OctetWriter()
                .vector16(identity)
                .u16((int) (age >>> 16) & 0xffff)
                .u16((int) age & 0xffff)
                .octets();
        OctetString binders = new OctetWriter().vector8(binder).octets();
        return new Extension(
                Extension.PRE_SHARED_KEY,
                new OctetWriter().vector16(identities).vector16(binders).octets());
    }

    /** RFC 8446 section 4.2.10. */
    public static Extension earlyData() {
        return new Extension(Extension.EARLY_DATA, OctetString.NONE);
    }

    /** RFC 7301 section 3.1: the names of the protocols, in order of preference. */
    public static Extension alpn(List<String> protocols) {
        OctetWriter names = new OctetWriter();
        protocols.forEach(name -> names.vector8(OctetString.ascii(name)));
        return new Extension(
                Extension.ALPN, new OctetWriter().vector16(names.octets()).octets());
    }

    /** RFC 8422 section 5.1.2: uncompressed points. */
    public static Extension ecPointFormats() {
        return new Extension(
                Extension.EC_POINT_FORMATS, new OctetWriter().u8(1).u8(0).octets());
    }

    /** RFC 5746 section 3.2, for a first handshake. */
    public static Extension renegotiationInfo() {
        return renegotiationInfo(OctetString.NONE);
    }

    /**
     * RFC 5746 section 3.5, for another handshake on a connection.
     *
     * @param verifyData the verify_data of the client's Finished in the previous handshake
     */
    public static Extension renegotiationInfo(OctetString verifyData) {
        return new Extension(
                Extension.RENEGOTIATION_INFO,
                new OctetWriter().vector8(verifyData).octets());
    }

    /** RFC 7627 section 5.1. */
    public static Extension extendedMasterSecret() {
        return new Extension(Extension.EXTENDED_MASTER_SECRET, OctetString.NONE);
    }

    /** RFC 5077 section 3.2: the client accepts a ticket. */
    public static Extension sessionTicket() {
        return sessionTicket(OctetString.NONE);
    }

    /** RFC 5077 section 3.2: a ticket of an earlier session. */
    public static Extension sessionTicket(OctetString ticket) {
        return new Extension(Extension.SESSION_TICKET, ticket);
    }

    /** RFC 6066 section 8. */
    public static Extension statusRequest() {
        return new Extension(
                Extension.STATUS_REQUEST,
                new OctetWriter().u8(OCSP).u16(0).u16(0).octets());
    }

    /** RFC 6520 section 2: the server may send heartbeats, and so should answer those of the client. */
    public static Extension heartbeat() {
        return new Extension(
                Extension.HEARTBEAT, new OctetWriter().u8(PEER_ALLOWED_TO_SEND).octets());
    }

    /** RFC 7685: {@code length} octets of zero. */
    public static Extension padding(int length) {
        return new Extension(Extension.PADDING, OctetString.zeros(length));
    }

    /**
     * RFC 8701 section 3.1: an extension with one of the sixteen values reserved for this.
     *
     * @param index 0 to 15
     */
    public static Extension grease(int index, OctetString data) {
        return new Extension(greaseValue(index), data);
    }

    /**
     * RFC 8701 section 2: a value that is not a suite, group, version or extension.
     *
     * @param index 0 to 15
     */
    public static int greaseValue(int index) {
        if (index < 0 || index > 15) {
            throw new IllegalArgumentException("expected 0 to 15, got " + index);
        }
        return (index << 4 | 0xa) * 0x0101;
    }

    private static OctetString numbers(List<Integer> numbers) {
        OctetWriter all = new OctetWriter();
        numbers.forEach(all::u16);
        return all.octets();
    }
}
