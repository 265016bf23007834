package dev.starttls.smtp.link;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The servers of a {@link RealLinkTest}, in a process and a network namespace of their own: a loop serves the even ports, a
 * thread for each connection the odd ones. Each line of input asks whether all connections have ended.
 */
final class LinkServer {

    private static final long PATIENCE = 30_000_000_000L;
    private static final long PAUSE = 10_000_000;

    private final Queue<String> ends = new ConcurrentLinkedQueue<>();
    private final AtomicInteger serving = new AtomicInteger();
    private final UpgradeLoop loop;
    private final SmtpServer server;

    private LinkServer(TestCertificates certificates, Duration limit) throws IOException {
        loop = UpgradeLoop.open(1_000, Runnable::run);
        start(loop);
        server = SmtpServer.named("mail.example.org", (command, session) -> SmtpAnswer.of(502, "5.5.1 Not here"))
                // Three records of a handshake in segments of 536 octets and less.
                .sslContext(certificates.server(certificates.localhost(KeyKind.RSA)))
                .limits(UpgradeLimits.DEFAULT.withTimePerPhase(limit).withTimePerCommand(limit))
                .listener(new UpgradeListener() {
                    @Override
                    public void failed(UpgradeException why) {
                        ends.add(LinkClient.words(why));
                    }
                });
    }

    /** Takes a file for the root certificate, the first port, how many, and the time limit in seconds. */
    public static void main(String[] args) throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        Files.write(Path.of(args[0]), certificates.root().getEncoded());
        LinkServer servers = new LinkServer(certificates, Duration.ofSeconds(Integer.parseInt(args[3])));
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> servers.ends.add("UNCAUGHT " + thrown));
        int first = Integer.parseInt(args[1]);
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            servers.listen(first + i);
        }
        System.out.println("serving");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        while (orders.readLine() != null) {
            System.out.println(servers.idle());
        }
        System.exit(0);
    }

    private void listen(int port) throws IOException {
        if (port % 2 == 0) {
            server.listen(loop, new InetSocketAddress(port));
            return;
        }
        ServerSocketChannel listening = ServerSocketChannel.open().bind(new InetSocketAddress(port));
        start(() -> {
            while (true) {
                try {
                    SocketChannel accepted = listening.accept();
                    serving.incrementAndGet();
                    start(() -> serve(accepted));
                } catch (IOException e) {
                    ends.add("UNCAUGHT " + e);
                    return;
                }
            }
        });
    }

    private void serve(SocketChannel accepted) {
        try {
            server.serve(accepted);
        } catch (UpgradeException e) {
            // The listener has heard of it, or its dialogue was inside TLS already.
            return;
        } catch (IOException | RuntimeException e) {
            ends.add("UNTYPED " + e);
        } finally {
            serving.decrementAndGet();
        }
    }

    /** What came of the connections since the last time, as soon as none is left. */
    private String idle() {
        long end = System.nanoTime() + PATIENCE;
        while (loop.underway() + serving.get() > 0) {
            if (System.nanoTime() > end) {
                return "busy: " + loop.underway() + " on the loop, " + serving + " on threads";
            }
            LockSupport.parkNanos(PAUSE);
        }
        String all = String.join(", ", ends);
        ends.clear();
        return "idle: " + all;
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "link");
        thread.setDaemon(true);
        thread.start();
    }
}
