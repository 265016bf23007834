package dev.starttls.core.nio;

import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ScatteringByteChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

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
 *   <li>A peer that asks for new keys (RFC 8446 section 4.6.3) is answered by the thread that reads or writes next. A reader
 *       does not wait until the peer takes the answer: over a blocking transport that is no {@code SocketChannel}, which
 *       cannot be written without that risk, the answer leaves with the next write or {@link #flush}. Only when more than 16
 *       to 32 answers wait does a blocking reader wait until some have left, over a {@code SocketChannel} 60 s at most, and a
 *       non-blocking one reads 0 until the caller has flushed.
 *   <li>Any thread may close at any time; a thread blocked in a read or a write then gets an {@link
 *       java.nio.channels.AsynchronousCloseException}, if the transport is an interruptible channel.
 * </ul>
 *
 * <p>Over TCP, TCP_QUICKACK is set during the upgrade where the system has it. TCP_NODELAY is left as the caller has set it: set
 * it on channels that you have connected yourself, or the peer waits for small segments. A loop of your own, with
 * a selector for many channels, serves those that are inside TLS ({@link #isSecure}) before the handshakes, as {@link UpgradeLoop} does.
 *
 * <p>Before the upgrade is done, {@code read} and {@code write} drive it first: blocking until it is done, non-blocking by
 * as much as is possible now, returning 0 if that is not all.
 *
 * <p>Once the upgrade is done, reading and writing have no limit in time but those of {@link #readTimeout(Duration)} and {@link
 * #writeTimeout(Duration)}, and unless these are set a read waits for a peer that says nothing as long as one of a socket
 * channel does. The limits of the connection's settings are for the upgrade, and for a server's dialogue to its end.
 *
 * <p>After close_notify, {@code read} returns -1. The end of the transport without it is a {@link
 * dev.starttls.core.tls.TruncatedException} (RFC 8446 section 6.1), unless that was set otherwise.
 */
public final class StartTlsChannel implements ByteChannel, GatheringByteChannel, ScatteringByteChannel {

    private final UpgradeConnection connection;
    private final ChannelHalves halves;

    /** A channel for what others have, too. */
    StartTlsChannel(ChannelHalves halves, UpgradeConnection connection) {
        this.connection = connection;
        this.halves = halves;
    }

    /**
     * A channel over a connected one. Nothing is read or written yet.
     *
     * @param transport connected; from here it must be read, written and closed through the new channel only
     * @param connection not begun
     * @return a channel, open as long as the transport is
     * @throws IllegalStateException if the connection has begun: it has another channel, whose session goes on
     */
    public static StartTlsChannel over(ByteChannel transport, UpgradeConnection connection) {
        Objects.requireNonNull(transport, "transport");
        Failures.requireNotBegun(connection);
        return new StartTlsChannel(new ChannelHalves(new Transport(transport), connection), connection);
    }

    /** A channel for what follows on the same transport, with all that was read of it and not taken; this one is given up. */
    StartTlsChannel followedBy(UpgradeConnection next) {
        return new StartTlsChannel(new ChannelHalves(network(), next), next);
    }

    /**
     * Has this called when {@link #advance} is to be called again, although the transport has brought nothing: after {@link
     * Want#ANSWER}. For a loop of your own; on a blocking transport the thread that waits is woken, and nothing else called.
     *
     * <pre>{@code
     * channel.onWake(() -> { woken.add(channel); selector.wakeup(); });
     * }</pre>
     *
     * @param wake called by any thread, perhaps without need; it must not block, and must not use this channel. Set before the
     *     first {@link #advance}
     */
    public void onWake(Runnable wake) {
        connection.onWake(wake);
    }

    /**
     * Goes through the upgrade. On a blocking transport, blocks until the connection is the application's, or its dialogue
     * has closed it; on one that is not, goes as far as is possible now.
     *
     * @return what is wanted before it can be called again: {@link Want#READ} or {@link Want#WRITE} on the transport;
     *     {@link Want#AGAIN} if it has done its share of work, at most about a millisecond, and is to be called again when
     *     others have been served, whatever the transport is ready for (in a loop around a selector, an interest in {@code
     *     OP_WRITE} brings that about); {@link Want#ANSWER} if code of this side has promised an answer, and is to be called
     *     again when {@link #onWake} says so, or the deadline has come; {@link Want#NOTHING} when it is done. If its
     *     dialogue has closed the connection, so is this channel then
     * @throws dev.starttls.core.upgrade.UpgradeException if it fails; this channel is then closed
     * @throws ClosedChannelException if this channel was closed before
     * @throws IllegalStateException if a loop has adopted it, whose session goes on
     */
    public Want advance() throws IOException {
        return advance(network().blocking() ? TimeSlice.unlimited() : TimeSlice.shared(TimeSource.Machine.CLOCK));
    }

    private Want advance(TimeSlice slice) throws IOException {
        Want want = advance(SameThread.INSTANCE, SameThread.INSTANCE, slice, UpgradeDriver.ForeignCode.OWN_THREAD);
        if (want == Want.NOTHING) {
            connection.handOver();
        }
        return want;
    }

    /**
     * The same in its blocking form: returns only when the upgrade is done.
     *
     * <p>The limits in time hold on a {@link java.nio.channels.SocketChannel}, for reading and for writing. Over another
     * blocking {@link ByteChannel} they are looked at after each read and write only, since nothing can end one: such a
     * channel must bring a time limit of its own. A {@link java.net.SocketTimeoutException} that it throws is not the end;
     * the limits are looked at then.
     *
     * @return how it went
     * @throws dev.starttls.core.upgrade.UpgradeException if it fails, whatever of: the peer, the transport, code of this
     *     side, or another thread that closed the channel; this channel is then closed
     * @throws ClosedChannelException if this channel was closed before
     * @throws IllegalBlockingModeException if the transport is non-blocking: call {@link #advance} instead
     */
    public UpgradeReport upgrade() throws IOException {
        if (isOpen() && !network().blocking()) {
            throw BlockingModeException.nonBlocking();
        }
        if (advance() != Want.NOTHING) {
            // A byte channel that reads or writes nothing although it says nothing of being non-blocking.
            UpgradeException why =
                    failed(BlockingModeException.returnedWithout(), UpgradeDriver.ForeignCode.OWN_THREAD);
            Quietly.close(this);
            throw why;
        }
        return connection.report();
    }

    /** Begins and goes no further: from here the connection has a deadline. */
    void begin(long now, UpgradeDriver.ForeignCode foreign) throws IOException {
        halves.lock();
        try {
            checkOpen();
            begin(new UpgradeDriver(network(), connection, foreign), now);
        } finally {
            halves.unlock();
            leave();
        }
    }

    Want advance(Executor tasks, Runnable wake, TimeSlice slice, UpgradeDriver.ForeignCode foreign) throws IOException {
        if (halves.writing().lock().isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "Expected a channel whose upgrade is done, got it used by its own upgrade: a"
                            + " listener or a dialogue must return before it is read, written or advanced");
        }
        halves.lock();
        UpgradeDriver driver = new UpgradeDriver(network(), connection, foreign);
        try {
            checkOpen(driver);
            begin(driver, slice.now());
            Want want = driver.drive(tasks, wake, slice);
            if (want == Want.NOTHING && !connection.ready()) {
                halves.abandon();
            }
            return want;
        } catch (Throwable e) {
            halves.abandon();
            throw e;
        } finally {
            halves.unlock();
            leave();
        }
    }

    /** A transport that others have closed ends the upgrade, of which its listener hears. */
    private void checkOpen(UpgradeDriver driver) throws IOException {
        try {
            checkOpen();
        } catch (ClosedChannelException e) {
            if (!halves.closed()) {
                driver.failed(e);
            }
            throw e;
        }
    }

    private void begin(UpgradeDriver driver, long now) throws IOException {
        if (halves.startUse()) {
            driver.begin(now);
        } else if (halves.closed()) {
            throw new ClosedChannelException();
        }
    }

    /** Fails the connection for something that was thrown around it, and says what its caller gets. */
    UpgradeException failed(Throwable thrown, UpgradeDriver.ForeignCode foreign) {
        UpgradeException why = new UpgradeDriver(network(), connection, foreign).failed(thrown);
        foreign.ran();
        return why;
    }

    /**
     * How long a read may wait, once the upgrade is done, on a transport that is a blocking {@link
     * java.nio.channels.SocketChannel}, over TCP or a Unix-domain one. A read that has no octet to give out in that time,
     * whatever has come of a record, throws a {@link java.net.SocketTimeoutException}. Nothing is lost by that: the channel
     * is as it was, and the next read waits as long again. A reader that waits for another one, or for the peer to take
     * answers of TLS, waits no longer than that for each of them.
     *
     * <p>On a non-blocking transport no read waits, and this has no effect until it is made blocking; a loop of your own has
     * to look at the time itself. While a thread waits in a read or write that has such a limit, the transport may be
     * non-blocking, and is made blocking again after it. A read that began before this was set has no limit, and on a
     * Unix-domain channel a writer waits for its end.
     *
     * @param timeout zero or more; zero for no limit, as unless set
     * @return this
     * @throws IllegalArgumentException if it is negative
     * @throws UnsupportedOperationException if the transport is no socket channel, so that nothing can end its reads
     */
    public StartTlsChannel readTimeout(Duration timeout) {
        network().readTimeout(timeout);
        return this;
    }

    /**
     * How long the peer may take for the octets of one buffer, up to 16 KiB and the overhead of their record: a write of more
     * has that time for each. Else as {@link #readTimeout(Duration)}: on a blocking socket channel, once the upgrade is done.
     * A write, {@link #flush} or {@link #shutdownOutput} that has to wait longer throws a {@link
     * java.net.SocketTimeoutException}.
     *
     * <p>Part of a record may then have left, and what the peer has taken is not known. The rest waits in this channel, and no
     * octet is lost or sent twice: the position of the source says what was taken, and {@link #flush} or the next write
     * goes on where this one stopped, so that the channel can be used further. Where the source is not known, as that of an
     * {@link java.io.OutputStream}, only {@link #close} is left, which waits for 5 seconds at most.
     *
     * @param timeout zero or more; zero for no limit, as unless set
     * @return this
     * @throws IllegalArgumentException if it is negative
     * @throws UnsupportedOperationException if the transport is no socket channel, so that nothing can end its writes
     */
    public StartTlsChannel writeTimeout(Duration timeout) {
        network().writeTimeout(timeout);
        return this;
    }

    /**
     * What {@link #readTimeout(Duration)} has set, for a loop that reads this channel.
     *
     * @return zero for no limit
     */
    public Duration readTimeout() {
        return Duration.ofNanos(network().readNanos());
    }

    /**
     * What {@link #writeTimeout(Duration)} has set, for a loop that writes to this channel.
     *
     * @return zero for no limit
     */
    public Duration writeTimeout() {
        return Duration.ofNanos(network().writeNanos());
    }

    /**
     * Reads decrypted octets. A non-blocking reader reads until it gets 0 before it selects again: octets may have come
     * already. Before the upgrade is done, a call goes through what has been read of it, at most 32 KiB, which a hostile peer
     * can make a matter of a tenth of a second; {@link #advance} keeps its turns.
     *
     * @param dst where they go
     * @return how many came, at least 1 on a blocking transport; 0 if there are none now or {@code dst} has no room; -1
     *     after close_notify, or in plaintext after the end of the transport
     * @throws dev.starttls.core.tls.TruncatedException at the end of the transport without close_notify, unless that was
     *     set otherwise
     * @throws java.net.SocketTimeoutException if none came within {@link #readTimeout(Duration)}, after which a read may be
     *     tried again
     * @throws javax.net.ssl.SSLException if the peer breaks TLS, or had broken it before; or if it has asked for new keys often
     *     and takes no answer for 60 s (RFC 8446 section 4.6.3), after which a read may be tried again
     * @throws dev.starttls.core.upgrade.UpgradeException if the upgrade fails, which is gone through first
     * @throws ClosedChannelException if this channel is closed; an {@link
     *     java.nio.channels.AsynchronousCloseException} if that happens meanwhile
     */
    @Override
    public int read(ByteBuffer dst) throws IOException {
        checkWritable(dst);
        if (!becomeReady()) {
            return 0;
        }
        halves.reading().lock().lock();
        try {
            checkOpen();
            return dst.hasRemaining() ? halves.reading().read(dst) : 0;
        } catch (IOException e) {
            halves.failed();
            throw e;
        } finally {
            halves.reading().lock().unlock();
            leave();
        }
    }

    /**
     * What {@link #read(ByteBuffer)} gives out, as a stream. A read blocks until at least one octet has come, at most for the time
     * of {@link #readTimeout(Duration)}. The stream ends at close_notify; the end of the transport without it is a {@link
     * dev.starttls.core.tls.TruncatedException} (RFC 8446 section 6.1). To be used in the place of {@link
     * java.nio.channels.Channels#newInputStream}, which takes a non-blocking channel for ended where nothing has come yet.
     *
     * @return a new stream, which has no buffer; closing it closes this channel. If the transport is made non-blocking later, a read
     *     for which nothing has come throws an {@link IllegalBlockingModeException}
     * @throws IllegalBlockingModeException if the transport is non-blocking, as that of a channel which a loop has connected or handed
     *     over: make it blocking first
     */
    public InputStream inputStream() {
        return ChannelStreams.input(this);
    }

    /**
     * What {@link #write(ByteBuffer)} takes, as a stream. A write blocks until the transport has all of its octets, as long as {@link
     * #writeTimeout(Duration)} lets it. Each write is at least one TLS record, so that a whole command belongs into one.
     *
     * @return a new stream, which has no buffer; closing it closes this channel
     * @throws IllegalBlockingModeException as {@link #inputStream}
     */
    public OutputStream outputStream() {
        return ChannelStreams.output(this);
    }

    /**
     * Encrypts and writes. On a non-blocking transport, octets that were taken may wait here: see {@link #flush}.
     *
     * @param src what to write
     * @return how many octets were taken: all of them on a blocking transport
     * @throws java.net.SocketTimeoutException if the peer did not take them within {@link #writeTimeout(Duration)}, which says
     *     what holds then
     * @throws javax.net.ssl.SSLException if TLS has failed
     * @throws dev.starttls.core.upgrade.UpgradeException if the upgrade fails, which is gone through first
     * @throws ClosedChannelException if this channel or its output is closed; an {@link
     *     java.nio.channels.AsynchronousCloseException} if that happens meanwhile
     */
    @Override
    public int write(ByteBuffer src) throws IOException {
        if (!becomeReady()) {
            return 0;
        }
        halves.writing().lock().lock();
        try {
            checkOpen();
            int count = halves.writing().put(src);
            halves.writing().flush();
            return count;
        } catch (IOException e) {
            halves.failed();
            throw e;
        } finally {
            halves.writing().unlock();
            leave();
        }
    }

    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, dsts.length);
        for (int i = offset; i < offset + length; i++) {
            checkWritable(dsts[i]);
        }
        halves.reading().lock().lock();
        try {
            checkOpen();
            int first = offset;
            while (first < offset + length && !dsts[first].hasRemaining()) {
                first++;
            }
            int count = first < offset + length ? read(dsts[first]) : 0;
            return count > 0 ? count + readHeld(dsts, first, offset + length) : count;
        } finally {
            halves.reading().lock().unlock();
            leave();
        }
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
        halves.writing().lock().lock();
        try {
            checkOpen();
            long total = 0;
            for (int i = offset; i < offset + length && (i == offset || !srcs[i - 1].hasRemaining()); i++) {
                total += halves.writing().put(srcs[i]);
            }
            halves.writing().flush();
            return total;
        } catch (IOException e) {
            halves.failed();
            throw e;
        } finally {
            halves.writing().unlock();
            leave();
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
     * @throws IOException if the transport fails; a {@link java.net.SocketTimeoutException} as by {@link #write(ByteBuffer)}
     */
    public boolean flush() throws IOException {
        halves.requireUser(this);
        halves.writing().lock().lock();
        try {
            if (!isOpen()) {
                throw new ClosedChannelException();
            }
            return connection.ready() ? halves.writing().flush() : network().flush();
        } finally {
            halves.writing().unlock();
            leave();
        }
    }

    /**
     * Says that nothing more will be written: sends close_notify, after which reading goes on (half-close, RFC 8446
     * section 6.1; in TLS 1.2 the peer answers by closing, RFC 5246 section 7.2.1). In plaintext, ends the output of the
     * transport if that is a socket channel. On a non-blocking transport it may wait here: see {@link #flush}.
     *
     * @throws NotYetConnectedException if the upgrade is not done
     * @throws ClosedChannelException if this channel is closed
     * @throws IOException if the transport fails
     */
    public void shutdownOutput() throws IOException {
        halves.writing().lock().lock();
        try {
            checkOpen();
            if (!connection.ready()) {
                throw new NotYetConnectedException();
            }
            halves.writing().end();
        } finally {
            halves.writing().unlock();
            leave();
        }
    }

    /**
     * Sends close_notify unless another thread is writing, then closes the transport. On a blocking socket channel, sending
     * it may block for 5 seconds if the peer does not read, and while another thread reads as long as a write does; and if
     * the limits say so, the peer's close_notify is awaited for as long, unless another thread is reading. On a non-blocking
     * one, what {@link #flush} has not written is lost.
     *
     * <p>Closing again has no effect, but that a thread which is still closing stops to wait for the peer.
     */
    @Override
    public void close() throws IOException {
        switch (halves.startClosing()) {
            case UNUSED -> endTransport();
            case IN_USE -> {
                try {
                    halves.endSession();
                } finally {
                    endTransport();
                }
            }
            case CLOSING, CLOSED -> transport().close();
        }
    }

    /**
     * Whether this channel can be used.
     *
     * @return false once it or its transport was closed
     */
    @Override
    public boolean isOpen() {
        return !halves.closed() && transport().isOpen();
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
     * What binds an authentication to the TLS session (RFC 5056): the octets of SCRAM-SHA-256-PLUS (RFC 7677), the same on both
     * sides. Takes no lock of this channel and blocks nowhere, in either mode.
     *
     * <pre>{@code
     * channel.channelBinding(ChannelBinding.Type.TLS_SERVER_END_POINT).found();
     * }</pre>
     *
     * @param type of the binding
     * @return the binding, or why there is none: {@link ChannelBinding.Reason#NOT_ESTABLISHED} before the handshake is done, in
     *     plaintext and once the connection has failed. After it was closed, what the engine still knows
     */
    public ChannelBinding channelBinding(ChannelBinding.Type type) {
        return connection.channelBinding(type);
    }

    /**
     * The server's session that ended with the hand-over of this channel: its client, and what its handler has kept. The receiver of
     * {@link ServerSetup#handOver} knows by it whose channel it has. Takes no lock of this channel.
     *
     * <pre>{@code
     * server.handOver(channel -> {
     *     Peer client = channel.session(SmtpSession.class).orElseThrow().peer();
     * });
     * }</pre>
     *
     * @param <S> its type
     * @param type of the protocol: SmtpSession, ImapSession, Pop3Session, or one of your own, from {@link
     *     dev.starttls.core.upgrade.Dialogue#handedOver}
     * @return empty before the upgrade is done, on a client, and if the session is of another type
     */
    public <S extends ServerSession> Optional<S> session(Class<S> type) {
        return connection.session(type);
    }

    /**
     * The network side, for setting its options and registering it with a selector. It must not be read, written or
     * closed.
     *
     * @return the channel given to {@link #over}
     */
    public ByteChannel transport() {
        return network().channel();
    }

    /**
     * One line for people: protocol, side, the peer's address, state, and once secure version and suite. Takes none of this
     * channel's locks: any thread may call it in any state.
     */
    @Override
    public String toString() {
        return "StartTlsChannel[" + halves + (isOpen() ? "]" : ", closed]");
    }

    boolean holdsBuffers() {
        return network().holdsBuffers();
    }

    Transport network() {
        return halves.transport();
    }

    ChannelHalves halves() {
        return halves;
    }

    UpgradeConnection connection() {
        return connection;
    }

    private boolean becomeReady() throws IOException {
        if (connection.ready()) {
            return true;
        }
        for (Want want = advance(); want == Want.AGAIN; want = advance(TimeSlice.ofHeldInput())) {
            // The caller selects next, and no selector reports what has been read already.
        }
        checkOpen();
        return connection.ready();
    }

    /** More of what one read of the transport has brought, as a socket channel gives it. */
    private long readHeld(ByteBuffer[] dsts, int first, int end) {
        long total = 0;
        try {
            int count = 1;
            for (int i = first; i < end && count > 0; i++) {
                while (dsts[i].hasRemaining() && count > 0) {
                    count = halves.reading().readHeld(dsts[i]);
                    total += count;
                }
            }
        } catch (IOException e) {
            // What came before is the caller's; the next read fails.
            halves.failed();
        }
        return total;
    }

    private void endTransport() throws IOException {
        halves.closes();
        try {
            transport().close();
        } finally {
            leave();
        }
    }

    /** To be called by each thread that leaves, its locks given up. */
    private void leave() {
        if (!isOpen()) {
            halves.end();
        }
    }

    private static void checkWritable(ByteBuffer dst) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("Expected a buffer to read into, got a read-only one");
        }
    }

    private void checkOpen() throws IOException {
        halves.requireUser(this);
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        halves.requireNotFailed();
    }
}
