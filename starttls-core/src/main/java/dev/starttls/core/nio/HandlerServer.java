package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/**
 * The upgrading front of a server whose commands its author's handler answers: what such servers of all protocols have
 * besides {@link ServerSetup}.
 *
 * @param <S> the protocol's server
 * @param <H> what its author does
 */
public abstract class HandlerServer<S extends HandlerServer<S, H>, H> extends ServerSetup<S> {

    private final String host;
    private final H handler;
    private List<String> capabilities = List.of();

    /**
     * A server under {@link TlsPolicy#REQUIRED}, without a certificate yet. Nothing is checked before {@link #announcing},
     * which a factory method calls.
     *
     * @param host what it calls itself
     * @param handler answers the commands; called by the threads that serve
     */
    protected HandlerServer(String host, H handler) {
        this.host = host;
        this.handler = handler;
    }

    /**
     * Sets what the server announces besides the upgrade. Checked at once, with host and handler, by making a dialogue of
     * them: what is wrong is said here, not to each client.
     *
     * @param given what the handler knows, each as it is announced; copied
     * @throws IllegalArgumentException if the host or one of them could not be announced, or may not be; what was set before
     *     stays
     * @throws NullPointerException if one of them, the host or the handler is null
     */
    protected final S announcing(List<String> given) {
        List<String> copy = List.copyOf(given);
        var unusedCheck = dialogue(TlsPolicy.REQUIRED, host, handler, copy);
        capabilities = copy;
        return self();
    }

    /**
     * Makes the dialogue of one connection.
     *
     * @param policy that it is under
     * @param name what the server calls itself
     * @param author answers the commands
     * @param announced what is announced besides the upgrade
     * @return a new one
     */
    protected abstract Dialogue dialogue(TlsPolicy policy, String name, H author, List<String> announced);

    /** One line for people: what the server calls itself, and the policy. */
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + host + ", " + policy() + "]";
    }

    @Override
    protected final Dialogue dialogue(TlsPolicy policy) {
        return dialogue(policy, host, handler, capabilities);
    }
}
