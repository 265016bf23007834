package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.tls.Truncation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Invariant 6: an end without close_notify is no end of stream, unless a setting says so. */
class TruncationTest {

    private final BareTls tls;

    TruncationTest() {
        tls = BareTls.server(Connections.SERVING);
    }

    static Stream<Arguments> settings() {
        return Stream.of(Truncation.values()).map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void at_every_octet_of_a_record_an_end_is_truncation_or_accepted(Truncation taken) throws Exception {
        Endpoint ready = ready(taken);
        byte[] record = tls.say("all of it").take();
        ready.arrive(record).run();
        assertThat(ready.received()).isEqualTo("all of it");

        for (int kept = 0; kept <= record.length; kept += 3) {
            TruncationTest other = new TruncationTest();
            Endpoint client = other.ready(taken);
            byte[] words = other.tls.say("all of it").take();
            client.arrive(Arrays.copyOf(words, Math.min(kept, words.length)))
                    .arriveEnd()
                    .run();
            if (taken == Truncation.REPORTED) {
                assertThat(client.failure().orElseThrow()).isInstanceOf(TruncatedException.class);
                assertThat(client.connection().inputEnded()).isFalse();
                assertThat(client.connection().state()).isEqualTo(State.FAILED);
            } else {
                client.requireNoFailure();
                assertThat(client.connection().inputEnded()).isTrue();
            }
        }
    }

    @Test
    void close_notify_is_an_end_of_stream() throws Exception {
        Endpoint client = ready(Truncation.REPORTED);
        client.arrive(tls.say("bye").close().take()).run().requireNoFailure();

        assertThat(client.received()).isEqualTo("bye");
        assertThat(client.connection().inputEnded()).isTrue();
        client.arriveEnd().run().requireNoFailure();
    }

    @Test
    void what_comes_after_close_notify_is_not_read() throws Exception {
        Endpoint client = ready(Truncation.REPORTED);
        ByteBuffer network = ByteBuffer.wrap(tls.close().take());
        ByteBuffer application = ByteBuffer.allocate(100);
        client.connection().receive(network, application);
        ByteBuffer more = Connections.octets("more\r\n");
        client.connection().receive(more, application);

        assertThat(more.hasRemaining()).isFalse();
        assertThat(application.position()).isZero();
        assertThat(client.connection().inputEnded()).isTrue();
    }

    @Test
    void truncation_is_reported_as_often_as_it_is_asked_for() throws Exception {
        Endpoint client = ready(Truncation.REPORTED);
        client.arriveEnd().run();
        for (int i = 0; i < 3; i++) {
            assertThat(catchThrowable(() -> client.connection().endOfInput())).isInstanceOf(SSLException.class);
            assertThat(client.connection().inputEnded()).isFalse();
        }
    }

    @Test
    void within_the_dialogue_close_notify_and_truncation_are_two_things() throws Exception {
        for (Truncation taken : Truncation.values()) {
            Endpoint cut = asked(taken, BareTls.server(Connections.SERVING))
                    .arriveEnd()
                    .run();
            assertThat(cut.upgradeFailure().reason())
                    .isEqualTo(
                            taken == Truncation.REPORTED ? FailureReason.TRUNCATED : FailureReason.CONNECTION_CLOSED);
            assertThat(cut.upgradeFailure().phase()).isEqualTo(Phase.RECAPABILITY);

            BareTls server = BareTls.server(Connections.SERVING);
            Endpoint closed = asked(taken, server);
            closed.arrive(server.close().take()).run();
            assertThat(closed.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
            assertThat(closed.upgradeFailure()).hasMessageContaining("got close_notify");
        }
    }

    @Test
    void a_broken_record_is_not_followed_by_an_end_of_stream() throws Exception {
        Endpoint client = ready(Truncation.ACCEPTED);
        byte[] record = tls.say("words").take();
        record[record.length - 1] ^= 1;
        client.arrive(record).run();

        assertThat(client.failure().orElseThrow()).isInstanceOf(SSLException.class);
        assertThat(client.received()).isEmpty();
        assertThat(client.connection().state()).isEqualTo(State.FAILED);
        assertThat(catchThrowable(() -> client.connection().endOfInput()))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("failed before");
        assertThat(client.connection().inputEnded()).isFalse();
        // An alert reports it to the peer.
        assertThat(catchThrowable(() -> tls.feed(client.take()))).hasMessageContaining("bad_record_mac");
    }

    private Endpoint ready(Truncation taken) throws Exception {
        Endpoint client = asked(taken, tls);
        client.arrive(tls.say("CAP LOGIN\r\nEND\r\n").take()).run().requireNoFailure();
        assertThat(client.connection().ready()).isTrue();
        return client;
    }

    private static Endpoint asked(Truncation taken, BareTls server) throws Exception {
        Endpoint client = Connections.proposed(client(clientSettings(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .truncation(taken)
                        .build())));
        client.arrive("GO\r\n").run();
        client.arrive(server.feed(client.take()).take()).run();
        assertThat(server.feed(client.take()).heard()).isEqualTo("CAPS\r\n");
        client.arrive(server.take()).run();
        return client.requireNoFailure();
    }
}
