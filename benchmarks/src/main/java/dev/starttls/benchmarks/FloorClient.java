package dev.starttls.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;

/** The floor: a blocking channel and an engine by hand, with no library around them and none of its safeguards. */
final class FloorClient implements UpgradeClient {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    @Override
    public void run(int port, SSLContext context, String version) throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(new InetSocketAddress(InetAddress.getByName("localhost"), port));
            ByteBuffer in = ByteBuffer.allocate(17_000);
            reply(channel, in);
            say(channel, "EHLO [127.0.0.1]\r\n");
            reply(channel, in);
            say(channel, "STARTTLS\r\n");
            reply(channel, in);
            SSLEngine engine = context.createSSLEngine("localhost", port);
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
            inside(channel, engine, in.clear().flip());
        }
    }

    private static void inside(SocketChannel channel, SSLEngine engine, ByteBuffer in) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(40_000);
        ByteBuffer ehlo = ByteBuffer.wrap("EHLO [127.0.0.1]\r\n".getBytes(StandardCharsets.US_ASCII));
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
                    if (ended(plain)) {
                        return;
                    }
                    if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                        fill(channel, in);
                    }
                }
            }
        }
    }

    private static void reply(SocketChannel channel, ByteBuffer in) throws IOException {
        in.clear();
        do {
            if (channel.read(in) < 0) {
                throw new IOException("the server closed");
            }
        } while (!ended(in));
    }

    /** Whether the last line of a reply is there: its fourth octet is a space. */
    private static boolean ended(ByteBuffer reply) {
        int end = reply.position();
        if (end < 4 || reply.get(end - 1) != '\n') {
            return false;
        }
        int start = end - 1;
        while (start > 0 && reply.get(start - 1) != '\n') {
            start--;
        }
        return reply.get(start + 3) == ' ';
    }

    private static void say(SocketChannel channel, String line) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private static void flush(SocketChannel channel, ByteBuffer out) throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
    }

    private static void fill(SocketChannel channel, ByteBuffer in) throws IOException {
        in.compact();
        if (channel.read(in) < 0) {
            throw new IOException("the server closed");
        }
        in.flip();
    }
}
