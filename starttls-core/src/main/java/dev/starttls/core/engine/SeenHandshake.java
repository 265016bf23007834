package dev.starttls.core.engine;

import java.util.Optional;

/** What the server sent in a handshake says of it: while it is read, and what is kept afterwards. */
sealed interface SeenHandshake permits HandshakeWatch, FinishedHandshake {

    /** Whether it was not a full handshake, as far as that is known. */
    boolean resumed();

    /** Whether the session's secrets are known to be its own. */
    boolean uniqueSecrets();

    /** The group of its key exchange. */
    Optional<String> namedGroup();
}
