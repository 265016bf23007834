package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A ClientHello that another thread makes: whenever that thread is done, it leaves after the go-ahead and only then. */
class EarlyHelloTest {

    private static final String OFFER = "HELLO there\r\nCAP UPGRADE\r\nEND\r\n";

    private static final Set<String> WORK = Set.of("beginHandshake", "wrap", "unwrap");

    private final AtomicInteger engines = new AtomicInteger();

    private enum When {
        AT_ONCE,
        WHEN_PROPOSED,
        BEHIND_THE_GO_AHEAD,
        NEVER
    }

    @ParameterizedTest
    @EnumSource
    void whenever_the_other_thread_comes_there_is_one_engine_and_one_handshake(When when) throws Exception {
        UpgradeConnection connection = client(counting());
        Runnable preparation = connection.preparation().orElseThrow();
        assertThat(connection.preparation()).isEmpty();
        runIf(when == When.AT_ONCE, preparation);
        Endpoint client = Endpoint.of(connection);
        connection.prepare();
        client.arrive(OFFER).run();
        assertThat(client.takeText()).isEqualTo("CAPS\r\nUPGRADE\r\n");
        runIf(when == When.WHEN_PROPOSED, preparation);
        assertThat(connection.want()).isEqualTo(Want.READ);
        assertThat(client.run().take()).isEmpty();

        connection.receive(Connections.octets("GO\r\n"), Connections.NOTHING);
        boolean there = when == When.AT_ONCE || when == When.WHEN_PROPOSED;
        assertThat(connection.want()).isEqualTo(there ? Want.WRITE : Want.TASK);
        runIf(when == When.BEHIND_THE_GO_AHEAD, preparation);
        BareTls tls = BareTls.server(Connections.SERVING);
        client.run();
        client.arrive(tls.feed(client.take()).take()).run().requireNoFailure();
        assertThat(tls.feed(client.take()).heard()).isEqualTo("CAPS\r\n");
        assertThat(engines).hasValue(1);
        // A thread that comes too late does no harm.
        preparation.run();
        assertThat(engines).hasValue(1);
        client.requireNoFailure();
    }

