package dev.starttls.benchmarks.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLEngine;

/** Netty as it is usually used: both directions on the event loop, writing as long as the channel is writable. */
final class NettyLink extends ChannelInboundHandlerAdapter implements Link {

    private final Channel channel;
    /** What {@link #piece} shows; released when all was written. */
    private ByteBuf owned = Unpooled.EMPTY_BUFFER;

    private ByteBuf piece = Unpooled.EMPTY_BUFFER;
    private long unsent;
    private long awaited;
    private CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);
    private CompletableFuture<Void> received = CompletableFuture.completedFuture(null);

    /** Over a connected channel; returns when the handshake is done. */
    NettyLink(EventLoopGroup group, SocketChannel connected, SSLEngine engine) {
        NioSocketChannel made = new NioSocketChannel(null, connected);
        channel = made;
        SslHandler handler = new SslHandler(engine);
        made.pipeline().addLast(handler, this);
        group.register(made).syncUninterruptibly();
        handler.handshakeFuture().syncUninterruptibly();
    }

    @Override
    public void send(long octets, int size) throws IOException {
        CompletableFuture<Void> all = new CompletableFuture<>();
        channel.eventLoop().execute(() -> {
            owned = channel.alloc().directBuffer(size).writeZero(size);
            piece = Unpooled.unreleasableBuffer(owned);
            unsent = octets;
            sent = all;
            write();
        });
        join(all);
    }

    @Override
    public void receive(long octets) throws IOException {
        CompletableFuture<Void> all = new CompletableFuture<>();
        channel.eventLoop().execute(() -> {
            received = all;
            awaited += octets;
            arrived();
        });
        join(all);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        awaited -= octets.readableBytes();
        octets.release();
        arrived();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        write();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        sent.completeExceptionally(cause);
        received.completeExceptionally(cause);
        var unused = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        sent.completeExceptionally(new EOFException("Expected an open channel, got the end"));
        received.completeExceptionally(new EOFException("Expected more octets, got the end"));
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }

    private void arrived() {
        if (awaited == 0) {
            received.complete(null);
        }
    }

    private void write() {
        while (unsent > 0 && channel.isWritable()) {
            int count = (int) Math.min(unsent, piece.readableBytes());
            unsent -= count;
            var written = channel.writeAndFlush(piece.slice(0, count));
            if (unsent == 0) {
                CompletableFuture<Void> all = sent;
                ByteBuf last = owned;
                written.addListener(done -> {
                    last.release();
                    if (done.isSuccess()) {
                        all.complete(null);
                    } else {
                        all.completeExceptionally(done.cause());
                    }
                });
            }
        }
    }

    private static void join(CompletableFuture<?> future) throws IOException {
        try {
            future.join();
        } catch (CompletionException e) {
            throw new IOException(e.getCause());
        }
    }
}
