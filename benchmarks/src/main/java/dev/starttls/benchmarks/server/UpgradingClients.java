package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.benchmarks.link.EngineChannel;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Clients without a library, several at the same time, each with full handshakes one after the other. */
final class UpgradingClients implements AutoCloseable {

    private final Contexts contexts;
    private final int atOnce;
    private final ExecutorService threads;

    UpgradingClients(Contexts contexts, int atOnce) {
        this.contexts = contexts;
        this.atOnce = atOnce;
        this.threads = Executors.newFixedThreadPool(atOnce, DaemonThreads.named("client"));
    }

    /** Makes this number of upgrades. */
    void upgrade(int port, int upgrades) throws Exception {
        AtomicInteger left = new AtomicInteger(upgrades);
        List<Future<?>> clients = new ArrayList<>();
        for (int i = 0; i < atOnce; i++) {
            clients.add(threads.submit(() -> {
                SSLContext context = contexts.client();
                EngineChannel.Buffers buffers = EngineChannel.Buffers.allocate();
                while (left.getAndDecrement() > 0) {
                    Contexts.forget(context);
                    upgrade(port, context, buffers);
                }
                return atOnce;
            }));
        }
        for (Future<?> client : clients) {
            client.get();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static void upgrade(int port, SSLContext context, EngineChannel.Buffers buffers) throws IOException {
        try (SocketChannel channel =
                SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            line(channel, UpgradeServer.GREETING);
            ByteBuffer command = ByteBuffer.wrap("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
            while (command.hasRemaining()) {
                channel.write(command);
            }
            line(channel, UpgradeServer.GO_AHEAD);
            SSLEngine engine = context.createSSLEngine("localhost", port);
            engine.setUseClientMode(true);
            buffers.forget();
            EngineChannel inside = new EngineChannel(channel, engine, buffers);
            inside.handshake();
            line(inside, UpgradeServer.INSIDE);
        }
    }

    private static void line(ByteChannel channel, String expected) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(expected.length());
        while (line.hasRemaining()) {
            if (channel.read(line) < 0) {
                throw new EOFException("Expected " + expected.strip() + ", got the end");
            }
        }
        String got = new String(line.array(), StandardCharsets.US_ASCII);
        if (!got.equals(expected)) {
            throw new IOException("Expected " + expected.strip() + ", got " + got.strip());
        }
    }
}
