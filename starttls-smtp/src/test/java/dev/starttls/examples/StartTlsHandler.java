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
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The connection without I/O in a pipeline of Netty, of a client ({@code Bootstrap}) or of a server ({@code ServerBootstrap}):
 * goes through the dialogue, and if that is to be the application's, fires its {@link UpgradeReport} as a user event; from there
 * it decrypts what comes in and encrypts what goes out. What is written before waits. A server whose dialogue serves its client
 * to the end needs no other handler but one that hears exceptions.
 *
 * <p>Its buffers are those of the channel's allocator, and each has one owner: what is passed on is the next handler's.
 */
// Netty's futures of closing and writing are heard by the owner of the promise.
@SuppressWarnings("FutureReturnValueIgnored")
final class StartTlsHandler extends ChannelDuplexHandler {

    private static final int RECORD = 16_384 + 512;

    private final UpgradeConnection connection;
    private ByteBuf arrived = Unpooled.EMPTY_BUFFER;
    private PendingWriteQueue waiting;
    private Future<?> tick;
    private boolean begun;
    private boolean reported;
    private boolean over;

    StartTlsHandler(UpgradeConnection connection) {
        this.connection = connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        waiting = new PendingWriteQueue(ctx);
        if (ctx.channel().isActive()) {
            // An accepted channel is active already, and the handlers that follow are not added yet.
            ctx.executor().execute(() -> begin(ctx));
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begin(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf octets = (ByteBuf) message;
        if (over) {
            octets.release();
            return;
        }
        arrived = arrived.isReadable() ? Unpooled.wrappedBuffer(arrived, octets) : swap(octets);
        go(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // What was left unsaid, since the peer did not read, has room.
        go(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        try {
            if (!over && begun && !connection.state().terminal()) {
                connection.endOfInput();
            }
        } catch (IOException e) {
            ctx.fireExceptionCaught(e);
        } finally {
            release(new ClosedChannelException());
            ctx.fireChannelInactive();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release(new ClosedChannelException());
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (over) {
            ((ByteBuf) message).release();
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        waiting.add(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        go(ctx);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!over) {
            connection.close();
            sayLast(ctx);
        }
        ctx.close(promise);
    }

    private void begin(ChannelHandlerContext ctx) {
        if (begun || over) {
            return;
        }
        begun = true;
        connection.onWake(() -> ctx.executor().execute(() -> go(ctx)));
        try {
            connection.begin(System.nanoTime());
        } catch (IOException | RuntimeException e) {
            fail(ctx, e);
            return;
        }
        go(ctx);
        tickLater(ctx);
    }

    private void tickLater(ChannelHandlerContext ctx) {
        connection.deadline().filter(unused -> !over).ifPresent(at -> {
            tick = ctx.executor()
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
        if (!begun || over) {
            return;
        }
        try {
            while (!over && step(ctx)) {
                // It went on.
            }
        } catch (IOException | RuntimeException e) {
            fail(ctx, e);
        } finally {
            ctx.flush();
            // Nothing more is read than the dialogue takes: while it answers, or the peer does not read, the peer
            // waits.
            boolean reads = !over && (connection.ready() || connection.want() == Want.READ);
            ctx.channel().config().setAutoRead(reads);
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
                boolean room = ctx.channel().isWritable();
                if (room) {
                    transmit(ctx, Unpooled.EMPTY_BUFFER, ctx.voidPromise());
                }
                yield room;
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
            case NOTHING -> {
                if (connection.ready()) {
                    yield pass(ctx);
                }
                // The dialogue has said its last line, which is to leave before the channel is closed.
                connection.tick(System.nanoTime());
                ctx.flush();
                ctx.close();
                yield false;
            }
        };
    }

    private boolean pass(ChannelHandlerContext ctx) throws IOException {
        if (!reported) {
            reported = true;
            connection.handOver();
            ctx.fireUserEventTriggered(connection.report());
        }
        while (!over && !waiting.isEmpty()) {
            ByteBuf words = ((ByteBuf) waiting.current()).retain();
            try {
                transmit(ctx, words, waiting.remove());
            } finally {
                words.release();
            }
        }
        return !over && receive(ctx);
    }

    /** Returns whether anything was taken or given out. */
    private boolean receive(ChannelHandlerContext ctx) throws IOException {
        int before = arrived.readableBytes();
        ByteBuffer network = arrived.nioBuffer();
        ByteBuf application = ctx.alloc().buffer(connection.ready() ? RECORD : 0);
        try {
            ByteBuffer room = application.nioBuffer(0, application.writableBytes());
            try {
                connection.receive(network, room);
            } finally {
                application.writerIndex(room.position());
                arrived.skipBytes(before - network.remaining());
                swapIfEmpty();
            }
            if (application.isReadable()) {
                ctx.fireChannelRead(application.retain());
                return true;
            }
        } finally {
            application.release();
        }
        if (connection.inputEnded()) {
            ctx.close();
            return false;
        }
        return network.remaining() < before || connection.want() == Want.TASK || connection.want() == Want.WRITE;
    }

    private void transmit(ChannelHandlerContext ctx, ByteBuf words, ChannelPromise promise) throws IOException {
        ByteBuffer application = words.nioBuffer();
        ByteBuf records = ctx.alloc().buffer(RECORD);
        try {
            do {
                records.ensureWritable(RECORD);
                ByteBuffer network = records.nioBuffer(records.writerIndex(), RECORD);
                int from = network.position();
                try {
                    connection.transmit(application, network);
                } finally {
                    records.writerIndex(records.writerIndex() + network.position() - from);
                }
            } while (application.hasRemaining());
        } finally {
            ctx.write(records, promise);
        }
    }

    private void fail(ChannelHandlerContext ctx, Exception why) {
        sayLast(ctx);
        release(why);
        ctx.fireExceptionCaught(why);
        ctx.close();
    }

    /** close_notify, or the alert that says why to the peer. */
    private void sayLast(ChannelHandlerContext ctx) {
        try {
            while (connection.want() == Want.WRITE) {
                transmit(ctx, Unpooled.EMPTY_BUFFER, ctx.voidPromise());
            }
        } catch (IOException | RuntimeException e) {
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

    private void release(Exception why) {
        if (over) {
            return;
        }
        over = true;
        if (tick != null) {
            tick.cancel(false);
        }
        arrived = swap(Unpooled.EMPTY_BUFFER);
        waiting.removeAndFailAll(why);
        connection.end();
    }
}
