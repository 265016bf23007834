package dev.starttls.core.engine;

import java.util.Optional;

/** What was read of a handshake as it went by: by the one who reads, and what is left of it afterwards. */
sealed interface SeenHandshake permits HandshakeWatch, FinishedHandshake {

    /** Whether it was no full one, as far as that is known. */
    boolean resumed();

    /** The group of its key exchange. */
    Optional<String> namedGroup();
}
