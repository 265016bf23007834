package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import jdk.net.ExtendedSocketOptions;

/** The floor: a blocking channel and an engine, without a library and its safeguards. */
final class FloorClient implements UpgradeClient {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Whether the kernel acknowledges at once (TCP_QUICKACK). */
    private final boolean quickAck;

    FloorClient(boolean quickAck) {
        this.quickAck = quickAck;
    }

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        SocketChannel channel = SmallSegments.AT_ONCE.channel();
        try {
            channel.connect(new InetSocketAddress(InetAddress.getByName(target.host()), target.port()));
            ByteBuffer in = ByteBuffer.allocate(17_000);
            Script script = target.script();
            for (CommandReply exchange : script.plain()) {
                exchange.over(channel, in);
            }
            inside(channel, FloorEngine.engine(target, tls, version), in.clear().flip(), script.inside());
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void inside(SocketChannel channel, SSLEngine engine, ByteBuffer in, List<CommandReply> exchanges)
            throws IOException {
        ByteBuffer out = ByteBuffer.allocate(40_000);
        Iterator<CommandReply> rest = exchanges.iterator();
        CommandReply exchange = rest.next();
        ByteBuffer command = exchange.octets();
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
                    if (command.hasRemaining()) {
                        engine.wrap(command, out);
                    }
                    flush(channel, out);
                    SSLEngineResult result = engine.unwrap(in, plain);
                    if (exchange.ending().in(plain)) {
                        if (!rest.hasNext()) {
                            return;
                        }
                        exchange = rest.next();
                        command = exchange.octets();
                        plain.clear();
                    } else if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
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
            throw CommandReply.closed();
        }
        in.flip();
    }
}
