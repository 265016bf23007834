package dev.starttls.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The JDK's own way: an SSLSocket layered on a Socket. */
final class SslSocketClient implements UpgradeClient {

    @Override
    public void run(int port, SSLContext context, String version) throws IOException {
        try (Socket plain = new Socket(InetAddress.getByName("localhost"), port)) {
            plain.setTcpNoDelay(true);
            byte[] buffer = new byte[17_000];
            reply(plain.getInputStream(), buffer);
            say(plain.getOutputStream(), "EHLO [127.0.0.1]\r\n");
            reply(plain.getInputStream(), buffer);
            say(plain.getOutputStream(), "STARTTLS\r\n");
            reply(plain.getInputStream(), buffer);
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setProtocols(new String[] {version});
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                say(socket.getOutputStream(), "EHLO [127.0.0.1]\r\n");
                reply(socket.getInputStream(), buffer);
            }
        }
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static void reply(InputStream in, byte[] buffer) throws IOException {
        int length = 0;
        while (true) {
            int count = in.read(buffer, length, buffer.length - length);
            if (count < 0) {
                throw new IOException("the server closed");
            }
            length += count;
            String reply = new String(buffer, 0, length, StandardCharsets.US_ASCII);
            if (reply.endsWith("\n") && reply.charAt(reply.lastIndexOf('\n', length - 2) + 4) == ' ') {
                return;
            }
        }
    }
}
