package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import tlschannel.ClientTlsChannel;
import tlschannel.TlsChannel;

/** The tls-channel library over a blocking channel; the dialogue before TLS by hand, of which it knows nothing. */
final class TlsChannelClient implements UpgradeClient {

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
            TlsChannel inside = ClientTlsChannel.newBuilder(channel, ByHand.engine(context, port, version))
                    .build();
            Reply.say(inside, EHLO);
            Reply.read(inside, in);
            return inside;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
