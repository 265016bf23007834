package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.Spread;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * The cost of the different ways to give a server's context its key: an SMTP upgrade by the floor in one process, with
 * servers that differ in nothing else, all of them and both handshakes in turn.
 */
final class KeyCost {

    private static final String VERSION = "TLSv1.3";

    private final Rounds rounds;

    KeyCost(Rounds rounds) {
        this.rounds = rounds;
    }

    private record Condition(String keys, HandshakeKind handshake) {}

    List<Results.ServerKey> measure(Contexts contexts) throws Exception {
        Map<String, SSLContext> servers = new LinkedHashMap<>();
        servers.put("ServerKeys", contexts.serverKeys());
        servers.put("KeyManagerFactory \"SunX509\" over PKCS #12", contexts.server("SunX509"));
        servers.put("KeyManagerFactory \"PKIX\" over PKCS #12", contexts.server("PKIX"));
        String key = contexts.kind().name();
        try (MailServers running = new MailServers()) {
            Map<Condition, Rounds.Contestant> contestants = new LinkedHashMap<>();
            for (Map.Entry<String, SSLContext> server : servers.entrySet()) {
                int port = running.listen(MailProtocol.SMTP, TlsPolicy.OPPORTUNISTIC, server.getValue());
                for (HandshakeKind handshake : HandshakeKind.values()) {
                    PeerLatency.Runner runner = new PeerLatency.Runner(
                            ClientKind.FLOOR,
                            new Results.Scenario(VERSION, key, handshake.name(), 0),
                            handshake,
                            ClientKind.FLOOR.trusting(contexts.certificate()),
                            running,
                            port);
                    runner.first();
                    contestants.put(new Condition(server.getKey(), handshake), runner);
                }
            }
            Map<Condition, double[]> samples = rounds.measure(contestants);
            List<Results.ServerKey> rows = new ArrayList<>();
            samples.forEach((condition, millis) -> rows.add(new Results.ServerKey(
                    condition.keys(),
                    new Results.Scenario(VERSION, key, condition.handshake().name(), 0),
                    Spread.of(millis),
                    Ratio.of(millis, samples.get(new Condition("ServerKeys", condition.handshake()))))));
            return rows;
        }
    }
}
