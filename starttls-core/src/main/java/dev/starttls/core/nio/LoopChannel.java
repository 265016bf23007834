package dev.starttls.core.nio;

import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousByteChannel;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ReadPendingException;
import java.nio.channels.WritePendingException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A channel whose upgrade is done, read and written by an {@link UpgradeLoop}: thousands of sessions on one thread.
 *
 * <pre>{@code
 * loop.adopt(channel)
 *         .thenCompose(session -> session.write(command).thenCompose(written -> session.read(reply)))
 *         .thenAccept(count -> System.out.println(count + " octets"));
 * }</pre>
 *
 * <ul>
 *   <li><b>One of each:</b> at most one read is under way, and one write or {@link #shutdownOutput}. Any thread may begin one.
 *   <li><b>Completion:</b> by the loop's thread, always: what depends on a future must not block, or must run elsewhere ({@code
 *       thenAcceptAsync}). It may begin the next read or write, as often as there is something to read: that is gone through without
 *       recursion, at most 64 KiB or about half a millisecond in a row, and others are served between. Once
 *       the loop has ended, what is begun fails on the thread that begins it, before the call returns: a handler that tries again
 *       in {@code failed} looks at {@link #isOpen} first, which is then false, or it calls itself without end.
 *   <li><b>Back-pressure:</b> nothing is read from the network while no read is under way, and no write is buffered but for the
 *       one buffer of records that it is at. What the session holds for an idle peer is no buffer at all.
 *   <li><b>Buffers</b> belong to the channel until their operation is completed, or the channel is closed.
 *   <li><b>Limits in time:</b> {@link #readTimeout(Duration)} and {@link #writeTimeout(Duration)}; unless set, none. What came while the
 *       loop was busy with others is read before a read is late.
 *   <li><b>Failures:</b> those of {@link StartTlsChannel#read} and {@link StartTlsChannel#write}. They leave the channel open,
 *       to be closed; after a {@link java.net.SocketTimeoutException} it can be used further. Closing it fails what is under way
 *       with an {@link AsynchronousCloseException}; so does the end of the loop, which its cause, an {@link IOException}, then says.
 *   <li><b>Cancelling</b> a read's or a write's future closes the channel, and so does whatever else completes it before the loop,
 *       such as {@link CompletableFuture#orTimeout}: what has moved by then is not known.
 * </ul>
 *
 * <p>Tasks that TLS has after the handshake run where those of the loop run. In plaintext, where a policy has allowed that, it
 * behaves the same: see {@link #isSecure}.
 *
 * <p>All methods may be called by any thread and do not block.
 */
public final class LoopChannel implements AsynchronousByteChannel {

    private final LoopedChannel session;

    LoopChannel(LoopedChannel session) {
        this.session = session;
    }

    /**
     * Begins to read what the peer has sent, decrypted.
     *
     * @param dst where it goes
     * @return completed with the number of octets: at least 1, or 0 if {@code dst} has no room; -1 after close_notify, or in
     *     plaintext after the end of the transport. Fails with
     *     <ul>
     *       <li>a {@link dev.starttls.core.tls.TruncatedException} at the end of the transport without close_notify (RFC 8446
     *           section 6.1), unless that was set otherwise,
     *       <li>a {@link java.net.SocketTimeoutException} if nothing came within {@link #readTimeout(Duration)}; nothing is lost,
     *           and the next read waits as long again,
     *       <li>an {@link javax.net.ssl.SSLException} if the peer breaks TLS,
     *       <li>a {@link ClosedChannelException} if the channel is closed or was released
     *     </ul>
     *
     * @throws IllegalArgumentException if {@code dst} is read-only
     * @throws ReadPendingException if another read is under way
     */
    @Override
    public CompletableFuture<Integer> read(ByteBuffer dst) {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        beginRead(dst, future);
        return future;
    }

    /**
     * The same with a handler, called by the loop's thread. What it throws goes to the uncaught-exception handler of that
     * thread, and the loop goes on.
     *
     * @param handler given what the future of {@link #read(ByteBuffer)} is completed with
     * @throws IllegalArgumentException if {@code dst} is read-only
     * @throws ReadPendingException if another read is under way
     */
    @Override
    public <A> void read(ByteBuffer dst, A attachment, CompletionHandler<Integer, ? super A> handler) {
        beginRead(dst, handled(attachment, handler));
    }

    private void beginRead(ByteBuffer dst, CompletableFuture<Integer> future) {
        Objects.requireNonNull(dst, "dst: expected a buffer to read into, got null");
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("dst: expected a buffer to read into, got a read-only one");
        }
        session.read(dst, future);
    }

    /**
     * Begins to write all octets of a buffer, encrypted. Unlike the interface has it, none is left for another write.
     *
     * @param src what to write
     * @return completed when the transport has taken all of it, with their number; its position is then at its limit. Fails with
     *     <ul>
     *       <li>a {@link java.net.SocketTimeoutException} if the peer takes nothing within {@link #writeTimeout(Duration)}: the
     *           position of {@code src} says what was taken, which leaves with the next write or by itself, once, and the
     *           channel can be used further,
     *       <li>an {@link javax.net.ssl.SSLException} if TLS has failed, and an {@link IOException} if the transport has,
     *       <li>a {@link ClosedChannelException} if the channel or its output is closed, or was released; in TLS 1.2 also after
     *           the peer's close_notify, which ends both directions (RFC 5246 section 7.2.1)
     *     </ul>
     *
     * @throws WritePendingException if another write, or the end of the output, is under way
     */
    @Override
    public CompletableFuture<Integer> write(ByteBuffer src) {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        session.write(Objects.requireNonNull(src, "src: expected a buffer to write, got null"), future);
        return future;
    }

    /**
     * The same with a handler, called as by {@link #read(ByteBuffer, Object, CompletionHandler)}.
     *
     * @param handler given what the future of {@link #write(ByteBuffer)} is completed with
     * @throws WritePendingException if another write, or the end of the output, is under way
     */
    @Override
    public <A> void write(ByteBuffer src, A attachment, CompletionHandler<Integer, ? super A> handler) {
        session.write(
                Objects.requireNonNull(src, "src: expected a buffer to write, got null"), handled(attachment, handler));
    }

    private static <A> CompletableFuture<Integer> handled(A attachment, CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler, "handler: expected one to be called, got null");
        CompletableFuture<Integer> future = new CompletableFuture<>();
        var unused = future.whenComplete((count, thrown) -> {
            try {
                if (thrown == null) {
                    handler.completed(count, attachment);
                } else {
                    handler.failed(thrown, attachment);
                }
            } catch (Throwable fault) {
                LoopThread.report(fault);
            }
        });
        return future;
    }

    /**
     * Says that nothing more will be written, as {@link StartTlsChannel#shutdownOutput}: sends close_notify, after which reading
     * goes on (RFC 8446 section 6.1). For an end in order, read then until -1 comes, and close.
     *
     * @return completed when close_notify has left; fails as {@link #write(ByteBuffer)}. Cancelling it has no effect
     * @throws WritePendingException if a write is under way
     */
    public CompletableFuture<Void> shutdownOutput() {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        CompletableFuture<Void> left = future.thenAccept(none -> {});
        session.shutdownOutput(future);
        return left;
    }

    /**
     * Gives the channel back to those who read and write it by themselves: non-blocking, registered with no selector. This one is
     * closed by that, the channel is not.
     *
     * @return completed by the loop's thread with the channel that was {@linkplain UpgradeLoop#adopt adopted}; {@link
     *     StartTlsChannel#flush} may be due on it. Fails with an {@link IllegalStateException} if anything is under way, a {@link
     *     ClosedChannelException} if it is closed
     */
    public CompletableFuture<StartTlsChannel> release() {
        CompletableFuture<StartTlsChannel> future = new CompletableFuture<>();
        session.release(future);
        return future;
    }

    /**
     * Sends close_notify if that leaves at once, and closes; what a write has not written is lost. Closing the channel that was
     * adopted does the same. Closing again has no effect.
     */
    @Override
    public void close() throws IOException {
        session.close();
    }

    /**
     * Whether this channel can be used.
     *
     * @return false once it is closed or released
     */
    @Override
    public boolean isOpen() {
        return session.isOpen();
    }

    /**
     * Whether the octets are encrypted.
     *
     * @return in plaintext, which only a policy other than REQUIRED and IMPLICIT allows, false
     */
    public boolean isSecure() {
        return session.channel().isSecure();
    }

    /**
     * How long each read that begins from here on may wait for its first octet, whatever has come of a record.
     *
     * @param timeout zero or more; zero for no limit. Unless set, that of the channel that was adopted
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public LoopChannel readTimeout(Duration timeout) {
        session.channel().readTimeout(timeout);
        return this;
    }

    /**
     * How long the peer may take for each 16 KiB or so of the writes that begin from here on.
     *
     * @param timeout zero or more; zero for no limit. Unless set, that of the channel that was adopted
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public LoopChannel writeTimeout(Duration timeout) {
        session.channel().writeTimeout(timeout);
        return this;
    }

    /**
     * How the upgrade went.
     *
     * @return version, suite, peer's certificates, phases and round trips
     */
    public UpgradeReport report() {
        return session.channel().report();
    }

    /**
     * What binds an authentication to the TLS session, as {@link StartTlsChannel#channelBinding}.
     *
     * @param type of the binding
     * @return the binding, or why there is none
     */
    public ChannelBinding channelBinding(ChannelBinding.Type type) {
        return session.channel().channelBinding(type);
    }

    /**
     * The server's session that ended with the hand-over of this channel, as {@link StartTlsChannel#session}: the receiver of
     * {@link ServerSetup#handOverOnLoop} knows by it whose channel it has.
     *
     * @param <S> its type
     * @param type of the protocol: SmtpSession, ImapSession, Pop3Session, or one of your own, from {@link
     *     dev.starttls.core.upgrade.Dialogue#handedOver}
     * @return empty on a client, and if the session is of another type
     */
    public <S extends ServerSession> Optional<S> session(Class<S> type) {
        return session.channel().session(type);
    }

    /** One line for people: the channel's, which takes no lock. */
    @Override
    public String toString() {
        return "LoopChannel[" + session.channel() + (isOpen() ? "]" : ", closed]");
    }
}
