package dev.starttls.conformance.tls.minimal.server;

import java.io.IOException;

/** Ends a handshake with what the client did. */
final class ReactionException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient ClientReaction reaction;

    ReactionException(ClientReaction reaction) {
        super(reaction.toString());
        this.reaction = reaction;
    }

    ClientReaction reaction() {
        return reaction;
    }
}
