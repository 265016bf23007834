package dev.starttls.smtp.link;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The clients of a {@link RealLinkTest}, in a process and a network namespace of their own. Each line of input names ports;
 * all are connected to at once, the even ones on a loop, the odd ones each by a blocking thread. Answers a line for each
 * and {@code done}.
 */
final class LinkClient {

    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "link");
        thread.setDaemon(true);
        return thread;
    });
    private final UpgradeLoop loop = UpgradeLoop.open(1_000, Runnable::run);
    private final String host;
    private final SSLContext trust;
    private final Duration limit;

    private LinkClient(Path root, String host, Duration limit) throws Exception {
        this.host = host;
        this.limit = limit;
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        try (InputStream in = Files.newInputStream(root)) {
            roots.setCertificateEntry(
                    "root", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(roots);
        trust = SSLContext.getInstance("TLS");
        trust.init(null, trusted.getTrustManagers(), null);
    }

    /** Takes the file of the root certificate, the server's address, and the time limit in seconds. */
    public static void main(String[] args) throws Exception {
        LinkClient clients = new LinkClient(Path.of(args[0]), args[1], Duration.ofSeconds(Integer.parseInt(args[2])));
        clients.threads.execute(clients.loop);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (String port : line.split(" ", -1)) {
                answers.add(clients.upgrade(Integer.parseInt(port)).thenApply(what -> port + " " + what));
            }
            for (CompletableFuture<String> answer : answers) {
                System.out.println(answer.join());
            }
            System.out.println("done");
        }
        System.exit(0);
    }

    /** A failure in words that a test can read. */
    static String words(UpgradeException why) {
        return why.reason() + " " + why.phase() + " " + (why.hint().isPresent() ? "hint" : "NO_HINT");
    }

    private CompletableFuture<String> upgrade(int port) {
        SmtpClient client = SmtpClient.to(host, port)
                .serverName("localhost")
                .sslContext(trust)
                .timeout(limit);
        CompletableFuture<SmtpConnection> session =
                port % 2 == 0 ? client.connect(loop) : CompletableFuture.supplyAsync(() -> connect(client), threads);
        return session.handle((upgraded, thrown) -> upgraded == null ? failed(thrown) : ready(upgraded));
    }

    private static SmtpConnection connect(SmtpClient client) {
        try {
            return client.connect();
        } catch (IOException e) {
            throw new java.util.concurrent.CompletionException(e);
        }
    }

    private static String ready(SmtpConnection session) {
        try {
            session.close();
            return "READY";
        } catch (IOException e) {
            return "UNTYPED " + e;
        }
    }

    private static String failed(Throwable thrown) {
        Throwable why = thrown instanceof java.util.concurrent.CompletionException ? thrown.getCause() : thrown;
        return why instanceof UpgradeException upgrade ? words(upgrade) : "UNTYPED " + why;
    }
}
