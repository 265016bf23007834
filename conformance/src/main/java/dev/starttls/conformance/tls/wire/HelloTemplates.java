package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The ClientHellos on which probes are based. */
final class HelloTemplates {

    private static final int SESSION_ID_LENGTH = 32;
    private static final List<Integer> NO_COMPRESSION = List.of(0);
    private static final List<Integer> GROUPS = Stream.of(
                    NamedGroup.X25519,
                    NamedGroup.SECP256R1,
                    NamedGroup.SECP384R1,
                    NamedGroup.SECP521R1,
                    NamedGroup.X448,
                    NamedGroup.FFDHE2048,
                    NamedGroup.FFDHE3072)
            .map(NamedGroup::code)
            .toList();

    private HelloTemplates() {}

    static ClientHello modern(String serverName) {
        return hello(
                List.of(ProtocolVersion.TLS13, ProtocolVersion.TLS12),
                Stream.concat(CipherSuite.modern().stream(), CipherSuite.classic().stream())
                        .toList(),
                serverName);
    }

    static ClientHello only(ProtocolVersion version, String serverName) {
        return switch (version) {
            case TLS13 -> hello(List.of(version), CipherSuite.modern(), serverName);
            case TLS12, TLS11, TLS10 -> hello(List.of(version), before13(), serverName);
            case SSL3 ->
                hello(List.of(version), before13(), serverName)
                        .with()
                        .alsoSuite(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
                        .withoutExtensions()
                        .build();
            case SSL2 ->
                throw new IllegalArgumentException(
                        "expected SSL 3.0 or later, got SSL 2.0, whose ClientHello" + " is Ssl2ClientHello");
        };
    }

    /**
     * Old versions were often used with suites that are now forbidden: what is probed is the version, not the suite.
     */
    private static List<CipherSuite> before13() {
        List<CipherSuite> suites = new ArrayList<>(CipherSuite.classic());
        CipherSuite.prohibited().stream()
                .filter(suite -> !suite.name().contains("NULL") && !suite.name().contains("anon"))
                .forEach(suites::add);
        return suites;
    }

    private static ClientHello hello(List<ProtocolVersion> versions, List<CipherSuite> suites, String serverName) {
        List<Extension> extensions = new ArrayList<>();
        if (!serverName.isEmpty()) {
            extensions.add(ClientExtensions.serverName(serverName));
        }
        boolean tls13 = versions.contains(ProtocolVersion.TLS13);
        ProtocolVersion highest = versions.get(0);
        if (tls13 || highest == ProtocolVersion.TLS12) {
            extensions.add(ClientExtensions.signatureAlgorithms());
        }
        extensions.add(ClientExtensions.supportedGroups(GROUPS));
        extensions.add(ClientExtensions.ecPointFormats());
        extensions.add(ClientExtensions.extendedMasterSecret());
        extensions.add(ClientExtensions.renegotiationInfo());
        extensions.add(ClientExtensions.sessionTicket());
        if (tls13) {
            extensions.add(ClientExtensions.supportedVersions(
                    versions.stream().map(ProtocolVersion::code).toList()));
            extensions.add(ClientExtensions.pskModes());
            extensions.add(ClientExtensions.keyShare(
                    List.of(KeyShare.fresh(NamedGroup.X25519), KeyShare.fresh(NamedGroup.SECP256R1))));
        }
        return new ClientHello(
                tls13 ? ProtocolVersion.TLS12.code() : highest.code(),
                Randoms.octets(ClientHello.RANDOM_LENGTH),
                tls13 ? Randoms.octets(SESSION_ID_LENGTH) : OctetString.NONE,
                suites.stream().map(CipherSuite::code).toList(),
                NO_COMPRESSION,
                extensions);
    }

    /** The names of the versions in a supported_versions extension of a client. */
    static String versions(OctetString data) {
        List<Integer> codes = new ArrayList<>();
        for (int i = 1; i + 1 < data.length(); i += 2) {
            codes.add(data.at(i) << 8 | data.at(i + 1));
        }
        return codes.stream().map(ProtocolVersion::label).collect(Collectors.joining("/"));
    }
}
