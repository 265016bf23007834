package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.imap.ImapAnswer;
import dev.starttls.imap.ImapCommand;
import dev.starttls.imap.ImapCondition;
import dev.starttls.imap.ImapHandler;
import dev.starttls.imap.ImapServer;
import dev.starttls.imap.ImapSession;
import dev.starttls.imap.ImapStatus;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpCommand;
import dev.starttls.smtp.SmtpHandler;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler gives its connection to the application in the middle of a session. */
@Timeout(60)
class HandOverTest {

    private static final int CLIENTS = 10;

    private static void requireHandedOver(ServerSetup<?> server, String command, String answer) {
        server.policy(TlsPolicy.DISABLED);
        for (Fragmentation fragmentation :
                new Fragmentation[] {Fragmentation.WHOLE, Fragmentation.OCTETS, Fragmentation.random(1)}) {
            Endpoint side = Endpoint.of(server.connection(new Peer("192.0.2.1", 1)))
                    .fragmented(fragmentation)
                    .run();
            side.take();
            side.arrive(command + "\r\nof the application")
                    .send("its answer")
                    .run()
                    .requireNoFailure();
            assertThat(side.connection().ready()).isTrue();
            assertThat(side.takeText()).isEqualTo(answer + "\r\nits answer");
            assertThat(side.received()).isEqualTo("of the application");
        }
    }

    @Test
    void the_answer_leaves_first_and_what_follows_the_command_is_the_applications() {
        requireHandedOver(
                SmtpServer.named("mx", (command, session) -> new SmtpAnswer.HandOver(SmtpReply.of(250, "yours"))),
                "XPROXY",
                "250 yours");
        requireHandedOver(
                ImapServer.named(
                        "mx",
                        (command, session) ->
                                new ImapAnswer.HandOver(ImapStatus.of(ImapCondition.OK, "DEFLATE active"))),
                "a COMPRESS DEFLATE",
                "a OK DEFLATE active");
        requireHandedOver(
                Pop3Server.named("mx", (command, session) -> new Pop3Answer.HandOver(Pop3Reply.ok("yours"))),
                "XPROXY",
                "+OK yours");
    }

    private static ServerSetup<?> handingOver(Class<? extends ServerSession> protocol, Runnable handled, Stage stage) {
        return handingOver(protocol, handled, stage, end -> {});
    }

