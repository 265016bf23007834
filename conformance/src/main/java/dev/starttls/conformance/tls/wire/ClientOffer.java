package dev.starttls.conformance.tls.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a ClientHello offers in its extensions, as far as a server chooses from it.
 *
 * @param versions the numbers of supported_versions (RFC 8446 section 4.2.1); without it, the version field
 * @param groups the numbers of supported_groups (RFC 8446 section 4.2.7)
 * @param shares the key shares (RFC 8446 section 4.2.8)
 * @param schemes the numbers of signature_algorithms (RFC 8446 section 4.2.3)
 * @param protocols the names of ALPN (RFC 7301 section 3.1)
 * @param serverName the host name of SNI (RFC 6066 section 3)
 */
public record ClientOffer(
        List<Integer> versions,
        List<Integer> groups,
        List<KeyShare> shares,
        List<Integer> schemes,
        List<String> protocols,
        Optional<String> serverName) {

    private static final int HOST_NAME = 0;

    public ClientOffer {
        versions = List.copyOf(versions);
        groups = List.copyOf(groups);
        shares = List.copyOf(shares);
        schemes = List.copyOf(schemes);
        protocols = List.copyOf(protocols);
    }

    /**
     * Parses the extensions.
     *
     * @throws MalformedException if one of them does not have its form
     */
    public static ClientOffer of(ClientHello hello) throws MalformedException {
        Optional<OctetReader> versions = reader(hello, Extension.SUPPORTED_VERSIONS, "supported_versions");
        return new ClientOffer(
                versions.isPresent()
                        ? numbers("supported_versions", versions.get().vector8("versions"))
                        : List.of(hello.legacyVersion()),
                numbers(hello, Extension.SUPPORTED_GROUPS, "supported_groups"),
                shares(hello),
                numbers(hello, Extension.SIGNATURE_ALGORITHMS, "signature_algorithms"),
                protocols(hello),
                serverName(hello));
    }

    /** Whether it offers this version. */
    public boolean offers(ProtocolVersion version) {
        return versions.contains(version.code());
    }

    /** The key share of this group. */
    public Optional<KeyShare> share(int group) {
        return shares.stream().filter(share -> share.group() == group).findFirst();
    }

    private static Optional<OctetReader> reader(ClientHello hello, int type, String name) {
        return hello.extension(type).map(extension -> new OctetReader(name, extension.data()));
    }

    private static List<Integer> numbers(ClientHello hello, int type, String name) throws MalformedException {
        Optional<OctetReader> in = reader(hello, type, name);
        return in.isPresent() ? numbers(name, in.get().vector16("list")) : List.of();
    }

    private static List<Integer> numbers(String name, OctetString octets) throws MalformedException {
        List<Integer> numbers = new ArrayList<>();
        OctetReader in = new OctetReader(name, octets);
        while (in.remaining() > 0) {
            numbers.add(in.u16("number"));
        }
        return numbers;
    }

    private static List<KeyShare> shares(ClientHello hello) throws MalformedException {
        List<KeyShare> shares = new ArrayList<>();
        Optional<OctetReader> extension = reader(hello, Extension.KEY_SHARE, "key_share");
        if (extension.isPresent()) {
            OctetReader in = new OctetReader("key_share", extension.get().vector16("shares"));
            while (in.remaining() > 0) {
                shares.add(new KeyShare(in.u16("group"), in.vector16("key exchange")));
            }
        }
        return shares;
    }

    private static List<String> protocols(ClientHello hello) throws MalformedException {
        List<String> protocols = new ArrayList<>();
        Optional<OctetReader> extension = reader(hello, Extension.ALPN, "ALPN");
        if (extension.isPresent()) {
            OctetReader in = new OctetReader("ALPN", extension.get().vector16("names"));
            while (in.remaining() > 0) {
                protocols.add(text(in.vector8("name")));
            }
        }
        return protocols;
    }

    private static Optional<String> serverName(ClientHello hello) throws MalformedException {
        Optional<OctetReader> extension = reader(hello, Extension.SERVER_NAME, "server_name");
        if (extension.isPresent()) {
            OctetReader in = new OctetReader("server_name", extension.get().vector16("names"));
            while (in.remaining() > 0) {
                int type = in.u8("name type");
                OctetString name = in.vector16("name");
                if (type == HOST_NAME) {
                    return Optional.of(text(name));
                }
            }
        }
        return Optional.empty();
    }

    private static String text(OctetString octets) {
        return new String(octets.array(), StandardCharsets.ISO_8859_1);
    }
}
