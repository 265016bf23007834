package dev.starttls.examples;

import dev.starttls.core.nio.LoopChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.imap.ImapClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * An IMAP session on a loop, one of as many as the loop has room for: each is a channel, a buffer for a line and no thread. Its
 * methods return at once; one command, or one wait for what the server says unasked, is under way at a time.
 */
public final class LoopImapSession implements AutoCloseable {

    private static final int LONGEST_LINE = 8_192;

    private final LoopChannel channel;
    /** What has come and was not taken: ready to be read from. */
    private final ByteBuffer received = ByteBuffer.allocate(LONGEST_LINE).flip();

    private String tag = "a0";
    private int commands;

    private LoopImapSession(LoopChannel channel) {
        this.channel = channel;
    }

    /** Connects, upgrades and logs in, and stays on the loop. */
    public static CompletableFuture<LoopImapSession> open(
            ImapClient client, UpgradeLoop loop, String user, String password) {
        return client.connect(loop)
                .thenCompose(mail -> mail.channel(loop))
                .thenApply(LoopImapSession::new)
                .thenCompose(session ->
                        session.command("LOGIN " + user + " " + password).thenApply(lines -> session));
    }

    /** The lines of the reply, of which the last is the status; fails unless that is OK. */
    public CompletableFuture<List<String>> command(String command) {
        tag = "a" + ++commands;
        return say(tag + " " + command).thenCompose(written -> completed());
    }

    /** Waits for what the server says unasked, from when this is completed (RFC 2177). */
    public CompletableFuture<List<String>> idle() {
        tag = "a" + ++commands;
        return say(tag + " IDLE").thenCompose(written -> linesUntil(line -> line.startsWith("+ ")));
    }

    /** In IDLE: the lines up to one that ends like this. */
    public CompletableFuture<List<String>> hear(String end) {
        return linesUntil(line -> line.endsWith(end));
    }

    /** Ends IDLE. */
    public CompletableFuture<List<String>> done() {
        return say("DONE").thenCompose(written -> completed());
    }

    /** Says LOGOUT, reads to the end and closes. */
    public CompletableFuture<Void> logOut() {
        return command("LOGOUT").thenCompose(lines -> channel.shutdownOutput()).thenRun(this::close);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // There is nothing more to say to this server.
        }
    }

    private CompletableFuture<Integer> say(String line) {
        return channel.write(ByteBuffer.wrap((line + "\r\n").getBytes(StandardCharsets.UTF_8)));
    }

    private CompletableFuture<List<String>> completed() {
        return linesUntil(line -> line.startsWith(tag + " ")).thenApply(lines -> {
            String status = lines.get(lines.size() - 1);
            if (!status.startsWith(tag + " OK")) {
                throw new IllegalStateException("Expected OK, got " + status);
            }
            return lines;
        });
    }

    private CompletableFuture<List<String>> linesUntil(Predicate<String> last) {
        return linesUntil(last, new ArrayList<>());
    }

    private CompletableFuture<List<String>> linesUntil(Predicate<String> last, List<String> lines) {
        for (int end = lineEnd(); end >= 0; end = lineEnd()) {
            byte[] line = new byte[end - received.position()];
            received.get(line).position(end + 2);
            lines.add(new String(line, StandardCharsets.UTF_8));
            if (last.test(lines.get(lines.size() - 1))) {
                return CompletableFuture.completedFuture(lines);
            }
        }
        return channel.read(received.compact()).thenCompose(count -> {
            received.flip();
            if (count <= 0) {
                throw new IllegalStateException(
                        count < 0 ? "Expected a line, got the end" : "Expected a line of at most 8 KiB, got more");
            }
            return linesUntil(last, lines);
        });
    }

    private int lineEnd() {
        for (int i = received.position(); i < received.limit() - 1; i++) {
            if (received.get(i) == '\r' && received.get(i + 1) == '\n') {
                return i;
            }
        }
        return -1;
    }
}
