package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.ResourceUsage;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Netty on one event loop, which also runs the delegated tasks, as its handler does by default. */
final class NettyServer implements UpgradeServer {

    private static final int BACKLOG = 10_000;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("netty server", true), NioIoHandler.newFactory());
    private final Channel listening;

    NettyServer(SSLContext context) {
        listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Dialogue(context));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    @Override
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public long cpuNanos() {
        return group.next()
                .submit(ResourceUsage::nanosOfThisThread)
                .syncUninterruptibly()
                .getNow();
    }

    @Override
    public void close() {
        group.shutdownGracefully().awaitUninterruptibly();
    }

    private static final class Dialogue extends SimpleChannelInboundHandler<ByteBuf> {

        private final SSLContext context;

        Dialogue(SSLContext context) {
            this.context = context;
        }

        @Override
        public void channelActive(ChannelHandlerContext client) {
            var unused = say(client, GREETING);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext client, ByteBuf command) {
            if (command.getByte(command.writerIndex() - 1) != '\n') {
                throw new IllegalStateException("Expected a whole command in one segment of the loopback");
            }
            InetSocketAddress peer = (InetSocketAddress) client.channel().remoteAddress();
            SSLEngine engine = context.createSSLEngine(peer.getHostString(), peer.getPort());
            engine.setUseClientMode(false);
            // The first write, which is the go-ahead, is not to be encrypted.
            SslHandler handler = new SslHandler(engine, true);
            client.pipeline().addFirst(handler);
            var unused = say(client, GO_AHEAD);
            var unusedToo = handler.handshakeFuture().addListener(done -> {
                if (done.isSuccess()) {
                    var unusedLast = say(client, INSIDE).addListener(ChannelFutureListener.CLOSE);
                } else {
                    var unusedClose = client.close();
                }
            });
        }

        private static ChannelFuture say(ChannelHandlerContext client, String line) {
            return client.writeAndFlush(ByteBufUtil.writeAscii(client.alloc(), line));
        }
    }
}
