package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks run where the driver likes, and a ClientHello is made when there is time for it. */
class TasksAndPreparationTest {

    private final AtomicInteger engines = new AtomicInteger();

    @Test
    void while_a_task_runs_elsewhere_the_connection_waits_for_nothing_else() throws Exception {
        UpgradeConnection connection = server(TlsPolicy.IMPLICIT);
        connection.begin(0);
        ByteBuffer hello =
                ByteBuffer.wrap(BareTls.client(Connections.TRUSTING).begin().take());
        connection.receive(hello, Connections.NOTHING);
        assertThat(connection.want()).isEqualTo(Want.TASK);

        Runnable task = connection.task().orElseThrow();
        assertThat(connection.task()).isEmpty();
        assertThat(connection.want()).isEqualTo(Want.TASK);
        connection.tick(1);
        connection.receive(Connections.NOTHING, Connections.NOTHING);
        ByteBuffer out = ByteBuffer.allocate(20_000);
        connection.transmit(Connections.NOTHING, out);
        assertThat(out.position()).isZero();
        assertThat(connection.want()).isEqualTo(Want.TASK);

        Thread elsewhere = new Thread(task);
        elsewhere.start();
        elsewhere.join();
        assertThat(connection.want()).isEqualTo(Want.WRITE);
        connection.transmit(Connections.NOTHING, out);
        assertThat(out.position()).isPositive();
        assertThat(connection.want()).isEqualTo(Want.READ);
    }

