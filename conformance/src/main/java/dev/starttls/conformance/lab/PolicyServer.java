package dev.starttls.conformance.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.starttls.conformance.embedded.Authority;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The MTA-STS policy of a domain by HTTPS (RFC 8461 section 3.3): mx1 and mx3 are in it. */
final class PolicyServer implements AutoCloseable {
    private static final String PATH = "/.well-known/mta-sts.txt";

    /** Valid for two weeks; what is shorter is a warning. */
    private static final String POLICY =
            "version: STSv1\r\nmode: enforce\r\nmx: mx1.%1$s\r\nmx: mx3.%1$s\r\nmax_age: 1209600\r\n";

    /** A client that connects and sends nothing occupies one of them. */
    private static final int THREADS = 4;

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, new DaemonThreadFactory("policy"));

    private PolicyServer(HttpsServer server) {
        this.server = server;
    }

    static PolicyServer start(String domain, Authority authority, int port) throws IOException {
        byte[] text = POLICY.formatted(domain).getBytes(StandardCharsets.US_ASCII);
        HttpsServer server = Listening.open(
                "the MTA-STS policy",
                "--mta-sts-port",
                Listening.local(port),
                address -> HttpsServer.create(address, 0));
        PolicyServer policy = new PolicyServer(server);
        server.setHttpsConfigurator(new HttpsConfigurator(authority.serverContext("mta-sts." + domain)));
        var unused = server.createContext("/", exchange -> answer(exchange, text));
        server.setExecutor(policy.threads);
        server.start();
        return policy;
    }

    private static void answer(HttpExchange exchange, byte[] text) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, -1);
            } else {
                exchange.getResponseHeaders().set("Content-Type", "text/plain");
                exchange.sendResponseHeaders(200, text.length);
                exchange.getResponseBody().write(text);
            }
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** What the zone says of it. */
    String records() {
        return """
                _mta-sts TXT "v=STSv1; id=20301231;"
                mta-sts A %s
                """
                .formatted(Listening.LOCAL);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
