package dev.starttls.conformance.session;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Handshake;
import java.util.function.Predicate;

/**
 * A handshake behind a go-ahead, where more than the command was sent before it, fails.
 *
 * @param inside how far a connection comes on which nothing was injected
 * @param goAhead the go-ahead, as details call it
 * @param obeyed whether plaintext that came behind the go-ahead is the good answer to a command
 */
public record InjectedHandshake<T extends Talk>(Stage<T> inside, String goAhead, Predicate<String> obeyed) {

    /**
     * What that tells.
     *
     * @param segments in how many it was all sent: of several the last may come when the server waits for a ClientHello
     */
    public Verdict judge(Handshake.Failed failed, Subject subject, int segments) {
        return switch (failed.failure()) {
            case NOT_TLS -> plaintext(failed.detail(), subject, segments);
            case PEER_ALERT, PEER_CLOSED -> Verdict.pass("the server ends the connection: " + failed.told());
            case SILENCE, OWN_ALERT -> Verdict.inconclusive("the handshake failed: " + failed.told());
        };
    }

    /** An answer to what was injected, or what this server always says there? */
    private Verdict plaintext(String quoted, Subject subject, int segments) {
        if (segments > 1 && !obeyed.test(quoted.substring(1))) {
            return Verdict.inconclusive("after the " + goAhead + " came in plaintext " + quoted
                    + ", perhaps because a segment came when the ClientHello was due");
        }
        return inside.tryAfresh(subject)
                .map(obstacle -> Verdict.inconclusive("without injection, too, " + obstacle.detail()))
                .orElseGet(() ->
                        Verdict.fail("after the " + goAhead + " the server still answered in plaintext: " + quoted));
    }
}
