package dev.starttls.core.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A server in plaintext that answers each line as a test says, in one segment, and keeps what it was told. */
public final class ScriptedServer implements AutoCloseable {

    private final ServerSocket listening;
    private final String greeting;
    private final UnaryOperator<String> answers;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    private ScriptedServer(ServerSocket listening, String greeting, UnaryOperator<String> answers) {
        this.listening = listening;
        this.greeting = greeting;
        this.answers = answers;
    }

    /**
     * Serves on a free port of loopback.
     *
     * @param greeting with CRLF
     * @param answers to a line without CRLF: what is sent for it, with CRLF, or nothing
     */
    public static ScriptedServer start(String greeting, UnaryOperator<String> answers) throws IOException {
        ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        ScriptedServer server = new ScriptedServer(listening, greeting, answers);
        Thread thread = new Thread(server::serve, "scripted server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    /** Its port. */
    public int port() {
        return listening.getLocalPort();
    }

    /** The lines that it was told, on all connections; an empty one where a connection broke. */
    public List<String> heard() {
        return List.copyOf(heard);
    }

    /** How many connections were made to it. */
    public int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    private void serve() {
        while (!listening.isClosed()) {
            try (Socket client = listening.accept()) {
                connections.incrementAndGet();
                speak(client);
            } catch (IOException e) {
                // The client has closed, or the test has; it says what that means.
                heard.add("");
            }
        }
    }

    private void speak(Socket client) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(greeting.getBytes(StandardCharsets.ISO_8859_1));
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            heard.add(line);
            out.write(answers.apply(line).getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
