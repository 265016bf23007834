package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import tlschannel.ClientTlsChannel;
import tlschannel.TlsChannel;

/** The tls-channel library over a blocking channel; the dialogue before TLS by hand, of which it knows nothing. */
final class TlsChannelClient implements UpgradeClient {

    private final SmallSegments segments;

    TlsChannelClient(SmallSegments segments) {
        this.segments = segments;
    }

    @Override
    public Closeable upgrade(Target target, ClientTls tls, String version) throws IOException {
        SocketChannel channel = segments.channel();
        try {
            channel.connect(new InetSocketAddress(InetAddress.getByName(target.host()), target.port()));
            ByteBuffer in = ByteBuffer.allocate(17_000);
            Script script = target.script();
            for (Exchange exchange : script.plain()) {
                exchange.over(channel, in);
            }
            TlsChannel inside = ClientTlsChannel.newBuilder(channel, ByHand.engine(target, tls, version))
                    .build();
            for (Exchange exchange : script.inside()) {
                exchange.over(inside, in);
            }
            return inside;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
