package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;

/** Builds a {@link ClientHello}; nothing is validated, because most probes send what a correct client would not. */
public final class ClientHelloBuilder {

    private int legacyVersion;
    private OctetString random;
    private OctetString sessionId;
    private List<Integer> suites;
    private List<Integer> compressions;
    private final List<Extension> extensions;

    ClientHelloBuilder(ClientHello from) {
        legacyVersion = from.legacyVersion();
        random = from.random();
        sessionId = from.sessionId();
        suites = from.suites();
        compressions = from.compressions();
        extensions = new ArrayList<>(from.extensions());
    }

    /** The version field, which in TLS 1.3 has the value of TLS 1.2. */
    public ClientHelloBuilder legacyVersion(int version) {
        legacyVersion = version;
        return this;
    }

    public ClientHelloBuilder random(OctetString octets) {
        random = octets;
        return this;
    }

    public ClientHelloBuilder sessionId(OctetString octets) {
        sessionId = octets;
        return this;
    }

    /** Offers these suites and no others, in order of preference. */
    public ClientHelloBuilder suites(List<CipherSuite> offered) {
        return suiteCodes(offered.stream().map(CipherSuite::code).toList());
    }

    /** The same by number, for suites that do not exist. */
    public ClientHelloBuilder suiteCodes(List<Integer> codes) {
        suites = codes;
        return this;
    }

    /** Offers one more suite, with the lowest preference. */
    public ClientHelloBuilder alsoSuite(CipherSuite suite) {
        List<Integer> more = new ArrayList<>(suites);
        more.add(suite.code());
        suites = more;
        return this;
    }

    public ClientHelloBuilder compressions(List<Integer> methods) {
        compressions = methods;
        return this;
    }

    /** Replaces the extension of the same type, or adds the extension after the others. */
    public ClientHelloBuilder extension(Extension extension) {
        for (int i = 0; i < extensions.size(); i++) {
            if (extensions.get(i).type() == extension.type()) {
                extensions.set(i, extension);
                return this;
            }
        }
        extensions.add(extension);
        return this;
    }

    /** Removes every extension of this type. */
    public ClientHelloBuilder without(int type) {
        extensions.removeIf(extension -> extension.type() == type);
        return this;
    }

    /** Removes all extensions. */
    public ClientHelloBuilder withoutExtensions() {
        extensions.clear();
        return this;
    }

    /**
     * Adds padding (RFC 7685) so that the handshake message, header included, has exactly this length.
     *
     * @throws IllegalArgumentException if it is too long already
     */
    public ClientHelloBuilder paddedTo(int length) {
        without(Extension.PADDING);
        int missing = length
                - extension(ClientExtensions.padding(0)).build().message().length();
        if (missing < 0) {
            throw new IllegalArgumentException(
                    "expected a ClientHello of at most " + length + " octets, got " + (length - missing));
        }
        return extension(ClientExtensions.padding(missing));
    }

    public ClientHello build() {
        return new ClientHello(legacyVersion, random, sessionId, suites, compressions, extensions);
    }
}
