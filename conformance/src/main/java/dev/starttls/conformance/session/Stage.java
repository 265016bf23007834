package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Verdict;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * How far a session has got when a check takes it over. If it cannot get there, the obstacle is the verdict.
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

    /** The part of a check that follows a stage. */
    @FunctionalInterface
    public interface Rest<T> {
        /**
         * Sends what the check sends, and judges the answer.
         *
         * @throws IOException if another connection could not be made; the verdict is inconclusive then
         */
        Verdict judge(T talk, CheckContext subject) throws IOException;
    }

    /** The steps from a new connection to a stage. */
    @FunctionalInterface
    private interface PortKind<T> {
        Optional<Verdict> walk(T talk, CheckContext subject);
    }

    /** A stage one step after the connection. */
    public static <T extends ProtocolSession> Stage<T> first(
            Opening<T> opening, Function<? super T, Optional<Verdict>> step) {
        return new Stage<>(opening, (talk, subject) -> step.apply(talk));
    }

    /** The stage one step further. */
    public Stage<T> and(Function<? super T, Optional<Verdict>> step) {
        return new Stage<>(opening, (talk, subject) -> way.walk(talk, subject).or(() -> step.apply(talk)));
    }

    /** The same stage; with implicit TLS it is reached by the steps of another. */
    public Stage<T> butImplicitly(Stage<T> other) {
        return new Stage<>(
                opening,
                (talk, subject) -> subject.target().scheme().implicitTls()
                        ? other.way.walk(talk, subject)
                        : way.walk(talk, subject));
    }

    /** Takes a connection on which nothing has been sent to this stage; empty on success, otherwise the obstacle. */
    public Optional<Verdict> reach(T talk, CheckContext subject) {
        return way.walk(talk, subject);
    }

    /**
     * The obstacle that keeps a new connection from getting here, which may be that it cannot be made; empty if it gets
     * here.
     */
    public Optional<Verdict> tryAfresh(CheckContext subject) {
        try {
            return reach(opening.open(subject), subject);
        } catch (IOException e) {
            return Optional.of(Verdict.inconclusive("no connection: " + e.getMessage()));
        }
    }

    /** A check that starts at this stage of a new connection. */
    public CheckBody then(Rest<? super T> rest) {
        return subject -> {
            T talk = opening.open(subject);
            Optional<Verdict> obstacle = reach(talk, subject);
            return obstacle.isPresent() ? obstacle.get() : rest.judge(talk, subject);
        };
    }

    /**
     * The same, for what a server may do differently for a client at its own address: some servers, such as Dovecot,
     * treat a connection between equal addresses as secured. A finding on such a connection says nothing about others,
     * so it is inconclusive.
     */
    public CheckBody thenAsStranger(Rest<? super T> rest) {
        return then((talk, subject) -> {
            Verdict verdict = rest.judge(talk, subject);
            boolean finding = verdict.mark() == Mark.FAIL || verdict.mark() == Mark.WARN;
            return finding && talk.wire().betweenEqualAddresses()
                    ? Verdict.inconclusive(verdict.detail()
                            + "; but this connection goes from the server's own address to itself, which servers such"
                            + " as Dovecot treat as secured: run the check from another machine")
                    : verdict;
        });
    }
}
