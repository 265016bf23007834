package dev.starttls.benchmarks.latency;

import dev.starttls.core.upgrade.TlsPolicy;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** No upgrade: the session in plaintext, without a library. */
final class PlaintextClient implements UpgradeClient {

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        SocketChannel channel = SmallSegments.AT_ONCE.channel();
        try {
            channel.connect(new InetSocketAddress(InetAddress.getByName(target.host()), target.port()));
            ByteBuffer in = ByteBuffer.allocate(17_000);
            for (CommandReply exchange :
                    Script.of(target.protocol(), TlsPolicy.DISABLED).plain()) {
                exchange.over(channel, in);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
