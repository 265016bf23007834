package dev.starttls.conformance.client.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the server does about one line of the client, or in place of its greeting. Immutable: each method returns a new one.
 *
 * <pre>{@code
 * Reply.lines("220 go ahead", "250 AUTH PLAIN").startTls()
 * Reply.lines("454 TLS not available")
 * }</pre>
 */
public record Reply(List<Act> acts) {
    public Reply {
        acts = List.copyOf(acts);
    }

    /** Acts in this order. */
    public static Reply of(Act... acts) {
        return new Reply(Arrays.asList(acts));
    }

    /** Nothing at all; the server goes on reading. */
    public static Reply none() {
        return new Reply(List.of());
    }

    /** Lines, each ended by CRLF, in one segment. */
    public static Reply lines(String... lines) {
        return of(Act.lines(lines));
    }

    /** Octets, one per character. */
    public static Reply text(String text) {
        return of(new Act.Send(text));
    }

    /** No answer to this line, and to none after it. */
    public static Reply silence() {
        return of(new Act.FallSilent());
    }

    /** The same and then another act. */
    public Reply then(Act... more) {
        List<Act> all = new ArrayList<>(acts);
        all.addAll(Arrays.asList(more));
        return new Reply(all);
    }

    /** The same and then all of another reply. */
    public Reply then(Reply other) {
        return then(other.acts().toArray(Act[]::new));
    }

    /** The same and then the handshake of the script's TLS. */
    public Reply startTls() {
        return then(new Act.StartTls(ServerTls.OF_SCRIPT));
    }

    /** The same and then the handshake. */
    public Reply startTls(ServerTls tls) {
        return then(new Act.StartTls(tls));
    }

    /**
     * The same, where the client should not go on: if it sends nothing, the server ends the connection; if it begins a
     * handshake, that is done; and anything else is answered, so that it is seen what the client does next.
     */
    public Reply andWatch() {
        return then(new Act.EndIfQuiet(), new Act.StartTls(ServerTls.OF_SCRIPT));
    }

    /** The same and then the end of the connection. */
    public Reply close() {
        return then(new Act.Close());
    }

    /** The same and then a pause. */
    public Reply pause(Duration time) {
        return then(new Act.Pause(time));
    }
}
