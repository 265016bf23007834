package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.stubbing.Answer;

/** An engine that has a task after the handshake, as some have for a KeyUpdate, on a loop whose tasks run elsewhere. */
@Timeout(60)
class LoopChannelTaskTest {

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private volatile boolean due;
    private volatile boolean handedOut;

    @Test
    void a_task_runs_where_those_of_the_loop_run_and_the_read_waits_for_it() throws Exception {
        try (LoopSessions loop = new LoopSessions(10, tasks::add);
                Pair pair = Pair.connected(
                                Pair.clientSettings()
                                        .withTls(TlsSettings.builder()
                                                .engines(engines())
                                                .build()),
                                Pair.serverSettings())
                        .upgrade()) {
            LoopChannel channel = LoopSessions.await(loop.adopt(pair.client()));
            due = true;
            CompletableFuture<byte[]> read = LoopSessions.readAll(channel, 5);
            pair.server().write(Octets.of("hello"));
            Runnable task = tasks.poll(30, TimeUnit.SECONDS);
            assertThat(task).isNotNull();
            loop.pass();
            assertThat(read.isDone()).isFalse();
            CompletableFuture<Integer> write = channel.write(Octets.of("there"));
            loop.pass();
            assertThat(write.isDone()).isFalse();
            task.run();
            assertThat(LoopSessions.await(read)).isEqualTo(new byte[] {'h', 'e', 'l', 'l', 'o'});
            assertThat(LoopSessions.await(write)).isEqualTo(5);
            assertThat(Octets.text(pair.server(), 5)).isEqualTo("there");
            assertThat(tasks).isEmpty();
            assertThat(loop.faults()).isEmpty();
        }
    }

    @Test
    void an_executor_that_takes_no_task_fails_the_read() throws Exception {
        try (LoopSessions loop = new LoopSessions(10, task -> {
                    throw new java.util.concurrent.RejectedExecutionException("full");
                });
                Pair pair = Pair.connected(
                                Pair.clientSettings()
                                        .withTls(TlsSettings.builder()
                                                .engines(engines())
                                                .build()),
                                Pair.serverSettings())
                        .upgrade()) {
            LoopChannel channel = LoopSessions.await(loop.adopt(pair.client()));
            due = true;
            CompletableFuture<Integer> read = channel.read(ByteBuffer.allocate(10));
            pair.server().write(Octets.of("hello"));
            assertThat(RunningLoop.failure(read)).hasMessageContaining("rejected it");
        }
    }

    private EngineSource engines() {
        SSLContext context = TestCertificates.shared().client();
        return (host, port) -> withTask(context.createSSLEngine(host, port));
    }

    private SSLEngine withTask(SSLEngine engine) {
        Answer<Object> delegate = delegatesTo(engine);
        return mock(
                SSLEngine.class,
                withSettings()
                        .stubOnly()
                        .defaultAnswer(call -> due
                                ? switch (call.getMethod().getName()) {
                                    case "getHandshakeStatus" -> HandshakeStatus.NEED_TASK;
                                    case "wrap", "unwrap" ->
                                        new SSLEngineResult(SSLEngineResult.Status.OK, HandshakeStatus.NEED_TASK, 0, 0);
                                    case "getDelegatedTask" -> handOut();
                                    default -> delegate.answer(call);
                                }
                                : delegate.answer(call)));
    }

    private Runnable handOut() {
        if (handedOut) {
            return null;
        }
        handedOut = true;
        return () -> due = false;
    }
}