    private static ServerSetup<?> handingOver(
            Class<? extends ServerSession> protocol, Runnable handled, Stage stage, Consumer<SessionEnd> ended) {
        ServerSetup<?> server;
        if (protocol == SmtpSession.class) {
            server = SmtpServer.named("mx", new SmtpHandler() {
                @Override
                public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
                    session.keep(command.argument());
                    handled.run();
                    return SmtpAnswer.later(stage.after(new SmtpAnswer.HandOver(SmtpReply.of(250, "yours"))));
                }

                @Override
                public void ended(SmtpSession session, SessionEnd end) {
                    ended.accept(end);
                }
            });
        } else if (protocol == ImapSession.class) {
            server = ImapServer.named("mx", new ImapHandler() {
                @Override
                public ImapAnswer handle(ImapCommand command, ImapSession session) {
                    session.keep(command.argument());
                    handled.run();
                    return ImapAnswer.later(
                            stage.after(new ImapAnswer.HandOver(ImapStatus.of(ImapCondition.OK, "yours"))));
                }

                @Override
                public void ended(ImapSession session, SessionEnd end) {
                    ended.accept(end);
                }
            });
        } else {
            server = Pop3Server.named("mx", new Pop3Handler() {
                @Override
                public Pop3Answer handle(Pop3Command command, Pop3Session session) {
                    session.keep(command.argument());
                    handled.run();
                    return Pop3Answer.later(stage.after(new Pop3Answer.HandOver(Pop3Reply.ok("yours"))));
                }

                @Override
                public void ended(Pop3Session session, SessionEnd end) {
                    ended.accept(end);
                }
            });
        }
        server.policy(TlsPolicy.DISABLED);
        return server;
    }

    /** All answers come at once, when the last of the commands was handled. */
    private record Stage(CompletableFuture<Void> all) {
        <A, B extends A> CompletionStage<A> after(B answer) {
            return all.thenApply(done -> answer);
        }
    }

    private static Stream<Arguments> protocols() {
        return Stream.of(
                        Arguments.of(SmtpSession.class, "XHAND %s\r\n%s\r\n"),
                        Arguments.of(ImapSession.class, "a XHAND %s\r\n%s\r\n"),
                        Arguments.of(Pop3Session.class, "XHAND %s\r\n%s\r\n"))
                .flatMap(protocol -> Stream.of(Receiver.values())
                        .map(receiver -> Arguments.of(protocol.get()[0], protocol.get()[1], receiver)));
    }

    /** Who receives. */
    enum Receiver {
        THREAD,
        LOOP,
        ON_LOOP
    }

    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("protocols")
    void the_channel_has_the_session_of_its_own_client_however_many_are_handed_over_at_once(
            Class<? extends ServerSession> protocol, String words, Receiver receiver) throws Exception {
        CountDownLatch handled = new CountDownLatch(CLIENTS);
        Stage stage = new Stage(new CompletableFuture<>());
        ServerSetup<?> server = handingOver(protocol, handled::countDown, stage);
        LinkedBlockingQueue<List<String>> received = new LinkedBlockingQueue<>();
        if (receiver == Receiver.ON_LOOP) {
            server.handOverOnLoop(channel -> {
                ByteBuffer read = ByteBuffer.allocate(10);
                var unused = channel.read(read)
                        .thenAccept(count -> received.add(List.of(kept(channel.session(protocol)), text(read))));
            });
        } else {
            server.handOver(channel -> received.add(List.of(kept(channel.session(protocol)), text(first(channel)))));
        }
        UpgradeLoop loop = UpgradeLoop.open(CLIENTS, Runnable::run);
        List<SocketChannel> clients = new ArrayList<>();
        ServerSocketChannel listening = null;
        try {
            if (receiver == Receiver.THREAD) {
                listening = ServerSocketChannel.open().bind(Loopback.anyPort());
            } else {
                new Thread(loop).start();
                listening = server.listen(loop, Loopback.anyPort());
            }
            for (int i = 0; i < CLIENTS; i++) {
                SocketChannel client = SocketChannel.open(listening.getLocalAddress());
                clients.add(client);
                if (receiver == Receiver.THREAD) {
                    SocketChannel accepted = listening.accept();
                    new Thread(() -> serve(server, accepted)).start();
                }
                client.write(ByteBuffer.wrap(words.formatted(i, i).getBytes(StandardCharsets.US_ASCII)));
            }
            assertThat(handled.await(30, TimeUnit.SECONDS)).isTrue();
            stage.all().complete(null);
            Set<String> names = new HashSet<>();
            for (int i = 0; i < CLIENTS; i++) {
                List<String> both = received.poll(30, TimeUnit.SECONDS);
                assertThat(both).isNotNull();
                assertThat(both.get(0)).isEqualTo(both.get(1));
                names.add(both.get(0));
            }
            assertThat(names).hasSize(CLIENTS);
        } finally {
            loop.closeNow();
            for (SocketChannel client : clients) {
                client.close();
            }
            listening.close();
        }
    }

    /** What becomes of one client's session. */
    private static final class Served implements AutoCloseable {
        private final Stage stage = new Stage(new CompletableFuture<>());
        private final CountDownLatch handled = new CountDownLatch(1);
        private final LinkedBlockingQueue<SessionEnd> ends = new LinkedBlockingQueue<>();
        private final LinkedBlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final LinkedBlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        private final UpgradeLoop loop = UpgradeLoop.open(1, Runnable::run);
        private final Thread thread;
        private final ServerSocketChannel listening;
        private final SocketChannel client;

        Served(Class<? extends ServerSession> protocol, String words, Optional<Receiver> receiver, boolean onLoop)
                throws IOException {
            ServerSetup<?> server = handingOver(protocol, handled::countDown, stage, ends::add);
            if (receiver.isPresent() && receiver.get() == Receiver.ON_LOOP) {
                server.handOverOnLoop(channel -> received.add("on its loop"));
            } else if (receiver.isPresent()) {
                server.handOver(channel -> received.add("received"));
            }
            if (onLoop) {
                listening = server.listen(loop, Loopback.anyPort());
                thread = new Thread(loop);
                client = SocketChannel.open(listening.getLocalAddress());
            } else {
                listening = ServerSocketChannel.open().bind(Loopback.anyPort());
                client = SocketChannel.open(listening.getLocalAddress());
                SocketChannel accepted = listening.accept();
                thread = new Thread(() -> serve(server, accepted));
            }
            thread.setUncaughtExceptionHandler((where, fault) -> thrown.add(fault));
            thread.start();
            client.write(ByteBuffer.wrap(words.formatted(1, 1).getBytes(StandardCharsets.US_ASCII)));
        }

        void answer() throws InterruptedException {
            assertThat(handled.await(30, TimeUnit.SECONDS)).isTrue();
            stage.all().complete(null);
        }

        SessionEnd end() throws InterruptedException {
            SessionEnd end = ends.poll(30, TimeUnit.SECONDS);
            assertThat(end).as("the session's end").isNotNull();
            return end;
        }

        @Override
        public void close() throws IOException {
            loop.closeNow();
            client.close();
            listening.close();
        }
    }

    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("protocols")
    void a_client_that_resets_before_the_answer_is_not_handed_over(
            Class<? extends ServerSession> protocol, String words, Receiver receiver) throws Exception {
        try (Served served = new Served(protocol, words, Optional.of(receiver), receiver != Receiver.THREAD)) {
            assertThat(served.handled.await(30, TimeUnit.SECONDS)).isTrue();
            served.client.setOption(StandardSocketOptions.SO_LINGER, 0);
            served.client.close();
            served.answer();
            SessionEnd end = served.end();
            assertThat(end.cause()).isEqualTo(SessionEnd.Cause.PEER_CLOSED);
            assertThat(end.failure()).isPresent();
            served.loop.closeNow();
            served.thread.join(30_000);
            assertThat(served.ends).isEmpty();
            assertThat(served.received).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}, {2}")
    @MethodSource("protocols")
    void a_hand_over_that_nobody_receives_is_a_fault_and_the_client_hears_so(
            Class<? extends ServerSession> protocol, String words, Receiver receiver) throws Exception {
        boolean onLoop = receiver != Receiver.THREAD;
        try (Served served = new Served(protocol, words, Optional.empty(), onLoop)) {
            served.answer();
            String heard = new String(Channels.newInputStream(served.client).readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(heard).doesNotContain("yours").containsAnyOf("\r\n421 ", "\r\n* BYE ", "\r\n-ERR [SYS/TEMP]");
            assertThat(served.end().cause()).isEqualTo(SessionEnd.Cause.FAULT);
            Throwable thrown = served.thrown.poll(30, TimeUnit.SECONDS);
            Throwable fault = onLoop ? thrown : thrown.getCause().getCause();
            assertThat(fault)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("Expected a receiver: handOver(...)");
        }
    }

    private static void serve(ServerSetup<?> server, SocketChannel accepted) {
        try {
            server.serve(accepted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String kept(Optional<? extends ServerSession> session) {
        return session.orElseThrow().kept(String.class).orElseThrow().strip();
    }

    /** The first octets, which were read with the command. */
    private static ByteBuffer first(StartTlsChannel channel) {
        ByteBuffer read = ByteBuffer.allocate(10);
        try {
            while (read.position() == 0) {
                channel.read(read);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read;
    }

    private static String text(ByteBuffer read) {
        return StandardCharsets.US_ASCII.decode(read.flip()).toString().strip();
    }

    @Test
    void the_receiver_gets_the_channel_after_the_session_has_ended() throws Exception {
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<StartTlsChannel> channels = new LinkedBlockingQueue<>();
        SmtpServer server = SmtpServer.named("mx", new SmtpHandler() {
                    @Override
                    public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
                        return new SmtpAnswer.HandOver(SmtpReply.of(250, "yours"));
                    }

                    @Override
                    public void ended(SmtpSession session, SessionEnd end) {
                        events.add("ended " + end.cause());
                    }
                })
                .policy(TlsPolicy.DISABLED)
                .handOver(channel -> {
                    events.add("received");
                    channels.add(channel);
                });
        UpgradeLoop loop = UpgradeLoop.open(10, Runnable::run);
        new Thread(loop).start();
        InetSocketAddress address =
                (InetSocketAddress) server.listen(loop, Loopback.anyPort()).getLocalAddress();
        try (SocketChannel client = SocketChannel.open(address)) {
            client.write(ByteBuffer.wrap("XPROXY\r\nmore".getBytes(StandardCharsets.US_ASCII)));
            StartTlsChannel channel = channels.poll(30, TimeUnit.SECONDS);
            assertThat(events).containsExactly("ended HANDED_OVER", "received");
            ((SocketChannel) channel.transport()).configureBlocking(true);
            ByteBuffer read = ByteBuffer.allocate(4);
            while (read.hasRemaining()) {
                channel.read(read);
            }
            assertThat(new String(read.array(), StandardCharsets.US_ASCII)).isEqualTo("more");
            channel.close();
        } finally {
            loop.closeNow();
        }
    }
}
