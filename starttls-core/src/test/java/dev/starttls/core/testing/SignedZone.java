package dev.starttls.core.testing;

import dev.starttls.core.testing.ExternalProgram.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Signed zones on Knot DNS, and Unbound which validates them from a trust anchor, on ports of loopback and without root's rights.
 *
 * <pre>{@code
 * try (SignedZone dns = SignedZone.start(Map.of("good", "mx A 127.0.0.1"), Map.of("good", SignedZone.Flaw.NONE))) {
 *     dns.resolver();   // mx.good.zone.example is secure there
 * }
 * }</pre>
 *
 * <p>Each zone is a child of {@code zone.example}, which is signed too and is the trust anchor. What a zone has is written as in
 * zone files; its SOA and NS are added.
 */
public final class SignedZone implements AutoCloseable {

    /** The parent of all zones. */
    public static final String PARENT = "zone.example";

    /** What is the matter with a zone; as seen from its parent it is signed, but for {@link #UNSIGNED}. */
    public enum Flaw {
        /** All is well. */
        NONE,
        /** The addresses and TLSA records are others than those that were signed. */
        CHANGED,
        /** The signatures have expired. */
        EXPIRED,
        /** There are no signatures. */
        STRIPPED,
        /** An insecure delegation: neither signatures nor a word of them. */
        UNSIGNED,
        /** The zone is not served. */
        UNSERVED
    }

    private static final String HEAD =
            """
            $ORIGIN %1$s.
            $TTL 60
            @ SOA ns hostmaster 1 3600 600 86400 60
            @ NS ns
            ns A 127.0.0.1
            """;

    private final Path folder;
    private final List<ServerProcess> running = new ArrayList<>();
    private final int serverPort;
    private final int resolverPort;
    private String anchor = "";

    private SignedZone(Path folder, int serverPort, int resolverPort) {
        this.folder = folder;
        this.serverPort = serverPort;
        this.resolverPort = resolverPort;
    }

    /** Signs and serves zones; skips the test where a program is missing. */
    public static SignedZone start(Map<String, String> zones, Map<String, Flaw> flaws)
            throws IOException, InterruptedException {
        ExternalProgram knot = ExternalProgram.named("knotd");
        ExternalProgram unbound = ExternalProgram.named("unbound");
        ExternalProgram signer = ExternalProgram.named("kzonesign");
        ExternalProgram keys = ExternalProgram.named("keymgr");
        List<Integer> ports = ServerProcess.freePorts(2);
        SignedZone dns = new SignedZone(ServerProcess.folder("signed-zone"), ports.get(0), ports.get(1));
        try {
            dns.serve(knot, unbound, signer, keys, zones, flaws);
            return dns;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            dns.close();
            throw e;
        }
    }

