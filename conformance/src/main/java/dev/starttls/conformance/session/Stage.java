package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Verdict;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * How far a session is when a check takes it over. Where the way there ends early, that is the verdict.
 *
 * <pre>{@code
 * Stages<SmtpProtocolSession> stages = new Stages<>(SmtpProtocolSession::new);
 * Stage<SmtpProtocolSession> offered = stages.introduced().and(SmtpProtocolSession::offered);
 * Check.of("SMTP-S-24", "...").run(offered.then((talk, subject) -> Verdict.pass("...")));
 * }</pre>
 */
public final class Stage<T extends ProtocolSession> {
    private final Opening<T> opening;
    private final PortKind<T> way;

    private Stage(Opening<T> opening, PortKind<T> way) {
        this.opening = opening;
        this.way = way;
    }

    /** The rest of a check, from a stage on. */
    @FunctionalInterface
    public interface Rest<T> {
        /**
         * Stimulus and judgement.
         *
         * @throws IOException if another connection could not be made; the verdict is inconclusive then
         */
        Verdict judge(T talk, CheckContext subject) throws IOException;
    }

    /** From a fresh connection to a stage. */
    @FunctionalInterface
    private interface PortKind<T> {
        Optional<Verdict> walk(T talk, CheckContext subject);
    }

    /** One step after the connection. */
    public static <T extends ProtocolSession> Stage<T> first(
            Opening<T> opening, Function<? super T, Optional<Verdict>> step) {
        return new Stage<>(opening, (talk, subject) -> step.apply(talk));
    }

    /** One step further. */
    public Stage<T> and(Function<? super T, Optional<Verdict>> step) {
        return new Stage<>(opening, (talk, subject) -> way.walk(talk, subject).or(() -> step.apply(talk)));
    }

    /** The same, but where TLS begins with the first octet it is reached by another way. */
    public Stage<T> butImplicitly(Stage<T> other) {
        return new Stage<>(
                opening,
                (talk, subject) -> subject.target().scheme().implicitTls()
                        ? other.way.walk(talk, subject)
                        : way.walk(talk, subject));
    }

    /** Walks there on a connection on which nothing was said; empty on arrival. */
    public Optional<Verdict> reach(T talk, CheckContext subject) {
        return way.walk(talk, subject);
    }

    /** Whether a fresh connection gets here; why not, if it does not, a connection that cannot be made included. */
    public Optional<Verdict> tryAfresh(CheckContext subject) {
        try {
            return reach(opening.open(subject), subject);
        } catch (IOException e) {
            return Optional.of(Verdict.inconclusive("there was no connection: " + e.getMessage()));
        }
    }

    /** A check that begins at this stage of a fresh connection. */
    public CheckBody then(Rest<? super T> rest) {
        return subject -> {
            T talk = opening.open(subject);
            Optional<Verdict> obstacle = reach(talk, subject);
            return obstacle.isPresent() ? obstacle.get() : rest.judge(talk, subject);
        };
    }

    /**
     * The same, for what a server may do differently for a client of its own house: some, Dovecot for one, call a
     * connection between equal addresses secured. A finding on such a connection tells nothing of others, so it is none.
     */
    public CheckBody thenAsStranger(Rest<? super T> rest) {
        return then((talk, subject) -> {
            Verdict verdict = rest.judge(talk, subject);
            boolean finding = verdict.mark() == Mark.FAIL || verdict.mark() == Mark.WARN;
            return finding && talk.wire().betweenEqualAddresses()
                    ? Verdict.inconclusive(verdict.detail()
                            + "; but this connection goes from the server's own address to itself, which servers such"
                            + " as Dovecot take for secured: look from another machine")
                    : verdict;
        });
    }
}
