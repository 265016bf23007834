package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLSocket;

/** The JDK alone: an SSLSocket layered on a Socket. */
final class SslSocketClient implements UpgradeClient {

    private final SmallSegments segments;

    SslSocketClient(SmallSegments segments) {
        this.segments = segments;
    }

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        Socket plain = segments.socket();
        try {
            plain.connect(new InetSocketAddress(InetAddress.getByName(target.host()), target.port()));
            ByteBuffer in = ByteBuffer.allocate(17_000);
            Script script = target.script();
            for (CommandReply exchange : script.plain()) {
                exchange.over(plain.getInputStream(), plain.getOutputStream(), in);
            }
            SSLSocket socket = (SSLSocket)
                    tls.context().getSocketFactory().createSocket(plain, target.host(), target.port(), true);
            socket.setSSLParameters(FloorEngine.checked(socket.getSSLParameters(), version));
            socket.startHandshake();
            for (CommandReply exchange : script.inside()) {
                exchange.over(socket.getInputStream(), socket.getOutputStream(), in);
            }
            return socket;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }
}