    /** Where the validating resolver is. */
    public InetSocketAddress resolver() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), resolverPort);
    }

    /** The trust anchor, as zone files have it. */
    public InputStream anchor() {
        return new ByteArrayInputStream(anchor.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        running.forEach(ServerProcess::stop);
        ServerProcess.delete(folder);
    }

    private void serve(
            ExternalProgram knot,
            ExternalProgram unbound,
            ExternalProgram signer,
            ExternalProgram keys,
            Map<String, String> zones,
            Map<String, Flaw> flaws)
            throws IOException, InterruptedException {
        for (String made : List.of("unsigned", "served", "keys")) {
            Files.createDirectories(folder.resolve(made));
        }
        StringBuilder parent = new StringBuilder(HEAD.formatted(PARENT));
        Map<String, Flaw> all = new LinkedHashMap<>();
        for (Map.Entry<String, String> zone : zones.entrySet()) {
            String name = zone.getKey() + "." + PARENT;
            Flaw flaw = flaws.getOrDefault(zone.getKey(), Flaw.NONE);
            all.put(name, flaw);
            String text = HEAD.formatted(name) + zone.getValue() + "\n";
            parent.append(name).append(". NS ns.").append(name).append(".\n");
            parent.append("ns.").append(name).append(". A 127.0.0.1\n");
            if (flaw == Flaw.UNSIGNED) {
                Files.writeString(folder.resolve("served").resolve(name + ".zone"), text);
                continue;
            }
            parent.append(sign(signer, keys, name, text, flaw, "ds"));
        }
        anchor = sign(signer, keys, PARENT, parent.toString(), Flaw.NONE, "dnskey");
        all.put(PARENT, Flaw.NONE);
        Path knotFile = folder.resolve("knot.conf");
        Files.writeString(knotFile, knotConfiguration(all, false));
        running.add(new ServerProcess("knotd", folder, knot.start("-c", knotFile.toString())));
        running.get(0).awaitPort(serverPort);
        Path unboundFile = folder.resolve("unbound.conf");
        Files.writeString(unboundFile, unboundConfiguration(all));
        running.add(new ServerProcess("unbound", folder, unbound.start("-d", "-c", unboundFile.toString())));
        running.get(1).awaitPort(resolverPort);
    }

    /** Signs a zone, and returns what its parent or a resolver is to know of its key. */
    private String sign(
            ExternalProgram signer, ExternalProgram keys, String name, String text, Flaw flaw, String wanted)
            throws IOException, InterruptedException {
        Files.writeString(folder.resolve("unsigned").resolve(name + ".zone"), text);
        Path file = folder.resolve("signing.conf");
        Files.writeString(file, knotConfiguration(Map.of(name, Flaw.NONE), true));
        Instant time = flaw == Flaw.EXPIRED ? Instant.now().minus(Duration.ofDays(60)) : Instant.now();
        Path served = folder.resolve("served");
        require(signer.run("", "-c", file.toString(), "-o", served.toString(), "-t", "" + time.getEpochSecond(), name));
        Path zone = served.resolve(name + ".zone");
        String signed = Files.readString(zone);
        switch (flaw) {
            case CHANGED ->
                Files.writeString(zone, signed.replace("127.0.0.1", "127.0.0.9").replace("AABB", "BBAA"));
            case STRIPPED -> Files.writeString(zone, text);
            case UNSERVED -> Files.delete(zone);
            default -> {
                // As it was signed.
            }
        }
        return require(keys.run("", "-c", file.toString(), name, wanted)) + "\n";
    }

    private static String require(Outcome outcome) throws IOException {
        if (outcome.status() != 0) {
            throw new IOException(
                    "Expected a zone to be signed, got status " + outcome.status() + ": " + outcome.output());
        }
        return outcome.output().strip();
    }

    private String knotConfiguration(Map<String, Flaw> zones, boolean signing) {
        StringBuilder text = new StringBuilder(
                """
                server:
                    rundir: %1$s
                    listen: 127.0.0.1@%2$d
                log:
                  - target: stderr
                    any: info
                database:
                    storage: %1$s/keys
                policy:
                  - id: one
                    single-type-signing: on
                    algorithm: ecdsap256sha256
                    rrsig-lifetime: 10d
                    rrsig-refresh: 1d
                template:
                  - id: default
                    storage: %1$s/%3$s
                    file: "%%s.zone"
                zone:
                """
                        .formatted(folder, serverPort, signing ? "unsigned" : "served"));
        zones.forEach((name, flaw) -> {
            if (flaw != Flaw.UNSERVED) {
                text.append("  - domain: ").append(name).append("\n");
                text.append(signing ? "    dnssec-signing: on\n    dnssec-policy: one\n" : "");
            }
        });
        return text.toString();
    }

    private String unboundConfiguration(Map<String, Flaw> zones) throws IOException {
        Path anchors = Files.writeString(folder.resolve("anchor"), anchor);
        StringBuilder text = new StringBuilder(
                """
                server:
                    interface: 127.0.0.1@%2$d
                    username: ""
                    chroot: ""
                    directory: "%1$s"
                    pidfile: "%1$s/unbound.pid"
                    use-syslog: no
                    num-threads: 1
                    do-not-query-localhost: no
                    module-config: "validator iterator"
                    trust-anchor-file: "%3$s"
                    ede: yes
                    do-ip6: no
                remote-control:
                    control-enable: no
                """
                        .formatted(folder, resolverPort, anchors));
        zones.keySet()
                .forEach(name -> text.append(
                        "stub-zone:\n    name: \"" + name + "\"\n    stub-addr: 127.0.0.1@" + serverPort + "\n"));
        return text.toString();
    }
}
