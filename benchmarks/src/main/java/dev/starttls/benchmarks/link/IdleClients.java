package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.Progress;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.upgrade.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * The clients of a server whose idle connections are weighed: a JVM of their own, so that neither their heap nor
 * their file descriptors are the server's. Each says one command, takes the answer, and is idle until the end of the input.
 * They come in two batches: when one is complete, a line is written; the second begins when one is read.
 */
final class IdleClients {

    private static final byte[] COMMAND = "NOOP\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = "250 2.0.0 Ok\r\n".getBytes(StandardCharsets.US_ASCII);

    private IdleClients() {}

    /** A command, for a server that takes anything for one. */
    static int commandOctets() {
        return COMMAND.length;
    }

    /** The answer to it. */
    static int answerOctets() {
        return ANSWER.length;
    }

    /** Takes the port, the sizes of the batches, how many octets each is sent altogether, and the key store of the server. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int answer = Integer.parseInt(args[3]);
        SSLContext context = Contexts.of(Path.of(args[4])).client();
        EngineChannel.Buffers buffers = EngineChannel.Buffers.allocate();
        List<SocketChannel> idle = new ArrayList<>();
        for (int count : new int[] {Integer.parseInt(args[1]), Integer.parseInt(args[2])}) {
            for (int i = 0; i < count; i++) {
                Contexts.forget(context);
                idle.add(connect(port, context::createSSLEngine, answer, buffers));
                Progress.OF_THIS_PROCESS.at(i + 1L, "connection", count);
            }
            System.out.println(idle.size());
            // The server goes on, or is gone.
            if (System.in.read() < 0) {
                break;
            }
        }
        for (SocketChannel channel : idle) {
            channel.close();
        }
    }

    private static SocketChannel connect(int port, EngineSource engines, int answer, EngineChannel.Buffers buffers)
            throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        EngineChannel inside = new EngineChannel(channel, Library.engine(Role.CLIENT, engines), buffers);
        inside.handshake();
        ByteBuffer command = ByteBuffer.wrap(COMMAND);
        while (command.hasRemaining()) {
            inside.write(command);
        }
        ByteBuffer said = ByteBuffer.allocate(answer);
        while (said.hasRemaining()) {
            inside.read(said);
        }
        return channel;
    }
}
