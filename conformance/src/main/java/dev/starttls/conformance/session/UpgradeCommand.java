package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.Transcript;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The command that asks for the upgrade, and what comes of it.
 *
 * @param offered where the command may be said
 * @param goneAhead where a ClientHello is due
 * @param goAhead the go-ahead, as details call it
 */
public record UpgradeCommand<T extends Talk>(Stage<T> offered, Stage<T> goneAhead, String goAhead) {

    /** Between a go-ahead and the ClientHello nothing more may come; and it has to be well formed. */
    public Verdict alone(T talk, Subject subject, Response answer, List<String> flaws) {
        String more = talk.wire().overhear(subject.quiet());
        if (!more.isEmpty()) {
            return Verdict.fail("behind the " + goAhead + " came in plaintext: '" + Transcript.printable(more) + "'");
        }
        return flaws.isEmpty()
                ? Verdict.pass(
                        answer.told() + ", then silence for " + subject.quiet().toMillis() + " ms")
                : Verdict.fail("the " + goAhead + " is not well formed: " + String.join(", ", flaws));
    }

    /** Shakes hands behind the go-ahead and says a command inside TLS, which has to be answered well. */
    public <R extends Response> CheckBody completes(String command, Function<T, R> say, Predicate<R> good) {
        return goneAhead.then((talk, subject) -> {
            Handshake handshake = talk.handshake();
            if (!handshake.done()) {
                return Verdict.fail("the handshake failed: " + handshake.told());
            }
            R answer = say.apply(talk);
            return good.test(answer)
                    ? Verdict.pass(handshake.told())
                    : Verdict.fail(command + " inside TLS was answered with " + answer.told());
        });
    }

    /** Says the command in another spelling, which has to be as good as the usual one. */
    public <R extends Response> CheckBody spelled(Function<T, R> say, Predicate<R> granted) {
        return offered.then((talk, subject) -> {
            R answer = say.apply(talk);
            if (granted.test(answer)) {
                return talk.secured().orElseGet(() -> Verdict.pass(answer.told() + ", and the handshake completes"));
            }
            // Only a server that takes the usual spelling can be blamed for the other.
            return goneAhead
                    .tryAfresh(subject)
                    .orElseGet(() -> Verdict.fail("expected " + goAhead + ", came " + answer.told()));
        });
    }
}
