package dev.starttls.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DelayingRelayTest {

    private static final int ROUND_TRIP = 40;

    @Test
    void a_greeting_comes_a_round_trip_after_the_connection_and_an_answer_another_one() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DelayingRelay relay = new DelayingRelay(server.getLocalPort(), ROUND_TRIP)) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> serve(server));
            long before = System.nanoTime();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), relay.port())) {
                assertThat(read(client.getInputStream(), 5)).isEqualTo("hello");
                assertThat(millisSince(before)).isGreaterThanOrEqualTo(ROUND_TRIP);
                client.getOutputStream().write("again".getBytes(StandardCharsets.US_ASCII));
                assertThat(read(client.getInputStream(), 5)).isEqualTo("again");
                assertThat(millisSince(before)).isGreaterThanOrEqualTo(2 * ROUND_TRIP);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            served.join();
        }
    }

    private static void serve(ServerSocket server) {
        try (Socket accepted = server.accept()) {
            accepted.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            String said = read(accepted.getInputStream(), 5);
            accepted.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(InputStream in, int count) throws Exception {
        return new String(in.readNBytes(count), StandardCharsets.US_ASCII);
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }
}
