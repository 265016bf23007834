package dev.starttls.conformance.session;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.TlsOffer;
import dev.starttls.conformance.speak.Transcript;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One session of a check. The steps on the way to what the check is about return an obstacle, as a verdict, if the way
 * ends before.
 */
public abstract class Talk {
    private final Conversation wire;
    private final TlsOffer offer;

    protected Talk(Conversation wire, TlsOffer offer) {
        this.wire = wire;
        this.offer = offer;
    }

    /** The connection under the session, for what is none of the protocol's. */
    public final Conversation wire() {
        return wire;
    }

    /** Reads the greeting, to tell what kind of server this is. */
    public abstract Greeting greeting();

    /** Reads the greeting. */
    public abstract Optional<Verdict> greeted();

    /** Asks for what the server offers. */
    public abstract Optional<Verdict> introduced();

    /** Whether the upgrade was offered when last asked; else there is nothing to look at. */
    public abstract Optional<Verdict> offered();

    /** Says the upgrade's command and reads the go-ahead. */
    public abstract Optional<Verdict> goneAhead();

    /**
     * Why, after a good greeting and being {@linkplain #introduced}, this is another protocol's server after all; empty
     * if it is not.
     */
    public Optional<String> stranger() {
        return Optional.empty();
    }

    /** Says goodbye, and waits for nothing. */
    public abstract void leave();

    /** Says goodbye and reads all that still comes: answers, then how the connection ended. */
    public abstract List<? extends Response> quit();

    public final Handshake handshake() {
        return wire.handshake(offer);
    }

    /**
     * Shakes hands on a connection on which TLS comes first, and tells what is wrong with that, if anything is: for one
     * that something came in plaintext, before the handshake began or only then.
     */
    public final Optional<Verdict> securedAtOnce(Duration quiet) {
        String early = wire.overhear(quiet);
        if (!early.isEmpty()) {
            return Optional.of(Verdict.fail("came before TLS: '" + Transcript.printable(early) + "'"));
        }
        Handshake handshake = handshake();
        return handshake instanceof Handshake.Failed failed && failed.failure() == Handshake.Failure.NOT_TLS
                ? Optional.of(Verdict.fail("came before TLS: " + failed.detail()))
                : judged(handshake);
    }

    /** Shakes hands and tells what is wrong with that, if anything is. */
    public final Optional<Verdict> secured() {
        return judged(handshake());
    }

    private static Optional<Verdict> judged(Handshake handshake) {
        return handshake.done()
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive("the TLS handshake failed: " + handshake.told()));
    }
}
