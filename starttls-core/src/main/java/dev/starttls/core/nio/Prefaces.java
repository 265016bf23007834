package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.util.Optional;
import java.util.function.Function;

/**
 * What comes before the sessions of a server's connections.
 *
 * @param dialogues makes what is read on one, for where it comes from; empty if nothing comes
 * @param settings the server's, whose limits and listener hold
 */
record Prefaces(Optional<Function<Peer, PrefaceDialogue>> dialogues, UpgradeSettings settings) {

    /** Nothing comes before a session. */
    static final Prefaces NONE = new Prefaces(Optional.empty(), UpgradeSettings.of(TlsPolicy.DISABLED));

    /**
     * What comes first on a connection that was accepted just now.
     *
     * @param from where it comes from
     * @param connections makes the session's connection, for the client that it is with
     */
    Optional<Prelude> before(Peer from, Function<Peer, UpgradeConnection> connections) {
        return dialogues.map(making -> {
            PrefaceConversation conversation = new PrefaceConversation(making, from);
            UpgradeSettings plain = UpgradeSettings.of(TlsPolicy.DISABLED)
                    .withLimits(settings.limits())
                    .withListener(settings.listener());
            return new Accepted(
                    conversation, new UpgradeConnection(conversation, plain, from), connections, System.nanoTime());
        });
    }

    /** One of them. */
    private record Accepted(
            PrefaceConversation conversation,
            UpgradeConnection first,
            Function<Peer, UpgradeConnection> connections,
            long began)
            implements Prelude {

        @Override
        public UpgradeConnection opened() {
            first.end();
            UpgradeConnection session = connections.apply(conversation.client());
            session.spent(Phase.CONNECT, System.nanoTime() - began);
            return session;
        }

        /** No session has been made yet. */
        @Override
        public UpgradeException failed(UpgradeException why) {
            return why;
        }
    }
}
