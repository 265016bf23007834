package dev.starttls.conformance.tls.wire;

import dev.starttls.core.tls.GroupNames;
import java.util.List;
import java.util.Optional;

/**
 * What the server chose (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3).
 *
 * @param legacyVersion the version field
 * @param random 32 octets
 * @param sessionId up to 32 octets
 * @param suite the number of the cipher suite
 * @param compression the number of the compression method
 * @param extensions in the order in which they came
 */
public record ServerHello(
        int legacyVersion,
        OctetString random,
        OctetString sessionId,
        int suite,
        int compression,
        List<Extension> extensions) {

    static final int TYPE = 2;

    /** The random of a HelloRetryRequest. */
    public static final OctetString RETRY =
            OctetString.hex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");

    private static final OctetString DOWNGRADED_TO_12 = OctetString.hex("444f574e47524401");
    private static final OctetString DOWNGRADED_BELOW_12 = OctetString.hex("444f574e47524400");
    private static final int MAX_SESSION_ID = 32;

    public ServerHello {
        extensions = List.copyOf(extensions);
    }

    /** Reads the body of the handshake message. */
    public static ServerHello parse(OctetString body) throws MalformedException {
        OctetReader in = new OctetReader("ServerHello", body);
        int version = in.u16("version");
        OctetString random = in.take(ClientHello.RANDOM_LENGTH, "random");
        OctetString sessionId = in.vector8("session id");
        if (sessionId.length() > MAX_SESSION_ID) {
            throw new MalformedException("ServerHello has a session id of " + sessionId.length() + " octets");
        }
        ServerHello hello = new ServerHello(
                version,
                random,
                sessionId,
                in.u16("cipher suite"),
                in.u8("compression method"),
                ClientHello.extensions(in));
        in.end();
        return hello;
    }

    /** The number of the chosen version, from supported_versions or the version field. */
    public int version() {
        return extension(Extension.SUPPORTED_VERSIONS)
                .filter(extension -> extension.data().length() == 2)
                .map(extension -> extension.data().at(0) << 8 | extension.data().at(1))
                .orElse(legacyVersion);
    }

    /** Whether the server chose this version. */
    public boolean isVersion(ProtocolVersion version) {
        return version() == version.code();
    }

    /** Whether it is a HelloRetryRequest (RFC 8446 section 4.1.4). */
    public boolean isRetryRequest() {
        return random.equals(RETRY);
    }

    /** Whether the random ends with the mark of a TLS 1.3 server that negotiates TLS 1.2 (RFC 8446 section 4.1.3). */
    public boolean signalsDowngradeTo12() {
        return random.endsWith(DOWNGRADED_TO_12);
    }

    /**
     * Whether the random ends with the mark of a newer server that negotiates TLS 1.1 or lower (RFC 8446 section
     * 4.1.3).
     */
    public boolean signalsDowngradeBelow12() {
        return random.endsWith(DOWNGRADED_BELOW_12);
    }

    /** The first extension of this type. */
    public Optional<Extension> extension(int type) {
        return extensions.stream().filter(extension -> extension.type() == type).findFirst();
    }

    /** The group of a TLS 1.3 key share, by name. */
    public Optional<String> group() {
        return extension(Extension.KEY_SHARE)
                .filter(extension -> extension.data().length() >= 2)
                .map(extension -> GroupNames.of(
                        extension.data().at(0) << 8 | extension.data().at(1)));
    }

    /** The text for a transcript. */
    @Override
    public String toString() {
        return (isRetryRequest() ? "HelloRetryRequest " : "ServerHello ") + ProtocolVersion.label(version()) + " "
                + CipherSuite.label(suite) + group().map(name -> " " + name).orElse("") + " " + extensions;
    }
}
