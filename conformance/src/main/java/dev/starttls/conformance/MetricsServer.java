package dev.starttls.conformance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The counts by HTTP, at {@code /metrics}, for whoever reaches the port; the port is taken from the beginning. */
final class MetricsServer implements Metrics {
    static final String PATH = "/metrics";

    /** The version is that of the format. */
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** One that connects and says nothing keeps one of them. */
    private static final int THREADS = 4;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, new DaemonThreadFactory("metrics"));

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Takes the port; requests wait until the counts are published.
     *
     * @throws UsageException if the port cannot be taken
     */
    static MetricsServer at(InetSocketAddress address) throws UsageException {
        try {
            return new MetricsServer(HttpServer.create(address, 0));
        } catch (IOException e) {
            throw new UsageException("--metrics: expected a free port of this machine, got "
                    + address.getAddress().getHostAddress() + ":" + address.getPort() + ": " + e.getMessage()
                    + "; choose another, or write to a file");
        }
    }

    @Override
    public void publish(Supplier<String> counts, Consumer<IOException> lost, Consumer<Throwable> fault) {
        var unused = server.createContext("/", exchange -> {
            try {
                answer(exchange, counts);
            } catch (RuntimeException | Error e) {
                fault.accept(e);
            }
        });
        server.setExecutor(threads);
        server.start();
    }

    private static void answer(HttpExchange exchange, Supplier<String> counts) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
            } else if (method.equals("GET") || method.equals("HEAD")) {
                byte[] text = counts.get().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", TYPE);
                exchange.sendResponseHeaders(200, method.equals("HEAD") ? -1 : text.length);
                if (method.equals("GET")) {
                    exchange.getResponseBody().write(text);
                }
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