    @Test
    void a_thread_at_work_is_waited_for_by_the_task_after_the_go_ahead_and_by_nothing_before() throws Exception {
        CountDownLatch at = new CountDownLatch(1);
        CountDownLatch on = new CountDownLatch(1);
        UpgradeConnection connection = client(with((host, port) -> {
            at.countDown();
            await(on);
            engines.incrementAndGet();
            return Connections.TRUSTING.createSSLEngine(host, port);
        }));
        Endpoint client = Endpoint.of(connection);
        Runnable preparation = connection.preparation().orElseThrow();
        CompletableFuture<Void> other = CompletableFuture.runAsync(preparation);
        await(at);
        client.arrive(OFFER).run();
        assertThat(client.takeText()).isEqualTo("CAPS\r\nUPGRADE\r\n");
        assertThat(connection.want()).isEqualTo(Want.READ);
        connection.receive(Connections.octets("GO\r\n"), Connections.NOTHING);
        assertThat(connection.want()).isEqualTo(Want.TASK);
        Runnable task = connection.task().orElseThrow();
        assertThat(connection.task()).isEmpty();
        assertThat(connection.want()).isEqualTo(Want.TASK);
        on.countDown();
        task.run();
        BareTls tls = BareTls.server(Connections.SERVING);
        client.run();
        client.arrive(tls.feed(client.take()).take()).run().requireNoFailure();
        assertThat(tls.feed(client.take()).heard()).isEqualTo("CAPS\r\n");
        other.get(30, TimeUnit.SECONDS);
        assertThat(engines).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void while_a_thread_is_at_work_no_other_touches_its_engine(boolean atTheHello) throws Exception {
        CountDownLatch at = new CountDownLatch(1);
        CountDownLatch on = new CountDownLatch(1);
        AtomicInteger touched = new AtomicInteger();
        Thread mine = Thread.currentThread();
        UpgradeConnection connection = client(with((host, port) -> {
            SSLEngine engine = Connections.TRUSTING.createSSLEngine(host, port);
            return mock(SSLEngine.class, call -> {
                boolean works = WORK.contains(call.getMethod().getName());
                if (works && Thread.currentThread() == mine) {
                    touched.incrementAndGet();
                } else if (works && atTheHello) {
                    at.countDown();
                    await(on);
                }
                return call.getMethod().invoke(engine, call.getArguments());
            });
        }));
        Runnable preparation = connection.preparation().orElseThrow();
        Endpoint client = Endpoint.of(connection);
        CompletableFuture<Void> other = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            preparation.run();
            other.complete(null);
        });
        if (atTheHello) {
            thread.start();
            await(at);
        }
        client.arrive(OFFER).run();
        assertThat(client.takeText()).isEqualTo("CAPS\r\nUPGRADE\r\n");
        touched.set(0);
        connection.receive(Connections.octets("GO\r\n"), Connections.NOTHING);
        connection.receive(Connections.NOTHING, Connections.NOTHING);
        assertThat(connection.want()).isEqualTo(Want.TASK);
        assertThat(touched).hasValue(0);
        on.countDown();
        if (!atTheHello) {
            thread.start();
        }
        other.get(30, TimeUnit.SECONDS);
        BareTls tls = BareTls.server(Connections.SERVING);
        client.run();
        client.arrive(tls.feed(client.take()).take()).run().requireNoFailure();
        assertThat(tls.feed(client.take()).heard()).isEqualTo("CAPS\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_it_makes_after_the_end_is_not_used(boolean failing) throws Exception {
        TlsLayer layer = new TlsLayer(Role.CLIENT, counting(), new Peer("localhost", 1));
        Runnable preparation = layer.prepareEarly();
        layer.ready();
        if (failing) {
            layer.discard();
        } else {
            layer.release();
        }
        preparation.run();
        assertThat(layer.exists()).isFalse();
        assertThat(layer.wantsSend()).isFalse();
        assertThat(layer.taskDue()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO upgrade\r\n", "what?\r\n", "GO\r\nNO\r\n", "\n", ""})
    void it_never_leaves_otherwise(String answer) throws Exception {
        for (When when : When.values()) {
            UpgradeConnection connection = client(clientSettings(TlsPolicy.REQUIRED));
            Runnable preparation = connection.preparation().orElseThrow();
            runIf(when == When.AT_ONCE, preparation);
            Endpoint client = Endpoint.of(connection).arrive(OFFER).run();
            runIf(when == When.WHEN_PROPOSED, preparation);
            client.take();
            client.arrive(answer).arriveEnd().run();
            runIf(when == When.BEHIND_THE_GO_AHEAD, preparation);

            assertThat(client.failure()).isPresent();
            assertThat(client.run().take()).isEmpty();
            assertThat(connection.want()).isEqualTo(Want.NOTHING);
            connection.end();
            assertThat(connection.held()).isZero();
        }
    }

    @Test
    void it_is_let_go_where_the_session_stays_in_plaintext() throws Exception {
        UpgradeConnection connection = client(clientSettings(TlsPolicy.OPPORTUNISTIC));
        Runnable preparation = connection.preparation().orElseThrow();
        Endpoint client = Endpoint.of(connection);
        client.arrive("HELLO there\r\nCAP PLAIN\r\nEND\r\n").send("words\r\n").run();
        preparation.run();
        client.run().requireNoFailure();
        assertThat(client.takeText()).isEqualTo("CAPS\r\nwords\r\n");
        connection.close();
        assertThat(client.run().take()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void in_implicit_tls_it_is_the_first_that_leaves(boolean made) throws Exception {
        UpgradeConnection connection = client(clientSettings(TlsPolicy.IMPLICIT));
        Runnable preparation = connection.preparation().orElseThrow();
        runIf(made, preparation);
        connection.begin(0);
        assertThat(connection.want()).isEqualTo(made ? Want.WRITE : Want.TASK);
        connection.task().ifPresent(Runnable::run);
        ByteBuffer out = ByteBuffer.allocate(4_096);
        connection.transmit(Connections.NOTHING, out);
        assertThat(out.flip().get()).isEqualTo((byte) 22);
        assertThat(connection.preparation()).isEmpty();
    }

    @Test
    void what_goes_wrong_there_is_reported_here() throws Exception {
        // No engine at all: before anything is proposed.
        UpgradeConnection none = client(with((host, port) -> {
            throw new IllegalArgumentException("no engine today");
        }));
        none.preparation().orElseThrow().run();
        none.begin(0);
        assertThatThrownBy(() -> none.receive(Connections.octets(OFFER), Connections.NOTHING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no engine today");
        assertThat(none.want()).isEqualTo(Want.NOTHING);

        // No ClientHello: the only suite is one that the only version does not have.
        UpgradeConnection mute = client(clientSettings(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .versions("TLSv1.3")
                        .suites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
                        .build()));
        mute.preparation().orElseThrow().run();
        Endpoint client = Endpoint.of(mute).arrive(OFFER).run();
        client.take();
        client.arrive("GO\r\n").run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(client.upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("versions"));
        assertThat(client.run().take()).isEmpty();
        assertThat(mute.want()).isEqualTo(Want.NOTHING);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatever_an_engine_source_throws_there_ends_the_connection_at_once(boolean early) throws Exception {
        UpgradeConnection connection = client(with((host, port) -> {
            throw sneaky(new IOException("the box with the keys is away"));
        }));
        Runnable preparation = connection.preparation().orElseThrow();
        runIf(early, preparation);
        Endpoint client = Endpoint.of(connection).arrive(OFFER).run();
        client.arrive("GO\r\n").run();
        UpgradeException why = connection.failure().orElseThrow();
        assertThat(why.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(why).rootCause().hasMessage("the box with the keys is away");
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> RuntimeException sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void there_is_nothing_to_prepare_where_it_was_done_or_is_not_wanted() throws Exception {
        assertThat(client(clientSettings(TlsPolicy.DISABLED)).preparation()).isEmpty();
        assertThat(client(counting().withPreparation(Preparation.ON_GO_AHEAD)).preparation())
                .isEmpty();
        assertThat(Connections.server(TlsPolicy.REQUIRED).preparation()).isEmpty();
        UpgradeConnection prepared = client(counting());
        prepared.begin(0);
        prepared.prepareNext();
        assertThat(prepared.preparation()).isEmpty();
        prepared.close();
        assertThat(prepared.preparation()).isEmpty();
    }

    private UpgradeSettings counting() {
        return with((host, port) -> {
            engines.incrementAndGet();
            return Connections.TRUSTING.createSSLEngine(host, port);
        });
    }

    private static UpgradeSettings with(EngineSource source) {
        return UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder().engines(source).build());
    }

    private static void runIf(boolean now, Runnable preparation) {
        if (now) {
            preparation.run();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Expected the other thread to come, it did not");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
