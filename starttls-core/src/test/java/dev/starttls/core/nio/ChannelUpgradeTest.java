package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.RecordingChannel;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class ChannelUpgradeTest {

    private static final int HANDSHAKE = 22;
    private static final int APPLICATION_DATA = 23;
    private static final int ALERT = 21;

    @ParameterizedTest
    @CsvSource({"TLSv1.3, 1", "TLSv1.2, 2"})
    void no_phase_takes_more_round_trips_than_it_must(String version, int handshake) throws Exception {
        try (Pair pair = Pair.upgraded(version)) {
            UpgradeReport report = pair.client().report();
            assertThat(report.phases())
                    .extracting(PhaseTime::phase)
                    .containsExactly(
                            Phase.GREETING, Phase.CAPABILITY, Phase.COMMAND, Phase.HANDSHAKE, Phase.RECAPABILITY);
            assertThat(report.phases()).extracting(PhaseTime::roundTrips).containsExactly(1, 1, 1, handshake, 1);
            assertThat(report.offeredBefore()).containsExactly("GO");
            assertThat(report.offeredInside()).containsExactly("INSIDE");
        }
    }

    @Test
    void the_first_line_inside_tls_leaves_in_one_write_with_the_clients_finished() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            RecordingChannel recording = new RecordingChannel(sockets.client());
            upgrade(recording, sockets.server());
            List<byte[]> writes = recording.writes();
            assertThat(text(writes.get(0))).isEqualTo("CAPS\r\n");
            assertThat(text(writes.get(1))).isEqualTo("GO\r\n");
            assertThat(writes.get(2)[0]).isEqualTo((byte) HANDSHAKE);
            // The ChangeCipherSpec of compatibility (RFC 8446 section D.4), which engines make sooner; after it
            // Finished
            // and the line, both encrypted.
            assertThat(writes).hasSize(4);
            byte[] last = writes.get(writes.size() - 1);
            assertThat(contentTypes(last).stream()
                            .filter(type -> type == APPLICATION_DATA)
                            .count())
                    .isEqualTo(2);
        }
    }

    @Test
    void a_connection_that_was_given_up_before_fails_the_upgrade_with_that() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            UpgradeConnection connection = Pair.clientConnection(Pair.clientSettings());
            StartTlsChannel channel = StartTlsChannel.over(sockets.client(), connection);
            connection.abort(new UpgradeException(FailureReason.REJECTED, Phase.GREETING, "given up"));
            assertThatThrownBy(channel::upgrade)
                    .isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(why.reason())
                            .isEqualTo(FailureReason.REJECTED))
                    .hasMessageContaining("given up");
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void not_an_octet_of_the_prepared_client_hello_leaves_before_the_go_ahead() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            RecordingChannel recording = new RecordingChannel(sockets.client());
            StartTlsChannel client = StartTlsChannel.over(recording, Pair.clientConnection(Pair.clientSettings()));
            CompletableFuture<Void> upgrade = Pair.run(client::upgrade);
            Octets.writeAll(sockets.server(), Octets.of("HI\r\n"));
            assertThat(Octets.text(sockets.server(), 6)).isEqualTo("CAPS\r\n");
            Octets.writeAll(sockets.server(), Octets.of("CAPS GO\r\n"));
            assertThat(Octets.text(sockets.server(), 4)).isEqualTo("GO\r\n");
            sockets.server().configureBlocking(false);
            assertThat(sockets.server().read(ByteBuffer.allocate(1))).isZero();
            sockets.server().configureBlocking(true);
            Octets.writeAll(sockets.server(), Octets.of("OK\r\n"));
            assertThat(Octets.read(sockets.server(), 1)[0]).isEqualTo((byte) HANDSHAKE);
            sockets.server().close();
            assertThat(upgrade.handle((done, thrown) -> thrown).get(30, TimeUnit.SECONDS))
                    .isInstanceOf(java.io.IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CAPS PLAIN\r\n", "CAPS GO\r\n"})
    void nor_does_it_leave_when_the_upgrade_was_not_offered_or_refused(String capabilities) throws Exception {
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel client =
                    StartTlsChannel.over(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
            CompletableFuture<Void> server =
                    Pair.run(() -> answer(sockets.server(), "HI\r\n" + capabilities + "NO\r\n"));
            UpgradeException failed = catchThrowableOfType(UpgradeException.class, client::upgrade);
            assertThat(failed.reason()).isIn(FailureReason.NOT_OFFERED, FailureReason.REFUSED);
            server.get(30, TimeUnit.SECONDS);
            assertThat(Octets.readToEnd(sockets.server())).isEmpty();
            assertThat(client.isOpen()).isFalse();
            assertThat(client.holdsBuffers()).isFalse();
        }
    }

    @Test
    void octets_after_the_last_line_in_plaintext_are_the_applications() throws Exception {
        UpgradeSettings opportunistic = Pair.clientSettings().withPolicy(TlsPolicy.OPPORTUNISTIC);
        UpgradeSettings disabled = Pair.serverSettings().withPolicy(TlsPolicy.DISABLED);
        try (Pair pair = Pair.connected(opportunistic, disabled)) {
            CompletableFuture<Void> client = Pair.run(() -> {
                pair.client().upgrade();
                pair.client().write(Octets.of("in the clear"));
            });
            pair.server().upgrade();
            assertThat(Octets.text(pair.server(), 12)).isEqualTo("in the clear");
            assertThat(pair.server().isSecure()).isFalse();
            client.get(30, TimeUnit.SECONDS);
            assertThat(pair.client().report().encrypted()).isFalse();
        }
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel server = StartTlsChannel.over(sockets.server(), Pair.serverConnection(disabled));
            Octets.writeAll(sockets.client(), Octets.of("CAPS\r\nOVER\r\n" + "x".repeat(50_000)));
            sockets.client().shutdownOutput();
            server.upgrade();
            assertThat(Octets.readToEnd(server)).hasSize(50_000);
            server.write(Octets.of("y"));
            server.shutdownOutput();
            assertThat(text(Octets.readToEnd(sockets.client()))).isEqualTo("HI\r\nCAPS PLAIN\r\ny");
            server.close();
        }
    }

    @Test
    void octets_after_the_last_line_inside_tls_are_the_applications() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            // The server's last line, its data and its close are all there before the client reads any of it.
            StartTlsChannel server =
                    StartTlsChannel.over(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            StartTlsChannel client =
                    StartTlsChannel.over(sockets.client(), Pair.clientConnection(Pair.clientSettings()));
            sockets.client().configureBlocking(false);
            CompletableFuture<Void> served = Pair.run(() -> {
                server.upgrade();
                server.write(ByteBuffer.allocate(40_000));
                server.close();
            });
            while (!client.isSecure()) {
                client.advance();
            }
            served.get(30, TimeUnit.SECONDS);
            sockets.client().configureBlocking(true);
            assertThat(Octets.readToEnd(client)).hasSize(40_000);
        }
    }

    @Test
    void a_client_that_distrusts_the_server_says_so_by_an_alert_before_it_hangs_up() throws Exception {
        UpgradeSettings distrusting = Pair.clientSettings()
                .withTls(dev.starttls.core.tls.TlsSettings.builder()
                        .context(TestCertificates.withOwnRoot().client())
                        .build());
        try (Pair pair = Pair.connected(distrusting, Pair.serverSettings())) {
            CompletableFuture<Void> served = Pair.run(pair.server()::upgrade);
            UpgradeException failed = catchThrowableOfType(UpgradeException.class, pair.client()::upgrade);
            assertThat(failed.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
            assertThat(failed.phase()).isEqualTo(Phase.HANDSHAKE);
            UpgradeException heard =
                    (UpgradeException) served.handle((done, thrown) -> thrown).get(30, TimeUnit.SECONDS);
            assertThat(heard.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
            assertThat(heard).hasCauseInstanceOf(SSLException.class).hasMessageContaining("certificate");
            assertThat(pair.client().isOpen() || pair.server().isOpen()).isFalse();
            assertThat(pair.client().holdsBuffers() || pair.server().holdsBuffers())
                    .isFalse();
        }
    }

    @Test
    void garbage_inside_tls_is_answered_by_an_alert_and_ends_the_session() throws Exception {
        try (Pair pair = Pair.upgraded()) {
            pair.sockets().client().write(ByteBuffer.wrap(new byte[] {
                23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0
            }));
            ByteBuffer target = ByteBuffer.allocate(10);
            assertThatThrownBy(() -> pair.server().read(target)).isInstanceOf(SSLException.class);
            assertThat(pair.server().connection().state()).isEqualTo(State.FAILED);
            assertThat(target.position()).isZero();
            // The client decrypts the alert, and reports it.
            SSLException reported =
                    catchThrowableOfType(SSLException.class, () -> pair.client().read(target));
            assertThat(reported).hasMessageContaining("bad_record_mac");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', GREETING",
        "'H', GREETING",
        "'HI\r\n', CAPABILITY",
        "'HI\r\nCAPS GO\r\n', COMMAND",
        "'HI\r\nCAPS GO\r\nOK\r\n', HANDSHAKE"
    })
    void a_server_that_stalls_is_given_up_no_later_than_in_the_phase_it_stalls_in(String said, Phase phase)
            throws Exception {
        try (Loopback sockets = Loopback.open()) {
            UpgradeSettings hasty =
                    Pair.clientSettings().withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(150)));
            StartTlsChannel client = StartTlsChannel.over(sockets.client(), Pair.clientConnection(hasty));
            // Each line is said only when it was asked for: one said before is no go-ahead.
            CompletableFuture<Void> server = Pair.run(() -> answer(sockets.server(), said));
            UpgradeException failed = catchThrowableOfType(UpgradeException.class, client::upgrade);
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
            // Or in an earlier one, where the machine had no time for the server until it was over.
            assertThat(failed.phase()).isLessThanOrEqualTo(phase);
            assertThat(failed.hint().orElseThrow()).endsWith("if the peer is only slow, raise the bound: timeout(...)");
            assertThat(client.isOpen()).isFalse();
            assertThat(server.handle((done, gone) -> true).get(30, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"'', CAPABILITY", "'CAPS\r\nGO\r\n', HANDSHAKE"})
    void a_client_that_stalls_is_given_up_too(String said, String phase) throws Exception {
        try (Loopback sockets = Loopback.open()) {
            UpgradeSettings hasty =
                    Pair.serverSettings().withLimits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(100)));
            StartTlsChannel server = StartTlsChannel.over(sockets.server(), Pair.serverConnection(hasty));
            Octets.writeAll(sockets.client(), Octets.of(said));
            UpgradeException failed = catchThrowableOfType(UpgradeException.class, server::upgrade);
            assertThat(failed.reason()).isEqualTo(FailureReason.TIMEOUT);
            assertThat(failed.phase()).isLessThanOrEqualTo(Phase.valueOf(phase));
            assertThat(failed.hint().orElseThrow())
                    .endsWith("withTimePerPhase(...) of the UpgradeLimits that are given by limits(...)");
        }
    }

    @Test
    void the_socket_gets_its_own_time_limit_back() throws Exception {
        try (Pair pair = Pair.connected(Pair.clientSettings(), Pair.serverSettings())) {
            pair.sockets().client().socket().setSoTimeout(12_345);
            pair.upgrade();
            assertThat(pair.sockets().client().socket().getSoTimeout()).isEqualTo(12_345);
        }
    }

    @Test
    void a_refusal_arrives_although_the_client_has_sent_more_than_the_server_reads() throws Exception {
        try (Loopback sockets = Loopback.open()) {
            StartTlsChannel server =
                    StartTlsChannel.over(sockets.server(), Pair.serverConnection(Pair.serverSettings()));
            Octets.writeAll(sockets.client(), Octets.of("GO\r\n" + "MORE\r\n".repeat(12_000)));
            UpgradeException failed = catchThrowableOfType(UpgradeException.class, server::upgrade);
            assertThat(failed.reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            String last = "HI\r\nNO injection\r\n";
            // What the client has still under way is answered with a reset, after it.
            assertThat(Octets.text(sockets.client(), last.length())).isEqualTo(last);
        }
    }

    /** Says the first line, and each other when the client has said one. */
    private static void answer(SocketChannel socket, String lines) throws java.io.IOException {
        boolean first = true;
        for (String line : lines.split("(?<=\n)", -1)) {
            if (!first && !line.isEmpty()) {
                ByteBuffer one = ByteBuffer.allocate(1);
                while (one.clear().position() == 0 && socket.read(one) > 0 && one.get(0) != '\n') {
                    // To the end of the line.
                }
            }
            first = false;
            Octets.writeAll(socket, Octets.of(line));
        }
    }

    private static void upgrade(RecordingChannel client, SocketChannel server) throws Exception {
        CompletableFuture<Void> served =
                Pair.run(() -> StartTlsChannel.over(server, Pair.serverConnection(Pair.serverSettings()))
                        .upgrade());
        StartTlsChannel.over(client, Pair.clientConnection(Pair.clientSettings()))
                .upgrade();
        served.get(30, TimeUnit.SECONDS);
    }

    private static List<Integer> contentTypes(byte[] records) {
        List<Integer> types = new java.util.ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(records);
        while (rest.hasRemaining()) {
            types.add((int) rest.get(rest.position()));
            rest.position(rest.position() + 5 + rest.getShort(rest.position() + 3));
        }
        assertThat(types).doesNotContain(ALERT);
        return types;
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
