package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;

/** No upgrade: the greeting and EHLO, by hand. */
final class PlaintextClient implements UpgradeClient {

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
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
