package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import tlschannel.ClientTlsChannel;
import tlschannel.TlsChannel;

/** The tls-channel library over a blocking channel; it does not support the dialogue before TLS, which is done here. */
final class TlsChannelClient implements UpgradeClient {

    private final SmallSegments segments;

    TlsChannelClient(SmallSegments segments) {
        this.segments = segments;
    }

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        SocketChannel channel = segments.channel();
        try {
            channel.connect(new InetSocketAddress(InetAddress.getByName(target.host()), target.port()));
            ByteBuffer in = ByteBuffer.allocate(17_000);
            Script script = target.script();
            for (CommandReply exchange : script.plain()) {
                exchange.over(channel, in);
            }
            TlsChannel inside = ClientTlsChannel.newBuilder(channel, FloorEngine.engine(target, tls, version))
                    .build();
            for (CommandReply exchange : script.inside()) {
                exchange.over(inside, in);
            }
            return inside;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
