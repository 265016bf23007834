package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.DaemonThreads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An SMTP server that sends as Postfix does: Nagle's algorithm is on, and the session ticket and the reply to EHLO are
 * sent in two writes. The second waits until the client's kernel has acknowledged the first, which it may delay by 40
 * ms.
 */
final class NagleServer implements AutoCloseable {

    private final ServerSocket listening;
    private final SSLContext context;
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.named("nagle"));

    NagleServer(SSLContext context) throws IOException {
        this.context = context;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed: the measurement is over.
            return;
        }
    }

    private void serve(Socket accepted) {
        try (Socket socket = accepted) {
            ByteBuffer command = ByteBuffer.allocate(1_000);
            say(socket.getOutputStream(), "220 localhost\r\n");
            line(socket.getInputStream(), command);
            // Like Postfix, it does not require EHLO first.
            if (command.get(0) == 'E') {
                say(socket.getOutputStream(), "250-localhost\r\n250 STARTTLS\r\n");
                line(socket.getInputStream(), command);
            }
            say(socket.getOutputStream(), "220 go ahead\r\n");
            SSLSocket inside = (SSLSocket) context.getSocketFactory().createSocket(socket, null, false);
            inside.startHandshake();
            line(inside.getInputStream(), command);
            say(inside.getOutputStream(), "250 localhost\r\n");
            line(inside.getInputStream(), command);
        } catch (IOException e) {
            // The client has closed after its measurement.
            return;
        }
    }

    private static void say(OutputStream out, String lines) throws IOException {
        out.write(lines.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static void line(InputStream in, ByteBuffer into) throws IOException {
        into.clear();
        while (into.position() == 0 || into.get(into.position() - 1) != '\n') {
            int octet = in.read();
            if (octet < 0) {
                throw CommandReply.closed();
            }
            into.put((byte) octet);
        }
    }
}
