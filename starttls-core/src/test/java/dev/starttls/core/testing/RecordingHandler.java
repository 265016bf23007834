package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.SessionEnd;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Records what a server's handler is called with. A protocol's own calls {@link #recordConnected} and adds its commands.
 *
 * @param <S> the protocol's session
 */
public abstract class RecordingHandler<S extends ServerSession> {

    private final List<String> calls = new ArrayList<>();
    private final List<S> sessions = new ArrayList<>();

    /** The calls in their order. */
    public final List<String> calls() {
        return calls;
    }

    /** The sessions of the calls that say how a connection fares: connected, upgraded, ended. */
    public final List<S> sessions() {
        return sessions;
    }

    /** A client has connected. */
    protected final void recordConnected(S session) {
        calls.add("connected");
        sessions.add(session);
    }

    /** TLS has begun; the method of each protocol's handler. */
    public final void upgraded(S session) {
        calls.add("upgraded");
        sessions.add(session);
    }

    /** A session has ended; the method of each protocol's handler. */
    public final void ended(S session, SessionEnd end) {
        calls.add("ended " + end.cause());
        sessions.add(session);
    }

    /** Requires that a client has connected, upgraded, and left. */
    public final void requireUpgrade() {
        assertThat(calls).containsExactly("connected", "upgraded", "ended CLOSED");
        assertThat(sessions).extracting(ServerSession::peer).containsOnly(new Peer("localhost", 587));
        assertThat(sessions.get(0).tls()).isEmpty();
        assertThat(sessions.get(1).tls().orElseThrow().version()).isEqualTo("TLSv1.3");
        assertThat(sessions.get(1).tls().orElseThrow().suite()).startsWith("TLS_");
        assertThat(sessions.get(2)).as("the one at the end").isSameAs(sessions.get(1));
    }

    /** Requires that a client of implicit TLS connects and leaves, in one session. */
    public final void requireImplicitTls(RawPeer client, String quit) throws SSLException {
        client.handshake();
        client.tls(quit);
        assertThat(calls).containsExactly("upgraded", "connected", "ended CLOSED");
        assertThat(sessions.get(0).tls()).isPresent();
        assertThat(sessions).containsOnly(sessions.get(0));
    }
}
