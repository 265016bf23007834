package dev.starttls.core.engine;

import java.util.Arrays;
import java.util.Optional;

/** What is kept of a handshake. Each connection holds one, so equal ones are shared. */
record FinishedHandshake(boolean resumed, boolean uniqueSecrets, Optional<String> namedGroup) implements SeenHandshake {

    /** Engines negotiate some ten groups, in full and resumed handshakes; what a peer makes up beyond them is not shared. */
    private static final int MAX_SHARED = 32;

    private static volatile FinishedHandshake[] shared = {};

    static FinishedHandshake of(boolean resumed, boolean uniqueSecrets, Optional<String> namedGroup) {
        FinishedHandshake[] known = shared;
        for (FinishedHandshake one : known) {
            if (one.resumed == resumed && one.uniqueSecrets == uniqueSecrets && one.namedGroup.equals(namedGroup)) {
                return one;
            }
        }
        FinishedHandshake made = new FinishedHandshake(resumed, uniqueSecrets, namedGroup);
        if (known.length < MAX_SHARED) {
            // Of two threads at once, one may overwrite what the other adds, which is then added another time.
            FinishedHandshake[] more = Arrays.copyOf(known, known.length + 1);
            more[known.length] = made;
            shared = more;
        }
        return made;
    }
}
