package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.report.Ratio;
import dev.starttls.benchmarks.report.Spread;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * This library and its peers against an SMTP server that others have made, on a port of this machine: full handshakes, from
 * the TCP connection to the reply to the second EHLO.
 */
public final class OutsideServers {

    /** Those that are compared, all as they come. */
    private static final List<ClientKind> KINDS = List.of(
            ClientKind.FLOOR_QUICK_ACK,
            ClientKind.STARTTLS,
            ClientKind.STARTTLS_LOOP,
            ClientKind.SSL_SOCKET,
            ClientKind.TLS_CHANNEL,
            ClientKind.NETTY,
            ClientKind.COMMONS_NET,
            ClientKind.ANGUS,
            ClientKind.ANGUS_NO_DELAY);

    private final Rounds rounds;

    /**
     * Measurements.
     *
     * @param rounds of each
     */
    public OutsideServers(Rounds rounds) {
        this.rounds = rounds;
    }

    /**
     * Measures one server.
     *
     * @param server its name, for the table
     * @param port of this machine
     * @param certificate that is trusted, as DER
     * @param version of TLS
     * @return the rows of a table in Markdown, without its head
     * @throws Exception what went wrong
     */
    public List<String> measure(String server, int port, byte[] certificate, String version) throws Exception {
        Map<ClientKind, Rounds.Contestant> contestants = new LinkedHashMap<>();
        List<UpgradeClient> clients = new ArrayList<>();
        try {
            for (ClientKind kind : KINDS) {
                UpgradeClient client = kind.open();
                clients.add(client);
                SSLContext context = Contexts.trusting(certificate);
                contestants.put(kind, () -> full(client, port, context, version));
            }
            Map<ClientKind, double[]> samples = rounds.measure(contestants);
            return rows(server, version, samples);
        } finally {
            clients.forEach(UpgradeClient::close);
        }
    }

    /**
     * The head of the table.
     *
     * @return in Markdown
     */
    public static List<String> head() {
        return List.of(
                "| server | TLS | client | median, ms | nine of ten below, ms | ratio of medians to the loop by hand |",
                "|---|---|---|---|---|---|");
    }

    static double full(UpgradeClient client, int port, SSLContext context, String version) throws IOException {
        Contexts.forget(context);
        long before = System.nanoTime();
        try (Closeable upgraded = client.upgrade(port, context, version)) {
            return (System.nanoTime() - before) / 1e6;
        }
    }

    private static List<String> rows(String server, String version, Map<ClientKind, double[]> samples) {
        double[] floor = samples.get(ClientKind.FLOOR_QUICK_ACK);
        List<String> rows = new ArrayList<>();
        samples.forEach((kind, millis) -> {
            Ratio ratio = Ratio.of(millis, floor);
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %.1f | %.1f | %.2f (%.2f to %.2f) |",
                    server,
                    version,
                    kind.title(),
                    Spread.of(millis).median(),
                    Spread.quantileOf(millis, 0.9),
                    ratio.value(),
                    ratio.low(),
                    ratio.high()));
        });
        return rows;
    }
}
