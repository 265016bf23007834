package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;

/** Makes a {@link ClientHello}; nothing is checked, for most probes want something that a good client would not send. */
public final class ClientHelloBuilder {

    private int legacyVersion;
    private Octets random;
    private Octets sessionId;
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

    /** The version field of the hello, which TLS 1.3 leaves at that of TLS 1.2. */
    public ClientHelloBuilder legacyVersion(int version) {
        legacyVersion = version;
        return this;
    }

    public ClientHelloBuilder random(Octets octets) {
        random = octets;
        return this;
    }

    public ClientHelloBuilder sessionId(Octets octets) {
        sessionId = octets;
        return this;
    }

    /** Offers these suites and no others, most wanted first. */
    public ClientHelloBuilder suites(List<CipherSuite> offered) {
        return suiteCodes(offered.stream().map(CipherSuite::code).toList());
    }

    /** The same by number, for suites that do not exist. */
    public ClientHelloBuilder suiteCodes(List<Integer> codes) {
        suites = codes;
        return this;
    }

    /** Offers one more suite, least wanted. */
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

    /** Puts the extension in the place of the one with its type, or behind the others. */
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

    /** Leaves every extension of this type out. */
    public ClientHelloBuilder without(int type) {
        extensions.removeIf(extension -> extension.type() == type);
        return this;
    }

    /** Leaves all extensions out. */
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
                    "a hello of at most " + length + " octets expected, it has " + (length - missing));
        }
        return extension(ClientExtensions.padding(missing));
    }

    public ClientHello build() {
        return new ClientHello(legacyVersion, random, sessionId, suites, compressions, extensions);
    }
}
