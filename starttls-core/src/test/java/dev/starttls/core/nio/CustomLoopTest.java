package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loop in the javadoc of {@link UpgradeConnection} is compiled here, word for word, and upgrades both sides. */
@Timeout(60)
class CustomLoopTest {

    private static final Pattern OF_JAVADOC = Pattern.compile("<pre>\\{@code\\R(.*?)}</pre>", Pattern.DOTALL);
    private static final Pattern OF_TEST =
            Pattern.compile("// The loop begins\\.\\R(.*?)// The loop ends\\.", Pattern.DOTALL);

    /** Drives one connection along a blocking socket channel. */
    private record CustomLoop(SocketChannel socket, UpgradeConnection connection, int size) {

        boolean run() throws IOException {
            ByteBuffer in = ByteBuffer.allocate(size);
            ByteBuffer out = ByteBuffer.allocate(size);
            ByteBuffer none = ByteBuffer.allocate(0);
            // The loop begins.
            connection.begin(System.nanoTime());
            in.limit(0); // read from, and nothing has been read yet
            while (true) {
                connection.tick(System.nanoTime()); // fails when a deadline has passed, or after a last line
                int left = in.remaining();
                switch (connection.want()) {
                    case TASK -> connection.task().ifPresent(Runnable::run);
                    case WRITE -> {
                        connection.transmit(none, out.clear());
                        writeAll(out.flip());
                    }
                    case AGAIN -> connection.receive(in, none); // a loop of many serves others first
                    case ANSWER -> awaitWake(); // as onWake reports, or until the deadline
                    case READ -> {
                        connection.receive(in, none); // what was left comes before what is read
                        if (in.remaining() == left && connection.want() == Want.READ) {
                            read(in.compact());
                            connection.receive(in.flip(), none);
                        }
                    }
                    case NOTHING -> {
                        return connection.ready();
                    }
                }
            }
            // The loop ends.
        }

        private void awaitWake() throws IOException {
            throw new IOException("Expected a dialogue that answers at once");
        }

        private void writeAll(ByteBuffer octets) throws IOException {
            Octets.writeAll(socket, octets);
        }

        private void read(ByteBuffer room) throws IOException {
            if (socket.read(room) < 0) {
                connection.endOfInput();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32_768, 100, 1})
    void a_client_driven_by_it_is_upgraded(int size) throws Exception {
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel server =
                    StartTlsChannel.over(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            CompletableFuture<Void> served = Pair.run(server::upgrade);
            requireUpgraded(new CustomLoop(sockets.client(), Pair.clientConnection(Pair.clientSettings()), size));
            served.get(30, TimeUnit.SECONDS);
            assertThat(server.isSecure()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {32_768, 100, 1})
    void a_server_driven_by_it_is_upgraded(int size) throws Exception {
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel client =
                    StartTlsChannel.over(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
            CompletableFuture<Void> upgraded = Pair.run(client::upgrade);
            CustomLoop server = new CustomLoop(sockets.server(), Pair.serverConnection(Pair.serverSettings()), size);
            assertThat(server.run()).isTrue();
            // The last line of its dialogue is the application's to write.
            while (server.connection().want() == Want.WRITE) {
                ByteBuffer out = ByteBuffer.allocate(size);
                server.connection().transmit(Octets.of(""), out);
                Octets.writeAll(sockets.server(), out.flip());
            }
            upgraded.get(30, TimeUnit.SECONDS);
            assertThat(server.connection().state()).isEqualTo(State.SECURE);
        }
    }

    @Test
    void a_client_driven_by_it_takes_its_turns_until_all_lines_of_one_read_are_taken() throws Exception {
        UpgradeConnection connection = new UpgradeConnection(
                new LineProtocolClient(),
                Pair.clientSettings().withPolicy(TlsPolicy.OPPORTUNISTIC),
                new Peer("localhost", -1));
        try (Loopback sockets = Loopback.open()) {
            Octets.writeAll(sockets.server(), Octets.of("HELLO there\r\n" + "CAP PLAIN\r\n".repeat(100) + "END\r\n"));
            assertThat(new CustomLoop(sockets.client(), connection, 32_768).run())
                    .isTrue();
        }
        assertThat(connection.state()).isEqualTo(State.PLAINTEXT);
        assertThat(connection.report().offeredBefore()).hasSize(100);
    }

    @Test
    void it_is_that_of_the_javadoc() throws Exception {
        String javadoc = found(OF_JAVADOC, "src/main/java/dev/starttls/core/upgrade/UpgradeConnection.java")
                .replaceAll("(?m)^ \\* ?", "");
        String test = found(OF_TEST, "src/test/java/dev/starttls/core/nio/CustomLoopTest.java");
        assertThat(javadoc).contains("connection.begin", "Want.READ", "return connection.ready();");
        // Laid out by the formatter here, and by hand there.
        assertThat(test).isEqualToIgnoringWhitespace(javadoc);
    }

    private static void requireUpgraded(CustomLoop driver) throws IOException {
        assertThat(driver.run()).isTrue();
        assertThat(driver.connection().state()).isEqualTo(State.SECURE);
        assertThat(driver.connection().report().encrypted()).isTrue();
    }

    private static String found(Pattern pattern, String file) throws IOException {
        Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
        assertThat(matcher.find()).as(file).isTrue();
        return matcher.group(1);
    }
}
