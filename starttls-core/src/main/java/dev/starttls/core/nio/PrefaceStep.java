package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Peer;
import java.util.Objects;
import java.util.Optional;

/** What a {@link PrefaceDialogue} wants next. */
public sealed interface PrefaceStep {

    /**
     * Read more. All of it together is bounded by {@link dev.starttls.core.upgrade.UpgradeLimits#octetsPerPhase}, and in time by
     * {@link dev.starttls.core.upgrade.UpgradeLimits#timePerPhase}.
     *
     * @param frame where it ends; no octet after that is taken
     */
    record Read(Frame frame) implements PrefaceStep {
        /** Checks that nothing is missing. */
        public Read {
            Objects.requireNonNull(frame, "frame: expected where the octets end, got null");
        }
    }

    /**
     * Begin the session: what comes from here is the protocol's, or TLS.
     *
     * @param client whom the session is with; empty for the address that the connection comes from
     */
    record Accept(Optional<Peer> client) implements PrefaceStep {
        /** Checks that nothing is missing. */
        public Accept {
            Objects.requireNonNull(client, "client: expected a Peer or Optional.empty(), got null");
        }
    }

    /**
     * Close the connection without a word. The server's listener hears of a failure of reason {@link
     * dev.starttls.core.upgrade.FailureReason#PROTOCOL_VIOLATION} in {@link dev.starttls.core.upgrade.Phase#CONNECT}.
     *
     * @param expected what was waited for
     * @param got what came instead, for people and without secrets; empty for none. Control characters are replaced
     * @param hint what a person may try; empty for the general advice
     */
    record Refuse(String expected, String got, String hint) implements PrefaceStep {
        /** Checks that nothing is missing. */
        public Refuse {
            Objects.requireNonNull(expected, "expected: expected words, got null");
            Objects.requireNonNull(got, "got: expected words, got null; an empty text is for none");
            Objects.requireNonNull(hint, "hint: expected words, got null; an empty text is for none");
        }
    }

    /**
     * Read more.
     *
     * @param frame where it ends
     * @return the step
     */
    static PrefaceStep read(Frame frame) {
        return new Read(frame);
    }

    /**
     * Begin the session with the address that the connection comes from.
     *
     * @return the step
     */
    static PrefaceStep accept() {
        return new Accept(Optional.empty());
    }

    /**
     * Begin the session with a client that the connection was made for.
     *
     * @param client its address, as a literal, so that limits by client see it; its port, or -1
     * @return the step
     */
    static PrefaceStep accept(Peer client) {
        return new Accept(Optional.of(client));
    }

    /**
     * Close the connection without a word.
     *
     * @param expected what was waited for
     * @param got what came instead
     * @return the step
     */
    static PrefaceStep refuse(String expected, String got) {
        return new Refuse(expected, got, "");
    }
}
