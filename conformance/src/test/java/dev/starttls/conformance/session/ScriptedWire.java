package dev.starttls.conformance.session;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A scripted server's end of a connection: lines in, text out, in plaintext and inside TLS. */
public final class ScriptedWire {
    private final SSLContext context;
    private final Socket socket;
    private final ScriptedLines lines;
    private OutputStream out;
    private Optional<SSLSocket> tls = Optional.empty();
    private Optional<StringBuilder> held = Optional.empty();

    ScriptedWire(ScriptedServer server, Socket socket) throws IOException {
        this.context = server.context();
        this.socket = socket;
        this.lines = new ScriptedLines(socket.getInputStream(), server);
        this.out = socket.getOutputStream();
    }

    public ScriptedLines lines() {
        return lines;
    }

    /** When the TLS session was made: the same for each connection that resumes it. */
    long madeAt() {
        return tls.map(layered -> layered.getSession().getCreationTime()).orElse(0L);
    }

    public boolean secure() {
        return tls.isPresent();
    }

    public void say(String line) throws IOException {
        raw(line + "\r\n");
    }

    public void raw(String text) throws IOException {
        if (held.isPresent()) {
            held.get().append(text);
        } else {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }

    /** Writes to the socket under TLS. */
    void plaintext(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Whether something comes in plaintext within this time; it stays with the lines. */
    boolean hears(int ms) throws IOException {
        socket.setSoTimeout(ms);
        try {
            lines.fill();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(0);
        }
    }

    /** Waits until the client has ended its side; what came before stays with the lines. */
    void untilEnd() throws IOException {
        lines.ahead(socket.getInputStream().readAllBytes());
    }

    /** From here on what is said is held back. */
    void hold() {
        held = Optional.of(new StringBuilder());
    }

    /** What was held back; from here on it goes out again. */
    String release() {
        String text = held.map(StringBuilder::toString).orElse("");
        held = Optional.empty();
        return text;
    }

    /** Shakes hands; what was read ahead stays with the lines. */
    public void shakeHands(String... versions) throws IOException {
        shakeHands(new byte[0], versions);
    }

    /**
     * Shakes hands over octets that were read already and what follows.
     *
     * @param versions as JSSE names them; none stands for those of the runtime
     * @throws IOException if that fails
     */
    public void shakeHands(byte[] read, String... versions) throws IOException {
        SSLSocketFactory factory = context.getSocketFactory();
        SSLSocket layered = (SSLSocket)
                (read.length > 0
                        ? factory.createSocket(socket, new ByteArrayInputStream(read), false)
                        : factory.createSocket(socket, "localhost", socket.getPort(), false));
        layered.setUseClientMode(false);
        if (versions.length > 0) {
            layered.setEnabledProtocols(versions);
        }
        layered.startHandshake();
        tls = Optional.of(layered);
        lines.from(layered.getInputStream());
        out = layered.getOutputStream();
    }

    /** Says close_notify, inside TLS. */
    public void closeNotify() throws IOException {
        if (tls.isPresent()) {
            tls.get().close();
        }
    }
}
