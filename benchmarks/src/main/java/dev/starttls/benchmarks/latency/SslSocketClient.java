package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The JDK's own way: an SSLSocket layered on a Socket. */
final class SslSocketClient implements UpgradeClient {

    @Override
    public Closeable upgrade(int port, SSLContext context, String version) throws IOException {
        Socket plain = new Socket(InetAddress.getByName("localhost"), port);
        try {
            plain.setTcpNoDelay(true);
            ByteBuffer in = ByteBuffer.allocate(17_000);
            Reply.read(plain.getInputStream(), in);
            Reply.say(plain.getOutputStream(), EHLO);
            Reply.read(plain.getInputStream(), in);
            Reply.say(plain.getOutputStream(), STARTTLS);
            Reply.read(plain.getInputStream(), in);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
            socket.setSSLParameters(ByHand.checked(socket.getSSLParameters(), version));
            socket.startHandshake();
            Reply.say(socket.getOutputStream(), EHLO);
            Reply.read(socket.getInputStream(), in);
            return socket;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }
}
