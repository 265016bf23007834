package dev.starttls.benchmarks.flood;

import dev.starttls.benchmarks.RealTimePriority;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * The other clients during an attack, each on a thread of its own until its time is over, however long an answer takes.
 * Each asks once at least.
 */
final class HonestClients {

    private static final byte[] NOOP = "NOOP\r\n".getBytes(StandardCharsets.US_ASCII);

    private HonestClients() {}

    /** Connects, reads the greeting, and closes. */
    static Waits greetings(int port, long end) throws IOException {
        Waits waits = begun();
        do {
            long before = System.nanoTime();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millisTo(end));
                socket.setSoTimeout(millisTo(end));
                if (socket.getInputStream().read() < 0) {
                    throw new EOFException("Expected a greeting, got the end");
                }
                waits.answered(System.nanoTime() - before);
            } catch (SocketTimeoutException e) {
                waits.unanswered(System.nanoTime() - before);
            }
            pause();
        } while (System.nanoTime() < end);
        return waits;
    }

    /** Sends commands on a connection inside TLS; closing the session from another thread ends the last wait. */
    static Waits answers(SmtpConnection session, long end) throws IOException {
        Waits waits = begun();
        ByteBuffer answer = ByteBuffer.allocate(512);
        do {
            long before = System.nanoTime();
            try {
                session.channel().write(ByteBuffer.wrap(NOOP));
                answer.clear();
                do {
                    if (session.channel().read(answer) < 0) {
                        throw new EOFException("Expected an answer, got the end");
                    }
                } while (answer.get(answer.position() - 1) != '\n');
                waits.answered(System.nanoTime() - before);
            } catch (IOException e) {
                if (System.nanoTime() < end) {
                    throw e;
                }
                waits.unanswered(System.nanoTime() - before);
            }
            pause();
        } while (System.nanoTime() < end);
        return waits;
    }

    /** Upgrades on a loop, one connection after the other. */
    static Waits upgrades(SmtpClient client, UpgradeLoop loop, long end)
            throws IOException, ExecutionException, InterruptedException {
        Waits waits = begun();
        do {
            long before = System.nanoTime();
            CompletableFuture<SmtpConnection> session = client.connect(loop);
            try {
                session.get(millisTo(end), TimeUnit.MILLISECONDS).close();
                waits.answered(System.nanoTime() - before);
            } catch (TimeoutException e) {
                session.cancel(false);
                waits.unanswered(System.nanoTime() - before);
            }
            pause();
        } while (System.nanoTime() < end);
        return waits;
    }

    private static Waits begun() {
        RealTimePriority.acquire();
        return new Waits();
    }

    private static int millisTo(long end) {
        return (int) Math.max(1, (end - System.nanoTime()) / 1_000_000);
    }

    private static void pause() {
        LockSupport.parkNanos((long) (Waits.EVERY * 1e6));
    }
}
