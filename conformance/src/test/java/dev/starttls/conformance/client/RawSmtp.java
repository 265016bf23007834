package dev.starttls.conformance.client;

import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.Ending;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** One connection of a client of SMTP that a test leads by hand; it verifies no certificate. */
final class RawSmtp implements AutoCloseable {
    private final Attempt attempt;
    private final Socket socket;
    private SSLSocket tls;
    private BufferedReader in;
    /** What was read before TLS began, and not used. */
    private String early = "";

    private RawSmtp(Attempt attempt) throws IOException {
        this.attempt = attempt;
        this.socket = new Socket(InetAddress.getLoopbackAddress(), attempt.port());
        socket.setSoTimeout((int) attempt.limit().toMillis());
        this.in = reader(socket.getInputStream());
    }

    /** What a test does with a connection after the greeting. */
    @FunctionalInterface
    interface Session {
        void run(RawSmtp smtp) throws IOException;
    }

    /** A client that does this on its only connection. */
    static ClientUnderTest client(Session session) {
        return attempt -> {
            try (RawSmtp smtp = new RawSmtp(attempt)) {
                smtp.reply();
                session.run(smtp);
                return Ending.of(Ending.Kind.SUCCESS, "done");
            } catch (IOException e) {
                return Ending.of(Ending.Kind.FAILURE, String.valueOf(e.getMessage()));
            }
        };
    }

    private static BufferedReader reader(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
    }

    Attempt attempt() {
        return attempt;
    }

    /** The argument of AUTH. */
    String plain() {
        String login = "\0" + attempt.user() + "\0" + attempt.password();
        return "PLAIN " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    /** Asks for the capabilities and sends the upgrade command. */
    void askForTls() throws IOException {
        sendInPlaintext("EHLO client.example.org\r\n");
        if (!reply().contains("STARTTLS")) {
            throw new IOException("the upgrade is not offered");
        }
        sendInPlaintext("STARTTLS\r\n");
        reply("220");
    }

    void startTls() throws IOException {
        startTls(attempt.host());
    }

    /** The handshake, which names this server. */
    void startTls(String name) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            StrictTrust trust = new StrictTrust(attempt.root(), attempt.host(), Set.of(ClientFault.VERIFIES_NOTHING));
            context.init(null, new TrustManager[] {trust}, null);
            tls = (SSLSocket) context.getSocketFactory().createSocket(socket, name, attempt.port(), false);
            StringBuilder rest = new StringBuilder();
            while (in.ready()) {
                rest.append((char) in.read());
            }
            early = rest.toString();
            tls.startHandshake();
            in = reader(tls.getInputStream());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes what was read before TLS for answers inside it. */
    void useWhatCameEarly() throws IOException {
        InputStream before = new ByteArrayInputStream(early.getBytes(StandardCharsets.ISO_8859_1));
        in = reader(new SequenceInputStream(before, tls.getInputStream()));
    }

    /** Ends TLS with close_notify, and not the connection. */
    void endTls() throws IOException {
        tls.close();
    }

    void send(String text) throws IOException {
        tls.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        tls.getOutputStream().flush();
    }

    /** Sends octets below TLS, if it was started. */
    void sendInPlaintext(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** A whole reply. */
    String reply() throws IOException {
        StringBuilder text = new StringBuilder();
        String line;
        do {
            line = in.readLine();
            if (line == null) {
                throw new EOFException("the server closed the connection");
            }
            text.append(line).append('\n');
        } while (line.length() > 3 && line.charAt(3) == '-');
        return text.toString();
    }

    /** A reply with this code. */
    String reply(String code) throws IOException {
        String text = reply();
        if (!text.startsWith(code)) {
            throw new IOException("expected " + code + ", got " + text);
        }
        return text;
    }

    /** The rest of a good session inside TLS. */
    void finish() throws IOException {
        logIn();
        mail();
    }

    void logIn() throws IOException {
        hello();
        authenticate();
    }

    void hello() throws IOException {
        send("EHLO client.example.org\r\n");
        if (!reply("250").contains("AUTH")) {
            throw new IOException("no login is offered");
        }
    }

    void authenticate() throws IOException {
        send("AUTH " + plain() + "\r\n");
        reply("235");
    }

    void mail() throws IOException {
        send("MAIL FROM:<a@example.org>\r\n");
        reply("250");
        send("QUIT\r\n");
        reply("221");
    }

    /** Ends the connection with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
