package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.ProgressLine;
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
 * The clients of the server whose idle connections are measured, in a JVM of their own, so that they do not share heap
 * and file descriptors with the server. Each sends one command, reads the answer, and is idle until the end of the
 * input. They connect in two batches: when one is complete, a line is printed; the second starts when a line is read.
 */
final class IdleClients {

    private static final byte[] COMMAND = "NOOP\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = "250 2.0.0 Ok\r\n".getBytes(StandardCharsets.US_ASCII);

    private IdleClients() {}

    /** The length of the command, for a server that accepts any command. */
    static int commandOctets() {
        return COMMAND.length;
    }

    /** The length of its answer. */
    static int answerOctets() {
        return ANSWER.length;
    }

    /**
     * Arguments: the port, the sizes of the batches, the number of octets that each is sent, and the key store of the
     * server.
     */
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
                ProgressLine.OF_THIS_PROCESS.at(i + 1L, "connection", count);
            }
            System.out.println(idle.size());
            // The server continues, or has ended.
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
