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
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Netty on one event loop: its SslHandler is put into the pipeline at the go-ahead. (Its startTls flag is for servers,
 * whose go-ahead is the one write that is not to be encrypted.)
 */
final class NettyClient implements UpgradeClient {

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("netty client", true), NioIoHandler.newFactory());

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        CompletableFuture<Channel> upgraded = new CompletableFuture<>();
        var unused = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new Dialogue(target, tls, version, upgraded))
                .connect(new InetSocketAddress(InetAddress.getByName(target.host()), target.port()))
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

        private final SessionTarget target;
        private final ClientTls tls;
        private final String version;
        private final CompletableFuture<Channel> upgraded;
        private final ByteBuffer reply = ByteBuffer.allocate(17_000);
        private final Iterator<CommandReply> plain;
        private final Iterator<CommandReply> inside;
        private CommandReply exchange;

        Dialogue(SessionTarget target, ClientTls tls, String version, CompletableFuture<Channel> upgraded) {
            this.target = target;
            this.tls = tls;
            this.version = version;
            this.upgraded = upgraded;
            Script script = target.script();
            this.plain = script.plain().iterator();
            this.inside = script.inside().iterator();
            this.exchange = target.implicit() ? inside.next() : plain.next();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext channel, ByteBuf octets) {
            int count = octets.readableBytes();
            octets.readBytes(reply.slice(reply.position(), count));
            reply.position(reply.position() + count);
            if (!exchange.ending().in(reply)) {
                return;
            }
            reply.clear();
            if (plain.hasNext()) {
                exchange = plain.next();
                say(channel);
            } else if (inside.hasNext()) {
                if (channel.pipeline().get(SslHandler.class) == null) {
                    secure(channel);
                }
                exchange = inside.next();
                // The handler keeps it until the handshake is done, and sends it after Finished.
                say(channel);
            } else {
                upgraded.complete(channel.channel());
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext channel) {
            if (target.implicit()) {
                secure(channel);
            }
        }

        private void secure(ChannelHandlerContext channel) {
            channel.pipeline().addFirst(new SslHandler(FloorEngine.engine(target, tls, version)));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
            upgraded.completeExceptionally(cause);
            var unused = channel.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext channel) {
            upgraded.completeExceptionally(CommandReply.closed());
        }

        private void say(ChannelHandlerContext channel) {
            var unused = channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), exchange.command()));
        }
    }
}
