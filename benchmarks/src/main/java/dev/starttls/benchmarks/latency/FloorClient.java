package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import jdk.net.ExtendedSocketOptions;

/** The floor: a blocking channel and an engine by hand, with no library around them and none of its safeguards. */
final class FloorClient implements UpgradeClient {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Whether the kernel is asked to acknowledge at once. */
    private final boolean quickAck;

    FloorClient(boolean quickAck) {
        this.quickAck = quickAck;
    }

    @Override
    public Closeable upgrade(int port, SSLContext context, String version) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(new InetSocketAddress(InetAddress.getByName("localhost"), port));
            ByteBuffer in = ByteBuffer.allocate(17_000);
            Reply.read(channel, in);
            Reply.say(channel, EHLO);
            Reply.read(channel, in);
            Reply.say(channel, STARTTLS);
            Reply.read(channel, in);
            inside(channel, ByHand.engine(context, port, version), in.clear().flip());
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void inside(SocketChannel channel, SSLEngine engine, ByteBuffer in) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(40_000);
        ByteBuffer ehlo = Reply.octets(EHLO);
        ByteBuffer plain = ByteBuffer.allocate(17_000);
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> engine.wrap(NOTHING, out);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    flush(channel, out);
                    SSLEngineResult result = engine.unwrap(in, plain);
                    if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                        fill(channel, in);
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    if (ehlo.hasRemaining()) {
                        engine.wrap(ehlo, out);
                        flush(channel, out);
                    }
                    SSLEngineResult result = engine.unwrap(in, plain);
                    if (Reply.ended(plain)) {
                        return;
                    }
                    if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                        fill(channel, in);
                    }
                }
            }
        }
    }

    private void flush(SocketChannel channel, ByteBuffer out) throws IOException {
        out.flip();
        boolean any = out.hasRemaining();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
        if (quickAck && any) {
            channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        }
    }

    private static void fill(SocketChannel channel, ByteBuffer in) throws IOException {
        in.compact();
        if (channel.read(in) < 0) {
            throw Reply.closed();
        }
        in.flip();
    }
}
