package dev.starttls.core.upgrade;

import dev.starttls.core.tls.ChannelBinding;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server knows and keeps of one client on one side of the upgrade: the base of the sessions of all protocols. A
 * dialogue makes a new one at the upgrade, so that nothing from before is left (RFC 3207 section 4.2, RFC 9051
 * section 6.2.1, RFC 2595 section 4).
 *
 * <p>One thread at a time.
 */
public abstract class ServerSession {

    private final Map<Class<?>, Object> kept = new HashMap<>();
    private final State state;
    private final ConnectionInfo info;

    /**
     * An empty session of an unknown client.
     *
     * @param state {@link State#SECURE} for one inside TLS, {@link State#PLAINTEXT} for one before it
     */
    protected ServerSession(State state) {
        this(state, ConnectionInfo.UNKNOWN);
    }

    /**
     * An empty session.
     *
     * @param state {@link State#SECURE} for one inside TLS, {@link State#PLAINTEXT} for one before it
     * @param info what {@link Dialogue#connected} was given last
     */
    protected ServerSession(State state, ConnectionInfo info) {
        this.state = state;
        this.info = info;
    }

    /**
     * The client's address, as the connection has it.
     *
     * @return the same before and after the upgrade
     */
    public final Peer peer() {
        return info.peer();
    }

    /**
     * What the handshake agreed on: the version, the suite, the group, the name that the client asked for by SNI, the
     * certificates of both sides, and the session's identifier.
     *
     * @return empty before TLS
     */
    public final Optional<UpgradeReport.Negotiated> tls() {
        return info.tls();
    }

    /**
     * What binds the client's authentication to the TLS session (RFC 5056), for a handler that knows SCRAM-SHA-256-PLUS (RFC
     * 7677).
     *
     * @param type of the binding
     * @return the binding, or why there is none; before TLS, {@link ChannelBinding.Reason#NOT_ESTABLISHED}
     */
    public final ChannelBinding channelBinding(ChannelBinding.Type type) {
        return info.bindings().of(type);
    }

    /**
     * Whether the client's commands come inside TLS.
     *
     * @return the same for the whole life of this session
     */
    public final boolean secure() {
        return state == State.SECURE;
    }

    /**
     * Keeps a value, one of each class, until the session ends, that is at the latest at the upgrade.
     *
     * @param value takes the place of the one of the same class
     */
    public final void keep(Object value) {
        kept.put(value.getClass(), value);
    }

    /**
     * A value that was kept.
     *
     * @param <T> its type
     * @param type exactly the class of the value
     * @return empty if there is none
     */
    public final <T> Optional<T> kept(Class<T> type) {
        return Optional.ofNullable(kept.get(type)).map(type::cast);
    }

    /**
     * Removes a value; no effect if there is none.
     *
     * @param type exactly the class of the value
     */
    public final void forget(Class<?> type) {
        kept.remove(type);
    }

    /** For people and logs: the client's address and the side of the upgrade, and nothing that the client said. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + info.peer() + ", " + state + "]";
    }
}
