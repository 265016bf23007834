package dev.starttls.core.nio;

import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A byte channel whose octets are encrypted once its upgrade is done; the application reads and writes plaintext.
 *
 * <pre>{@code
 * StartTlsChannel channel = StartTlsChannel.over(socketChannel, connection);
 * channel.upgrade();                      // blocking: the dialogue and the handshake
 * channel.write(ByteBuffer.wrap(mail));   // inside TLS
 * }</pre>
 *
 * <p>It behaves as a {@link java.nio.channels.SocketChannel} does, in the mode that the transport is in:
 *
 * <ul>
 *   <li><b>Blocking</b>: {@link #read(ByteBuffer)} returns at least one octet, or -1 at the end; {@link #write(ByteBuffer)}
 *       returns when all octets were written.
 *   <li><b>Non-blocking</b>: {@code read} returns 0 when nothing has come, {@code write} takes what it can. Encrypted
 *       octets that the transport did not take are kept, at most one buffer of them: call {@link #flush} when the
 *       transport can be written again until it returns true. {@link #advance} moves the upgrade itself.
 *   <li>One thread may read while another writes, without one waiting for the other. A second reader waits for the first,
 *       a second writer too.
 *   <li>Any thread may close at any time; a thread blocked in a read or a write then gets an {@link
 *       java.nio.channels.AsynchronousCloseException}, if the transport is an interruptible channel.
 * </ul>
 *
 * <p>Before the upgrade is done, {@code read} and {@code write} drive it first: blocking until it is done, non-blocking by
 * as much as is possible now, returning 0 if that is not all.
 *
 * <p>After close_notify, {@code read} returns -1. The end of the transport without it is a {@link
 * dev.starttls.core.tls.TruncatedException} (RFC 8446 section 6.1), unless that was set otherwise.
 */
public final class StartTlsChannel implements ByteChannel, GatheringByteChannel, ScatteringByteChannel {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteChannel channel;
    private final Transport transport;
    private final UpgradeConnection connection;
    private final UpgradeDriver driver;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock closing = new ReentrantLock();
    private volatile boolean begun;
    private volatile boolean closed;

    private StartTlsChannel(ByteChannel channel, UpgradeConnection connection) {
        this.channel = channel;
        this.transport = new Transport(channel);
        this.connection = connection;
        this.driver = new UpgradeDriver(transport, connection);
    }

    /**
     * A channel over a connected one. Nothing is read or written yet.
     *
     * @param transport connected; from here it must be read, written and closed through the new channel only
     * @param connection not begun
     * @return a channel, open as long as the transport is
     */
    public static StartTlsChannel over(ByteChannel transport, UpgradeConnection connection) {
        return new StartTlsChannel(transport, connection);
    }

    /**
     * Goes through the upgrade. On a blocking transport, blocks until the connection is the application's, or its dialogue
     * has closed it; on one that is not, goes as far as is possible now.
     *
     * @return what is wanted before it can be called again: {@link Want#READ} or {@link Want#WRITE} on the transport;
     *     {@link Want#NOTHING} when it is done
     * @throws dev.starttls.core.upgrade.UpgradeException if it fails; the transport is then closed
     * @throws ClosedChannelException if this channel is closed
     */
    public Want advance() throws IOException {
        return advance(Runnable::run, () -> {});
    }

    /**
     * The same in its blocking form: returns only when the upgrade is done.
     *
     * @return how it went
     * @throws dev.starttls.core.upgrade.UpgradeException if it fails; the transport is then closed
     * @throws IllegalStateException if the transport is non-blocking and had to be waited for
     */
    public UpgradeReport upgrade() throws IOException {
        if (advance() != Want.NOTHING) {
            throw new IllegalStateException("Expected a blocking transport, got a non-blocking one in phase "
                    + connection.phase() + "; call advance() when the transport is ready instead");
        }
        return connection.report();
    }

    Want advance(Executor tasks, Runnable wake) throws IOException {
        reading.lock();
        writing.lock();
        try {
            checkOpen();
            if (!begun) {
                begun = true;
                connection.begin(System.nanoTime());
            }
            return driver.drive(tasks, wake);
        } catch (IOException | RuntimeException e) {
            abandon();
            throw e;
        } finally {
            writing.unlock();
            reading.unlock();
        }
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (!becomeReady()) {
            return connection.ready() || connection.state().terminal() ? -1 : 0;
        }
        reading.lock();
        try {
            checkOpen();
            return dst.hasRemaining() ? receive(dst) : 0;
        } catch (IOException e) {
            sendAlert();
            throw e;
        } finally {
            transport.releaseIn();
            reading.unlock();
            endIfClosed();
        }
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        if (!becomeReady()) {
            return 0;
        }
        writing.lock();
        try {
            checkWritable();
            return send(src);
        } finally {
            writing.unlock();
            endIfClosed();
        }
    }

    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, dsts.length);
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            while (dsts[i].hasRemaining()
                    && (total == 0 || connection.holdsInput() || transport.in().hasRemaining())) {
                int count = total == 0 ? read(dsts[i]) : readHeld(dsts[i]);
                if (count <= 0) {
                    return total > 0 ? total : count;
                }
                total += count;
            }
        }
        return total;
    }

    @Override
    public long read(ByteBuffer[] dsts) throws IOException {
        return read(dsts, 0, dsts.length);
    }

    @Override
    public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, srcs.length);
        if (!becomeReady()) {
            return 0;
        }
        writing.lock();
        try {
            checkWritable();
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                total += encrypt(srcs[i]);
                if (srcs[i].hasRemaining()) {
                    break;
                }
            }
            transport.flush();
            return total;
        } finally {
            writing.unlock();
            endIfClosed();
        }
    }

    @Override
    public long write(ByteBuffer[] srcs) throws IOException {
        return write(srcs, 0, srcs.length);
    }

    /**
     * Writes encrypted octets that wait here: those that the transport did not take before, and answers of TLS to the
     * peer.
     *
     * @return whether all of them have left; always true on a blocking transport
     * @throws ClosedChannelException if this channel is closed
     */
    public boolean flush() throws IOException {
        writing.lock();
        try {
            checkOpen();
            return encrypt(NOTHING) == 0 && transport.flush();
        } finally {
            writing.unlock();
        }
    }

    /**
     * Says that nothing more will be written: sends close_notify. Reading goes on (half-close, RFC 8446 section 6.1). In
     * plaintext it has no effect but that writing is refused.
     *
     * @throws ClosedChannelException if this channel is closed
     */
    public void shutdownOutput() throws IOException {
        writing.lock();
        try {
            checkOpen();
            if (connection.state().tls() == State.Tls.RECORDS) {
                connection.close();
                encrypt(NOTHING);
                transport.flush();
            }
        } finally {
            writing.unlock();
        }
    }

    /**
     * Sends close_notify if that is possible without waiting for another writer, then closes the transport. If the limits
     * say so, a blocking close waits that long for the peer's close_notify. Closing again has no effect.
     */
    @Override
    public void close() throws IOException {
        closing.lock();
        try {
            if (closed) {
                return;
            }
            if (channel.isOpen() && begun && writing.tryLock()) {
                try {
                    sayGoodbye();
                } catch (IOException e) {
                    // The peer has gone already; there is nobody to tell.
                    closed = true;
                } finally {
                    writing.unlock();
                }
            }
            closed = true;
            channel.close();
            endIfClosed();
        } finally {
            closing.unlock();
        }
    }

    /**
     * Whether this channel can be used.
     *
     * @return false once it or its transport was closed
     */
    @Override
    public boolean isOpen() {
        return !closed && channel.isOpen();
    }

    /**
     * Whether the application's octets are encrypted.
     *
     * @return true once the handshake is done; in plaintext, always false
     */
    public boolean isSecure() {
        return connection.state() == State.SECURE || connection.state() == State.CLOSING;
    }

    /**
     * How the upgrade went.
     *
     * @return as far as it has come
     */
    public UpgradeReport report() {
        return connection.report();
    }

    /**
     * The network side, for setting its options and registering it with a selector. It must not be read, written or
     * closed.
     *
     * @return the channel given to {@link #over}
     */
    public ByteChannel transport() {
        return channel;
    }

    UpgradeConnection connection() {
        return connection;
    }

    private boolean becomeReady() throws IOException {
        return connection.ready() || (advance() == Want.NOTHING && connection.ready());
    }

    private int receive(ByteBuffer dst) throws IOException {
        int from = dst.position();
        while (true) {
            connection.receive(transport.in(), dst);
            settle();
            if (dst.position() > from) {
                return dst.position() - from;
            }
            if (connection.inputEnded()) {
                return -1;
            }
            if (transport.in().hasRemaining()) {
                continue;
            }
            int count;
            try {
                count = transport.fill();
            } finally {
                transport.filled();
            }
            if (count == 0) {
                return 0;
            }
            if (count < 0) {
                connection.endOfInput();
            }
        }
    }

    /** What has been received already, without reading from the transport. */
    private int readHeld(ByteBuffer dst) throws IOException {
        reading.lock();
        try {
            int from = dst.position();
            connection.receive(transport.in(), dst);
            return dst.position() - from;
        } finally {
            transport.releaseIn();
            reading.unlock();
        }
    }

    /** Runs a task and sends an answer that reading has called for, unless a writer is at work: it does that then. */
    private void settle() throws IOException {
        Want want = connection.want();
        if (want == Want.TASK) {
            connection.task().ifPresent(Runnable::run);
            want = connection.want();
        }
        if (want == Want.WRITE && writing.tryLock()) {
            try {
                encrypt(NOTHING);
                transport.flush();
            } finally {
                writing.unlock();
            }
        }
    }

    private int send(ByteBuffer src) throws IOException {
        int count = encrypt(src);
        transport.flush();
        return count;
    }

    /**
     * Encrypts, and writes when a buffer is full, until all was taken or the transport takes no more. Leaves the last
     * buffer to flush.
     *
     * @throws ClosedChannelException if nothing can be sent any more
     */
    private int encrypt(ByteBuffer src) throws IOException {
        int from = src.position();
        while (true) {
            int waiting = src.remaining();
            boolean more = transmit(src);
            if (connection.want() == Want.TASK) {
                connection.task().ifPresent(Runnable::run);
            } else if (!src.hasRemaining() && connection.want() != Want.WRITE) {
                return src.position() - from;
            } else if (!more && src.remaining() == waiting && !transport.hasOutput()) {
                throw new ClosedChannelException();
            } else if (!transport.flush()) {
                return src.position() - from;
            }
        }
    }

    /** Returns whether any octet was put out. */
    private boolean transmit(ByteBuffer src) throws IOException {
        ByteBuffer out = transport.out();
        int before = out.position();
        try {
            connection.transmit(src, out);
            return out.position() > before;
        } finally {
            transport.ready();
        }
    }

    private void sayGoodbye() throws IOException {
        connection.close();
        encrypt(NOTHING);
        if (transport.flush() && !transport.blocking()) {
            return;
        }
        long wait = connection.timeToClose().toNanos();
        long deadline = System.nanoTime() + wait;
        if (wait > 0 && reading.tryLock()) {
            try {
                ByteBuffer rest = ByteBuffer.allocate(1024);
                while (!connection.inputEnded() && transport.blocking()) {
                    int count;
                    try {
                        count = transport.fill(deadline - System.nanoTime());
                    } finally {
                        transport.filled();
                    }
                    if (count < 0 || deadline - System.nanoTime() <= 0) {
                        return;
                    }
                    while (transport.in().hasRemaining()) {
                        connection.receive(transport.in(), rest.clear());
                    }
                }
            } finally {
                transport.releaseIn();
                reading.unlock();
            }
        }
    }

    private void sendAlert() {
        if (connection.state() == State.FAILED && writing.tryLock()) {
            try {
                encrypt(NOTHING);
                transport.flush();
            } catch (IOException e) {
                // The failure that is on its way to the caller matters more.
                connection.close();
            } finally {
                writing.unlock();
            }
        }
    }

    private void abandon() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            // The failure that is on its way to the caller matters more.
            closed = true;
        }
        end();
    }

    /** Lets go of everything once nobody reads or writes any more: whoever is the last to leave a closed channel. */
    private void endIfClosed() {
        if (closed && reading.tryLock()) {
            try {
                if (writing.tryLock()) {
                    try {
                        end();
                    } finally {
                        writing.unlock();
                    }
                }
            } finally {
                reading.unlock();
            }
        }
    }

    private void end() {
        connection.end();
        transport.release();
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void checkWritable() throws ClosedChannelException {
        checkOpen();
        if (connection.state() != State.SECURE && connection.state() != State.PLAINTEXT) {
            throw new ClosedChannelException();
        }
    }
}
