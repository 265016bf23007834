package dev.starttls.examples;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.Want;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The connection without I/O in a pipeline of Netty: goes through the upgrade, then fires its {@link UpgradeReport} as a
 * user event; from there it decrypts what comes in and encrypts what goes out. What is written before waits.
 */
// Netty's futures of closing and writing are heard by the owner of the promise.
@SuppressWarnings("FutureReturnValueIgnored")
final class StartTlsHandler extends ChannelDuplexHandler {

    private static final int RECORD = 16_384 + 512;

    private final UpgradeConnection connection;
    private ByteBuf arrived = Unpooled.EMPTY_BUFFER;
    private PendingWriteQueue waiting;
    private boolean reported;

    StartTlsHandler(UpgradeConnection connection) {
        this.connection = connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        waiting = new PendingWriteQueue(ctx);
        if (ctx.channel().isActive()) {
            begin(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begin(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        arrived = arrived.isReadable() ? Unpooled.wrappedBuffer(arrived, (ByteBuf) message) : swap((ByteBuf) message);
        go(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        try {
            if (connection.state().terminal()) {
                return;
            }
            connection.endOfInput();
        } catch (IOException e) {
            ctx.fireExceptionCaught(e);
        } finally {
            release();
            ctx.fireChannelInactive();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        waiting.add(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        go(ctx);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        connection.close();
        sayLast(ctx);
        ctx.close(promise);
    }

    private void begin(ChannelHandlerContext ctx) {
        connection.onWake(() -> ctx.executor().execute(() -> go(ctx)));
        try {
            connection.begin(System.nanoTime());
        } catch (IOException e) {
            fail(ctx, e);
            return;
        }
        go(ctx);
        tickLater(ctx);
    }

    private void tickLater(ChannelHandlerContext ctx) {
        connection.deadline().ifPresent(at -> {
            var unused = ctx.executor()
                    .schedule(
                            () -> {
                                go(ctx);
                                tickLater(ctx);
                            },
                            Math.max(0, at - System.nanoTime()),
                            TimeUnit.NANOSECONDS);
        });
    }

    /** Goes as far as what has arrived allows. */
    private void go(ChannelHandlerContext ctx) {
        try {
            while (step(ctx)) {
                // It went on.
            }
        } catch (IOException e) {
            fail(ctx, e);
        } finally {
            ctx.flush();
        }
    }

    private boolean step(ChannelHandlerContext ctx) throws IOException {
        connection.tick(System.nanoTime());
        return switch (connection.want()) {
            case TASK -> {
                // Computes for a millisecond; another executor's matter where that is too long.
                connection.task().ifPresent(Runnable::run);
                yield true;
            }
            case WRITE -> {
                transmit(ctx, Unpooled.EMPTY_BUFFER, ctx.voidPromise());
                yield true;
            }
            case AGAIN -> {
                boolean unused = receive(ctx);
                // Others of this event loop are served before the rest.
                ctx.executor().execute(() -> go(ctx));
                yield false;
            }
            // Woken by the thread that answers.
            case ANSWER -> false;
            case READ -> {
                connection.prepare();
                yield receive(ctx);
            }
            case NOTHING -> connection.ready() && pass(ctx);
        };
    }

    private boolean pass(ChannelHandlerContext ctx) throws IOException {
        if (!reported) {
            reported = true;
            ctx.fireUserEventTriggered(connection.report());
        }
        while (!waiting.isEmpty()) {
            ByteBuf words = ((ByteBuf) waiting.current()).retain();
            try {
                transmit(ctx, words, waiting.remove());
            } finally {
                words.release();
            }
        }
        return receive(ctx);
    }

    /** Returns whether anything was taken or given out. */
    private boolean receive(ChannelHandlerContext ctx) throws IOException {
        int before = arrived.readableBytes();
        ByteBuffer network = arrived.nioBuffer();
        ByteBuffer application = ByteBuffer.allocate(connection.ready() ? RECORD : 0);
        try {
            connection.receive(network, application);
        } finally {
            arrived.skipBytes(before - network.remaining());
            swapIfEmpty();
        }
        if (application.flip().hasRemaining()) {
            ctx.fireChannelRead(Unpooled.wrappedBuffer(application));
            return true;
        }
        if (connection.inputEnded()) {
            ctx.close();
            return false;
        }
        return network.remaining() < before || connection.want() == Want.TASK || connection.want() == Want.WRITE;
    }

    private void transmit(ChannelHandlerContext ctx, ByteBuf words, ChannelPromise promise) throws IOException {
        ByteBuffer application = words.nioBuffer();
        ByteBuf records = Unpooled.buffer();
        try {
            do {
                ByteBuffer network = ByteBuffer.allocate(RECORD);
                connection.transmit(application, network);
                records.writeBytes(network.flip());
            } while (application.hasRemaining());
        } finally {
            ctx.write(records, promise);
        }
    }

    private void fail(ChannelHandlerContext ctx, IOException why) {
        sayLast(ctx);
        waiting.removeAndFailAll(why);
        ctx.fireExceptionCaught(why);
        ctx.close();
    }

    /** close_notify, or the alert that says why to the peer. */
    private void sayLast(ChannelHandlerContext ctx) {
        try {
            while (connection.want() == Want.WRITE) {
                transmit(ctx, Unpooled.EMPTY_BUFFER, ctx.voidPromise());
            }
        } catch (IOException e) {
            // The engine has nothing to say.
        }
        ctx.flush();
    }

    private ByteBuf swap(ByteBuf next) {
        arrived.release();
        return next;
    }

    private void swapIfEmpty() {
        if (!arrived.isReadable()) {
            arrived = swap(Unpooled.EMPTY_BUFFER);
        }
    }

    private void release() {
        arrived = swap(Unpooled.EMPTY_BUFFER);
        connection.end();
    }
}
