package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.HeardOut;
import dev.starttls.conformance.speak.Transcript;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * After the go-ahead something else comes than a handshake that succeeds.
 *
 * @param goneAhead where a ClientHello is due
 * @param working how far a connection must come to be said to work
 * @param goAhead the go-ahead, as details call it
 * @param obeyed whether a line that came in plaintext after the go-ahead is the good answer to a command
 */
public record BrokenHandshake<T extends Talk>(
        Stage<T> goneAhead, Stage<T> working, String goAhead, Predicate<String> obeyed) {

    /** Sends this in place of a ClientHello: the connection must end without a word in plaintext. */
    public CheckBody instead(String stimulus) {
        return goneAhead.then((talk, subject) -> judge(talk, subject, stimulus));
    }

    private Verdict judge(T talk, Subject subject, String stimulus) {
        if (!talk.wire().overhear(subject.quiet()).isEmpty()) {
            return Verdict.inconclusive("the server speaks behind its " + goAhead + " before anything is sent");
        }
        talk.wire().sendRaw(stimulus);
        // Our end closes after it, so that a server that waits for the rest of a record need not be waited for.
        talk.wire().finish();
        HeardOut heard = talk.wire().hearOut();
        Optional<String> good = heard.lines().stream().filter(obeyed).findFirst();
        if (good.isPresent()) {
            return Verdict.fail("in plaintext came '" + Transcript.printable(good.get()) + "'");
        }
        if (heard.lines().size() > 1) {
            return Verdict.fail("lines sent in plaintext were answered one by one: " + heard.lines());
        }
        if (!heard.lines().isEmpty()) {
            return Verdict.warn("refused, but in plaintext: '"
                    + Transcript.printable(heard.lines().get(0)) + "'");
        }
        String alert = heard.alert().map(told -> "TLS " + told + ", ").orElse("");
        return heard.ended()
                ? Verdict.pass(alert + heard.end().told())
                : Verdict.warn(alert + "nothing in plaintext, but the connection still stands: "
                        + heard.end().told());
    }

    /** Begins the handshake and ends it with an alert; what is wrong with that, if anything is. */
    public Optional<Verdict> abort(T talk, Subject subject) {
        Handshake handshake = talk.wire().handshake(subject.offer().aborting());
        if (handshake instanceof Handshake.Failed failed && failed.failure() == Handshake.Failure.OWN_ALERT) {
            return Optional.empty();
        }
        return Optional.of(
                Verdict.inconclusive("the handshake did not come to the point of being aborted: " + handshake.told()));
    }

    /** Aborts a handshake: a new connection must work all the same. */
    public CheckBody nextConnection() {
        return goneAhead.then(this::next);
    }

    private Verdict next(T talk, Subject subject) {
        Optional<Verdict> obstacle = working.tryAfresh(subject).or(() -> abort(talk, subject));
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        // A server that dies of it takes a moment to: its end of this connection comes first.
        talk.wire().finish();
        talk.wire().hearOut();
        return working.tryAfresh(subject)
                .map(failed -> Verdict.fail("before it a connection was upgraded; after it " + failed.detail()))
                .orElseGet(() -> Verdict.pass("the next connection was upgraded"));
    }
}
