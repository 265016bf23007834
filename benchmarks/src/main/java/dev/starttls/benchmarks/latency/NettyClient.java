package dev.starttls.benchmarks.latency;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLContext;

/**
 * Netty on one event loop: its SslHandler is put into the pipeline at the go-ahead. (Its startTls flag is for servers,
 * whose go-ahead is the one write that is not to be encrypted.)
 */
final class NettyClient implements UpgradeClient {

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("netty client", true), NioIoHandler.newFactory());

    @Override
    public Closeable upgrade(int port, SSLContext context, String version) throws IOException {
        CompletableFuture<Channel> upgraded = new CompletableFuture<>();
        var unused = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new Dialogue(port, context, version, upgraded))
                .connect(new InetSocketAddress(InetAddress.getByName("localhost"), port))
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        upgraded.completeExceptionally(connected.cause());
                    }
                });
        try {
            Channel channel = upgraded.join();
            return () -> channel.close().syncUninterruptibly();
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        }
    }

    @Override
    public void close() {
        var unused = group.shutdownGracefully();
    }

    private static final class Dialogue extends SimpleChannelInboundHandler<ByteBuf> {

        private final int port;
        private final SSLContext context;
        private final String version;
        private final CompletableFuture<Channel> upgraded;
        private final ByteBuffer reply = ByteBuffer.allocate(17_000);
        private int replies;

        Dialogue(int port, SSLContext context, String version, CompletableFuture<Channel> upgraded) {
            this.port = port;
            this.context = context;
            this.version = version;
            this.upgraded = upgraded;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext channel, ByteBuf octets) {
            int count = octets.readableBytes();
            octets.readBytes(reply.slice(reply.position(), count));
            reply.position(reply.position() + count);
            if (!Reply.ended(reply)) {
                return;
            }
            reply.clear();
            switch (++replies) {
                case 1 -> say(channel, EHLO);
                case 2 -> say(channel, STARTTLS);
                case 3 -> {
                    channel.pipeline().addFirst(new SslHandler(ByHand.engine(context, port, version)));
                    // The handler keeps it until the handshake is done, and sends it behind Finished.
                    say(channel, EHLO);
                }
                default -> upgraded.complete(channel.channel());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
            upgraded.completeExceptionally(cause);
            var unused = channel.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext channel) {
            upgraded.completeExceptionally(Reply.closed());
        }

        private static void say(ChannelHandlerContext channel, String line) {
            var unused = channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), line));
        }
    }
}
