package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.benchmarks.ResourceUsage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The JDK alone: a thread for each connection, and an SSLSocket layered on its socket. */
final class ThreadServer implements UpgradeServer {

    private static final int BACKLOG = 1_000;

    private final ServerSocket listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final SSLContext context;
    private final LongAdder nanos = new LongAdder();
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.named("connection"));

    ThreadServer(SSLContext context) throws IOException {
        this.context = context;
        threads.execute(this::accept);
    }

    @Override
    public int port() {
        return listening.getLocalPort();
    }

    @Override
    public long cpuNanos() {
        return nanos.sum();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                threads.execute(() -> {
                    long before = ResourceUsage.nanosOfThisThread();
                    serve(client);
                    nanos.add(ResourceUsage.nanosOfThisThread() - before);
                });
            }
        } catch (SocketException e) {
            // Closed: this is the end.
            threads.shutdown();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            say(client, GREETING);
            command(client.getInputStream());
            say(client, GO_AHEAD);
            SSLSocket inside = (SSLSocket) context.getSocketFactory()
                    .createSocket(client, client.getInetAddress().getHostAddress(), client.getPort(), true);
            inside.setUseClientMode(false);
            inside.startHandshake();
            say(inside, INSIDE);
            inside.close();
        } catch (IOException e) {
            // The client reports that its upgrade failed.
            return;
        }
    }

    private static void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
    }

    private static void command(InputStream in) throws IOException {
        int octet = in.read();
        while (octet != '\n') {
            if (octet < 0) {
                throw new IOException("Expected a command, got the end");
            }
            octet = in.read();
        }
    }
}
