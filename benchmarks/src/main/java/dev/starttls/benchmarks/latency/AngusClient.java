package dev.starttls.benchmarks.latency;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;

/** Angus Mail: as it comes, or with sockets that do not delay small segments, which it does not ask for itself. */
final class AngusClient implements UpgradeClient {

    /** What becomes of small segments (Nagle's algorithm, RFC 896). */
    enum Sockets {
        AS_THEY_COME,
        WITHOUT_DELAY
    }

    private final Sockets sockets;

    AngusClient(Sockets sockets) {
        this.sockets = sockets;
    }

    @Override
    public Closeable upgrade(int port, SSLContext context, String version) throws IOException {
        Properties settings = new Properties();
        settings.put("mail.smtp.localhost", "[127.0.0.1]");
        settings.put("mail.smtp.starttls.enable", "true");
        settings.put("mail.smtp.starttls.required", "true");
        settings.put("mail.smtp.ssl.checkserveridentity", "true");
        settings.put("mail.smtp.ssl.protocols", version);
        settings.put("mail.smtp.ssl.socketFactory", context.getSocketFactory());
        if (sockets == Sockets.WITHOUT_DELAY) {
            settings.put("mail.smtp.socketFactory", new WithoutDelay());
        }
        try {
            Transport transport = Session.getInstance(settings).getTransport("smtp");
            transport.connect("localhost", port, null, null);
            return () -> {
                try {
                    transport.close();
                } catch (MessagingException e) {
                    throw new IOException(e);
                }
            };
        } catch (MessagingException e) {
            throw new IOException(e);
        }
    }

    private static final class WithoutDelay extends SocketFactory {

        @Override
        public Socket createSocket() throws IOException {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("Expected to be asked for a socket that is not connected");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            return createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            return createSocket(host.getHostName(), port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
            return createSocket(host.getHostName(), port);
        }
    }
}
