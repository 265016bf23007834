package dev.starttls.core.nio;

import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.upgrade.AnnouncedCapabilities;
import dev.starttls.core.upgrade.UpgradeReport;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.IllegalBlockingModeException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A connection to a server that is ready for the next command: greeted, upgraded as far as the policy has it, and its
 * capabilities known. What was learned before TLS is not in here.
 *
 * @param <C> the protocol's capabilities
 */
public abstract class ClientConnection<C extends AnnouncedCapabilities> implements Closeable {

    private final StartTlsChannel channel;
    private final C capabilities;

    /**
     * A connection.
     *
     * @param channel upgraded as far as the policy has it
     * @param capabilities what the server announced last
     */
    protected ClientConnection(StartTlsChannel channel, C capabilities) {
        this.channel = channel;
        this.capabilities = capabilities;
    }

    /**
     * What the server announced last: inside TLS if the connection was upgraded.
     *
     * @return immutable; empty when the server does not know the question for them
     */
    public final C capabilities() {
        return capabilities;
    }

    /**
     * The channel for the commands and replies to come.
     *
     * @return blocking if it was connected blocking; plaintext only if the policy allowed it: see {@link
     *     UpgradeReport#encrypted}
     */
    public final StartTlsChannel channel() {
        return channel;
    }

    /**
     * The same channel, read and written by a loop from here on: {@link #channel()} is then not to be read or written.
     *
     * <pre>{@code
     * client.connect(loop).thenCompose(mail -> mail.channel(loop));
     * }</pre>
     *
     * @param loop that some thread runs; the one that has connected always has room for it, if this is called at once by what
     *     depends on the future of {@link ClientSetup#connect(UpgradeLoop)}
     * @return as {@link UpgradeLoop#adopt}
     */
    public final CompletableFuture<LoopChannel> channel(UpgradeLoop loop) {
        return loop.adopt(channel);
    }

    /**
     * What the server sends, as a stream of the octets that {@link #channel} reads. A read blocks until at least one octet has
     * come, at most for the time of {@link ClientSetup#readTimeout} or {@link StartTlsChannel#readTimeout(java.time.Duration)}, after
     * which it may be tried again. Unless one is set there is no limit, and closing the connection from another thread ends it. At close_notify the stream
     * ends; the end of the connection without it is a {@link dev.starttls.core.tls.TruncatedException} (RFC 8446 section 6.1).
     *
     * @return a new stream, which has no buffer; closing it closes the connection. Once that is closed, reading throws a {@link
     *     java.nio.channels.ClosedChannelException}
     * @throws IllegalBlockingModeException if the channel is non-blocking, as one connected by {@link
     *     ClientSetup#connect(UpgradeLoop)} is: make its transport blocking first
     */
    public final InputStream inputStream() {
        return channel.inputStream();
    }

    /**
     * What is sent to the server, as a stream into {@link #channel}. A write blocks until all of its octets have been written
     * to the transport. The peer has the time of {@link ClientSetup#writeTimeout} or {@link
     * StartTlsChannel#writeTimeout(java.time.Duration)} for each 16 KiB, and unless one is set, no limit; after a {@link
     * java.net.SocketTimeoutException} it is not known what it has taken, and the connection is to be closed. Each write is at least one TLS record, so that a whole command belongs into
     * one.
     *
     * @return a new stream, which has no buffer; closing it closes the connection. Once that is closed, writing throws a {@link
     *     java.nio.channels.ClosedChannelException}
     * @throws IllegalBlockingModeException as {@link #inputStream}
     */
    public final OutputStream outputStream() {
        return channel.outputStream();
    }

    /**
     * How the upgrade went.
     *
     * @return version, suite, peer's certificates, phases and round trips
     */
    public final UpgradeReport report() {
        return channel.report();
    }

    /**
     * What the handshake agreed on.
     *
     * @return version, suite, group, both chains, session; empty in plaintext
     */
    public final Optional<UpgradeReport.Negotiated> tls() {
        return channel.report().tls();
    }

    /**
     * What binds an authentication to the TLS session, as {@link StartTlsChannel#channelBinding}.
     *
     * @param type of the binding
     * @return the binding, or why there is none
     */
    public final ChannelBinding channelBinding(ChannelBinding.Type type) {
        return channel.channelBinding(type);
    }

    /** One line for people: the channel's, which takes no lock. */
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + channel + "]";
    }

    /**
     * Sends close_notify and closes. It does not say QUIT or LOGOUT: what was said last on the channel, only its user knows.
     * Closing again has no effect.
     */
    @Override
    public final void close() throws IOException {
        channel.close();
    }
}
