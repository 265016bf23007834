package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.ProgressLine;
import dev.starttls.benchmarks.report.Figure;
import dev.starttls.benchmarks.report.Spread;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The heap of an idle upgraded server connection: in total, and above the floor, whose connection is only a channel and
 * an engine with its session. Each contestant has a JVM of its own with a heap of 512 MiB.
 */
public final class IdleHeap {

    private static final String HEAP = "-Xmx512m";

    private final int connections;

    /**
     * A measurement.
     *
     * @param connections of each contestant
     */
    public IdleHeap(int connections) {
        this.connections = connections;
    }

    /**
     * Measures.
     *
     * @return figures named heapPerConnection and heapBeyondFloor
     * @throws IOException if a server did not get that far, for instance because its heap was full
     * @throws InterruptedException if this thread is interrupted meanwhile
     */
    public List<Figure> measure() throws IOException, InterruptedException {
        Path keys = Files.createTempFile("starttls-benchmark", ".p12");
        try {
            new Contexts(KeyKind.EC).store(keys);
            Map<String, String> contestants = new LinkedHashMap<>();
            for (Library library : Library.values()) {
                if (library != Library.SSL_SOCKET) {
                    contestants.put(library.name(), library.title());
                }
            }
            contestants.put("SMTP_LOOP", "this library, SMTP on its loop");
            List<Figure> figures = new ArrayList<>();
            double floor = 0;
            for (Map.Entry<String, String> contestant : contestants.entrySet()) {
                // The clients count them, in their process.
                ProgressLine.OF_THIS_PROCESS.begin(String.format(
                        Locale.ROOT, "HEAP: %,d idle connections of %s", connections, contestant.getValue()));
                double bytes = weigh(contestant.getKey(), keys);
                floor = figures.isEmpty() ? bytes : floor;
                figures.add(figure("heapPerConnection", contestant, bytes));
                figures.add(figure("heapBeyondFloor", contestant, bytes - floor));
            }
            return figures;
        } finally {
            Files.delete(keys);
        }
    }

    private Figure figure(String measured, Map.Entry<String, String> contestant, double bytes) {
        return new Figure(
                measured,
                Map.of("connections", Integer.toString(connections), "heap", HEAP),
                contestant.getKey(),
                contestant.getValue(),
                "bytes",
                Spread.of(new double[] {bytes}),
                Optional.empty());
    }

    private double weigh(String contestant, Path keys) throws IOException, InterruptedException {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        IdleServer.class.getName(),
                        contestant,
                        Integer.toString(connections),
                        keys.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String said = new String(server.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            if (server.waitFor() != 0) {
                throw new IOException("Expected " + connections + " idle connections of " + contestant + " in " + HEAP
                        + ", got: " + said);
            }
            return Double.parseDouble(
                    said.substring(said.stripTrailing().lastIndexOf('\n') + 1).strip());
        } finally {
            server.destroy();
        }
    }
}
