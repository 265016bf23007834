package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.PostfixServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ResourceLeakDetector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connection without I/O in a pipeline of Netty. */
@Timeout(180)
class NettyTest {

    private static final ResourceLeakDetector.Level BEFORE = ResourceLeakDetector.getLevel();

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final PooledByteBufAllocator pool = new PooledByteBufAllocator(false);
    private final LinkedBlockingQueue<Throwable> served = new LinkedBlockingQueue<>();

    @BeforeEach
    void watch() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        ResourceLeakDetector.setLevel(BEFORE);
        assertThat(pool.pinnedHeapMemory() + pool.pinnedDirectMemory())
                .as("octets of buffers that were not released")
                .isZero();
    }

    @Test
    void a_handler_upgrades_and_what_is_written_and_read_is_inside_tls() throws Exception {
        try (ExampleServer server = new ExampleServer(10)) {
            MessageSender sender =
                    connect(server.address().getPort(), server.client().connection());
            sender.expectBigMessageTaken();
        }
    }

    @Test
    @Tag("peers")
    void a_handler_upgrades_a_connection_to_postfix() throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(KeyKind.EC))) {
            SmtpClient client = SmtpClient.to("localhost", postfix.port()).sslContext(certificates.client());
            connect(postfix.port(), client.connection()).expectBigMessageTaken();
        }
    }

    @Test
    void a_certificate_that_is_not_trusted_ends_in_the_pipelines_exception() throws Exception {
        try (ExampleServer server = new ExampleServer(10)) {
            SmtpClient distrusting =
                    server.client().sslContext(TestCertificates.withOwnRoot().client());
            MessageSender sender = connect(server.address().getPort(), distrusting.connection());
            assertThatThrownBy(() -> sender.done.get(60, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(why.reason())
                            .isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED));
            assertThat(sender.report).isNotDone();
        }
    }

    @Test
    void a_silent_server_is_given_up_when_the_deadline_has_come() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SmtpClient hasty = SmtpClient.to("localhost", silent.getLocalPort())
                    .limits(UpgradeLimits.DEFAULT.withTimePerPhase(Duration.ofMillis(100)));
            MessageSender sender = connect(silent.getLocalPort(), hasty.connection());
            assertThatThrownBy(() -> sender.done.get(60, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(UpgradeException.class, why -> assertThat(why.reason())
                            .isEqualTo(FailureReason.TIMEOUT));
        }
    }

    @Test
    void a_server_of_netty_serves_clients_of_netty_and_answers_later() throws Exception {
        ExecutorService slow = Executors.newSingleThreadExecutor();
        try {
            ConcurrentLinkedQueue<String> message = new ConcurrentLinkedQueue<>();
            SmtpServer server = server(slow, message);
            int port = serve(server);
            for (int i = 0; i < 3; i++) {
                message.clear();
                MessageSender sender = connect(
                        port,
                        SmtpClient.to("localhost", port)
                                .sslContext(TestCertificates.shared().client())
                                .connection());
                sender.expectBigMessageTaken();
                assertThat(message).hasSize(4_002).contains("Subject: test", "", "A line of text.");
            }
            assertThat(served).as("what went wrong on the server").isEmpty();
        } finally {
            slow.shutdownNow();
        }
    }

    @Test
    void a_client_that_leaves_a_server_of_netty_in_the_middle_leaves_no_buffer() throws Exception {
        ExecutorService slow = Executors.newSingleThreadExecutor();
        try {
            int port = serve(server(slow, new ConcurrentLinkedQueue<>()));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.getOutputStream().write("EHLO c.example\r\nSTARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
                // Greeting and capabilities have come, and the go-ahead may have.
                assertThat(client.getInputStream().readNBytes(100)).hasSize(100);
            }
            assertThat(served.poll(60, TimeUnit.SECONDS)).isInstanceOf(UpgradeException.class);
        } finally {
            slow.shutdownNow();
        }
    }

    /** Takes messages, and answers for them on another thread. */
    private static SmtpServer server(ExecutorService slow, ConcurrentLinkedQueue<String> message) {
        TestCertificates certificates = TestCertificates.shared();
        SmtpTransaction mail = new SmtpTransaction(
                envelope -> new SmtpDataReceiver() {
                    @Override
                    public void line(String line) {
                        message.add(line);
                    }

                    @Override
                    public SmtpReply end() {
                        return SmtpReply.of(250, "2.0.0 Taken");
                    }

                    @Override
                    public CompletionStage<SmtpReply> finish() {
                        return CompletableFuture.supplyAsync(this::end, slow);
                    }
                },
                1_000_000);
        return SmtpServer.named("mx.example.org", mail)
                .extensions(mail.extensions())
                .sslContext(certificates.server(certificates.localhost(KeyKind.EC)));
    }

    private int serve(SmtpServer server) throws Exception {
        Channel listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.ALLOCATOR, pool)
                .childHandler(new ChannelInitializer<NioSocketChannel>() {
                    @Override
                    protected void initChannel(NioSocketChannel socket) {
                        InetSocketAddress address = socket.remoteAddress();
                        UpgradeConnection connection =
                                server.connection(new Peer(address.getHostString(), address.getPort()));
                        socket.pipeline().addLast(new StartTlsHandler(connection), new ChannelInboundHandlerAdapter() {
                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                served.add(cause);
                            }
                        });
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    private MessageSender connect(int port, UpgradeConnection connection) throws Exception {
        MessageSender sender = new MessageSender();
        Channel channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, pool)
                .handler(new ChannelInitializer<NioSocketChannel>() {
                    @Override
                    protected void initChannel(NioSocketChannel socket) {
                        socket.pipeline().addLast(new StartTlsHandler(connection), sender);
                    }
                })
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .sync()
                .channel();
        assertThat(channel).isNotNull();
        return sender;
    }

    /** Sends a message of some size and QUIT, each command when the one before it was answered. */
    private static final class MessageSender extends ChannelInboundHandlerAdapter {

        private final CompletableFuture<UpgradeReport> report = new CompletableFuture<>();
        private final CompletableFuture<String> done = new CompletableFuture<>();
        private final StringBuilder replies = new StringBuilder();
        private final ArrayDeque<String> commands = new ArrayDeque<>(List.of(
                "MAIL FROM:<a@localhost>\r\n",
                "RCPT TO:<b@localhost>\r\n",
                "DATA\r\n",
                "Subject: test\r\n\r\n" + "A line of text.\r\n".repeat(4_000) + ".\r\n",
                "QUIT\r\n"));

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            // Written before the upgrade: it must wait for it.
            say(ctx);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof UpgradeReport made) {
                report.complete(made);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf octets = (ByteBuf) message;
            replies.append(octets.toString(StandardCharsets.ISO_8859_1));
            octets.release();
            if (replies.charAt(replies.length() - 1) == '\n') {
                say(ctx);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            done.completeExceptionally(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            done.complete(replies.toString());
        }

        private void say(ChannelHandlerContext ctx) {
            String next = commands.poll();
            if (next != null) {
                var unused = ctx.writeAndFlush(Unpooled.copiedBuffer(next, StandardCharsets.US_ASCII));
            }
        }

        void expectBigMessageTaken() throws Exception {
            assertThat(done.get(60, TimeUnit.SECONDS).lines().map(line -> line.substring(0, 3)))
                    .containsExactly("250", "250", "354", "250", "221");
            assertThat(report.get(60, TimeUnit.SECONDS).encrypted()).isTrue();
            assertThat(report.join().offeredInside()).isNotEmpty();
        }
    }
}
