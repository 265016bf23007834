package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2) in which every field can be chosen.
 *
 * @param legacyVersion the version field
 * @param random 32 octets
 * @param sessionId up to 32 octets
 * @param suites numbers of cipher suites, in order of preference
 * @param compressions numbers of compression methods; 0 stands for no compression
 * @param extensions in the order in which they are sent; if empty, the extensions field is left out, as in SSL 3.0
 */
public record ClientHello(
        int legacyVersion,
        OctetString random,
        OctetString sessionId,
        List<Integer> suites,
        List<Integer> compressions,
        List<Extension> extensions) {

    /** The type of the handshake message. */
    public static final int TYPE = 1;

    /** Octets before the body of any handshake message: type and length. */
    public static final int HEADER = 4;

    static final int RANDOM_LENGTH = 32;

    public ClientHello {
        suites = List.copyOf(suites);
        compressions = List.copyOf(compressions);
        extensions = List.copyOf(extensions);
    }

    /** A ClientHello for TLS 1.3 and 1.2, as a modern client sends it. */
    public static ClientHello modern(String serverName) {
        return HelloTemplates.modern(serverName);
    }

    /**
     * A ClientHello for one version only.
     *
     * @throws IllegalArgumentException for SSL 2.0, whose ClientHello has another form: {@link Ssl2ClientHello}
     */
    public static ClientHello only(ProtocolVersion version, String serverName) {
        return HelloTemplates.only(version, serverName);
    }

    /** A builder that starts with all of this. */
    public ClientHelloBuilder with() {
        return new ClientHelloBuilder(this);
    }

    /** The first extension of this type. */
    public Optional<Extension> extension(int type) {
        return extensions.stream().filter(extension -> extension.type() == type).findFirst();
    }

    /** The handshake message, its header included. */
    public OctetString message() {
        return new OctetWriter().u8(TYPE).vector24(body()).octets();
    }

    private OctetString body() {
        OctetWriter codes = new OctetWriter();
        suites.forEach(codes::u16);
        OctetWriter methods = new OctetWriter();
        compressions.forEach(methods::u8);
        OctetWriter body = new OctetWriter()
                .u16(legacyVersion)
                .put(random)
                .vector8(sessionId)
                .vector16(codes.octets())
                .vector8(methods.octets());
        if (!extensions.isEmpty()) {
            OctetWriter block = new OctetWriter();
            extensions.forEach(extension -> block.u16(extension.type()).vector16(extension.data()));
            body.vector16(block.octets());
        }
        return body.octets();
    }

    /**
     * Parses a handshake message.
     *
     * @throws MalformedException if it is not exactly one complete ClientHello
     */
    public static ClientHello parse(OctetString message) throws MalformedException {
        OctetReader outer = new OctetReader("ClientHello", message);
        int type = outer.u8("type");
        if (type != TYPE) {
            throw new MalformedException("expected a ClientHello (type 1), got type " + type);
        }
        OctetReader in = new OctetReader("ClientHello", outer.vector24("length"));
        outer.end();
        int version = in.u16("version");
        OctetString random = in.take(RANDOM_LENGTH, "random");
        OctetString sessionId = in.vector8("session id");
        List<Integer> suites = new ArrayList<>();
        OctetReader codes = new OctetReader("cipher suites", in.vector16("cipher suites"));
        while (codes.remaining() > 0) {
            suites.add(codes.u16("suite"));
        }
        List<Integer> compressions = new ArrayList<>();
        OctetReader methods = new OctetReader("compression methods", in.vector8("compression methods"));
        while (methods.remaining() > 0) {
            compressions.add(methods.u8("method"));
        }
        List<Extension> extensions = extensions(in);
        in.end();
        return new ClientHello(version, random, sessionId, suites, compressions, extensions);
    }

    /** The extensions at the end of a ClientHello or ServerHello; they may be missing. */
    static List<Extension> extensions(OctetReader in) throws MalformedException {
        List<Extension> extensions = new ArrayList<>();
        if (in.remaining() > 0) {
            OctetReader block = new OctetReader("extensions", in.vector16("extensions"));
            while (block.remaining() > 0) {
                extensions.add(new Extension(block.u16("extension type"), block.vector16("extension")));
            }
        }
        return extensions;
    }

    /** The text for a transcript. */
    @Override
    public String toString() {
        String versions = extension(Extension.SUPPORTED_VERSIONS)
                .map(extension -> HelloTemplates.versions(extension.data()))
                .orElseGet(() -> ProtocolVersion.label(legacyVersion));
        return "ClientHello " + versions + ", " + suites.size() + " suites, " + extensions.size() + " extensions, "
                + message().length() + " octets";
    }
}