    @Test
    void a_connection_may_fail_while_a_task_runs() throws Exception {
        UpgradeConnection connection = server(TlsPolicy.IMPLICIT);
        connection.begin(0);
        connection.receive(
                ByteBuffer.wrap(BareTls.client(Connections.TRUSTING).begin().take()), Connections.NOTHING);
        Runnable task = connection.task().orElseThrow();
        long late = connection.deadline().orElseThrow();
        UpgradeException why = catchThrowableOfType(UpgradeException.class, () -> connection.tick(late));
        assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why)
                .hasMessageContaining("Expected a task of the handshake to have run within 60000 ms")
                .hasMessageContaining("executor");
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
        task.run();
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
    }

    @Test
    void the_time_of_a_task_is_not_the_peers() throws Exception {
        UpgradeConnection connection = server(TlsPolicy.IMPLICIT);
        connection.begin(0);
        connection.receive(
                ByteBuffer.wrap(BareTls.client(Connections.TRUSTING).begin().take()), Connections.NOTHING);
        long minute = connection.deadline().orElseThrow();
        for (Optional<Runnable> task = connection.task(); task.isPresent(); task = connection.task()) {
            task.get().run();
        }
        connection.tick(minute - 1);
        connection.transmit(Connections.NOTHING, ByteBuffer.allocate(16_384));
        assertThat(connection.want()).isEqualTo(Want.READ);
        connection.tick(2 * minute - 2);
        UpgradeException why = catchThrowableOfType(UpgradeException.class, () -> connection.tick(2 * minute - 1));
        assertThat(why.reason()).isEqualTo(FailureReason.TIMEOUT);
    }

    @Test
    void a_client_hello_made_ahead_leaves_after_the_go_ahead() throws Exception {
        UpgradeConnection connection = client(counting(Preparation.WHILE_WAITING));
        Endpoint client = Endpoint.of(connection);
        connection.prepare();
        assertThat(engines).hasValue(1);
        assertThat(connection.want()).isEqualTo(Want.READ);
        assertThat(client.run().take()).isEmpty();

        client.arrive("HELLO there\r\nCAP UPGRADE\r\nEND\r\n").run();
        assertThat(client.takeText()).isEqualTo("CAPS\r\nUPGRADE\r\n");
        BareTls tls = BareTls.server(Connections.SERVING);
        client.arrive("GO\r\n").run();
        client.arrive(tls.feed(client.take()).take()).run().requireNoFailure();
        assertThat(tls.feed(client.take()).heard()).isEqualTo("CAPS\r\n");
        assertThat(engines).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO upgrade\r\n", "what?\r\n", "GO\r\nNO\r\n", "\n", ""})
    void a_client_hello_made_ahead_never_leaves_otherwise(String answer) throws Exception {
        UpgradeConnection connection = client(clientSettings(TlsPolicy.REQUIRED));
        Endpoint client = Endpoint.of(connection);
        connection.prepare();
        client.arrive("HELLO there\r\nCAP UPGRADE\r\nEND\r\n").run();
        client.take();
        client.arrive(answer).arriveEnd().run();

        assertThat(client.failure()).isPresent();
        assertThat(client.take()).isEmpty();
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
        assertThat(connection.held()).isZero();
    }

    @Test
    void a_client_hello_made_ahead_is_let_go_where_the_session_stays_in_plaintext() throws Exception {
        UpgradeConnection connection = client(clientSettings(TlsPolicy.OPPORTUNISTIC));
        Endpoint client = Endpoint.of(connection);
        connection.prepare();
        client.arrive("HELLO there\r\nCAP PLAIN\r\nEND\r\n")
                .send("words\r\n")
                .run()
                .requireNoFailure();

        assertThat(client.takeText()).isEqualTo("CAPS\r\nwords\r\n");
        connection.close();
        assertThat(client.run().take()).isEmpty();
    }

    @Test
    void what_is_made_ahead_may_be_made_in_several_waits_the_engine_first() throws Exception {
        List<SSLEngine> made = new ArrayList<>();
        UpgradeConnection connection = client(clientSettings(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .engines((host, port) -> {
                            made.add(Connections.TRUSTING.createSSLEngine(host, port));
                            return made.get(0);
                        })
                        .build()));
        Endpoint client = Endpoint.of(connection);
        assertThat(connection.prepareNext()).isTrue();
        assertThat(made).singleElement().satisfies(engine -> assertThat(engine.getHandshakeStatus())
                .isEqualTo(HandshakeStatus.NOT_HANDSHAKING));
        client.arrive("HELLO there\r\nCAP UPGRADE\r\nEND\r\n").run();
        assertThat(client.takeText()).isEqualTo("CAPS\r\nUPGRADE\r\n");

        // While the go-ahead is awaited there is time for the ClientHello, and it leaves no sooner for it.
        assertThat(connection.prepareNext()).isFalse();
        assertThat(made).singleElement().satisfies(engine -> assertThat(engine.getHandshakeStatus())
                .isNotEqualTo(HandshakeStatus.NOT_HANDSHAKING));
        assertThat(connection.want()).isEqualTo(Want.READ);
        assertThat(client.run().take()).isEmpty();
        assertThat(connection.prepareNext()).isFalse();

        BareTls tls = BareTls.server(Connections.SERVING);
        client.arrive("GO\r\n").run();
        client.arrive(tls.feed(client.take()).take()).run().requireNoFailure();
        assertThat(tls.feed(client.take()).heard()).isEqualTo("CAPS\r\n");
        assertThat(connection.prepareNext()).isFalse();
        assertThat(made).hasSize(1);
    }

    @Test
    void a_client_hello_that_cannot_be_made_while_the_go_ahead_is_awaited_fails_the_upgrade_in_silence()
            throws Exception {
        UpgradeConnection connection = client(unable());
        Endpoint client = Endpoint.of(connection);
        assertThat(connection.prepareNext()).isTrue();
        client.arrive("HELLO there\r\nCAP UPGRADE\r\nEND\r\n").run();
        client.take();

        UpgradeException why = catchThrowableOfType(UpgradeException.class, connection::prepareNext);
        assertThat(why.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(client.run().take()).isEmpty();
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
    }

    @Test
    void nothing_is_made_ahead_where_it_is_left_to_the_go_ahead_or_not_wanted() throws Exception {
        UpgradeConnection later = client(counting(Preparation.ON_GO_AHEAD));
        Endpoint.of(later);
        later.prepare();
        assertThat(engines).hasValue(0);

        UpgradeConnection never = client(counting(Preparation.WHILE_WAITING).withPolicy(TlsPolicy.DISABLED));
        Endpoint.of(never);
        never.prepare();
        assertThat(engines).hasValue(0);
    }

    @Test
    void settings_that_no_engine_can_follow_fail_before_anything_is_proposed() throws Exception {
        UpgradeConnection connection = client(unable());
        connection.begin(0);

        UpgradeException why = catchThrowableOfType(UpgradeException.class, connection::prepare);
        assertThat(why.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("versions"));
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
    }

    @Test
    void a_server_with_several_contexts_takes_the_one_of_the_name_asked_for() throws Exception {
        var other = Connections.CERTIFICATES.named("localhost");
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Connections.SERVING)
                        .contextByServerName(name -> name.equals("localhost")
                                ? Optional.of(Connections.CERTIFICATES.server(other))
                                : Optional.empty())
                        .build());
        for (Fragmentation fragmentation : List.of(Fragmentation.WHOLE, Fragmentation.OCTETS)) {
            var link = MemoryLink.between(client(TlsPolicy.REQUIRED), server(settings));
            link.server().fragmented(fragmentation);
            link.run().client().requireNoFailure();
            assertThat(link.client().connection().report().tls().orElseThrow().peerChain())
                    .containsExactly(other.leaf());

            // Neither a name without a dot nor an address is a name for SNI.
            UpgradeConnection byAddress = new UpgradeConnection(
                    new LineProtocolClient(), clientSettings(TlsPolicy.REQUIRED), new Peer("127.0.0.1", 1));
            var unnamed = MemoryLink.between(byAddress, server(settings));
            unnamed.server().fragmented(fragmentation);
            unnamed.run().client().requireNoFailure();
            assertThat(byAddress.report().tls().orElseThrow().peerChain()).doesNotContain(other.leaf());
        }
    }

    /** The only suite is one that the only version does not have. */
    private static UpgradeSettings unable() {
        return clientSettings(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .versions("TLSv1.3")
                        .suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
                        .build());
    }

    private UpgradeSettings counting(Preparation preparation) {
        EngineSource source = (host, port) -> {
            engines.incrementAndGet();
            return Connections.TRUSTING.createSSLEngine(host, port);
        };
        return UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withPreparation(preparation)
                .withTls(TlsSettings.builder().engines(source).build());
    }
}
