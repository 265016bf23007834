package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Status;
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
 * Check.of("SMTP-S-24", "...").run(offered.then((session, context) -> Verdict.pass("...")));
 * }</pre>
 */
public final class Stage<T extends ProtocolSession> {
    private final SessionOpener<T> opening;
    private final Steps<T> steps;

    private Stage(SessionOpener<T> opening, Steps<T> steps) {
        this.opening = opening;
        this.steps = steps;
    }

    /** The part of a check that follows a stage. */
    @FunctionalInterface
    public interface Rest<T> {
        /**
         * Sends what the check sends, and judges the answer.
         *
         * @throws IOException if another connection could not be made; the verdict is inconclusive then
         */
        Verdict judge(T session, CheckContext context) throws IOException;
    }

    /** The steps from a new connection to a stage. */
    @FunctionalInterface
    private interface Steps<T> {
        Optional<Verdict> walk(T session, CheckContext context);
    }

    /** A stage one step after the connection. */
    public static <T extends ProtocolSession> Stage<T> first(
            SessionOpener<T> opening, Function<? super T, Optional<Verdict>> step) {
        return new Stage<>(opening, (session, context) -> step.apply(session));
    }

    /** The stage one step further. */
    public Stage<T> and(Function<? super T, Optional<Verdict>> step) {
        return new Stage<>(
                opening, (session, context) -> steps.walk(session, context).or(() -> step.apply(session)));
    }

    /** The same stage; with implicit TLS it is reached by the steps of another. */
    public Stage<T> butImplicitly(Stage<T> other) {
        return new Stage<>(
                opening,
                (session, context) -> context.target().scheme().implicitTls()
                        ? other.steps.walk(session, context)
                        : steps.walk(session, context));
    }

    /** Takes a connection on which nothing has been sent to this stage; empty on success, otherwise the obstacle. */
    public Optional<Verdict> reach(T session, CheckContext context) {
        return steps.walk(session, context);
    }

    /**
     * The obstacle that keeps a new connection from getting here, which may be that it cannot be made; empty if it gets
     * here.
     */
    public Optional<Verdict> tryAfresh(CheckContext context) {
        try {
            return reach(opening.open(context), context);
        } catch (IOException e) {
            return Optional.of(Verdict.inconclusive("no connection: " + e.getMessage()));
        }
    }

    /** A check that starts at this stage of a new connection. */
    public CheckBody then(Rest<? super T> rest) {
        return context -> {
            T session = opening.open(context);
            Optional<Verdict> obstacle = reach(session, context);
            return obstacle.isPresent() ? obstacle.get() : rest.judge(session, context);
        };
    }

    /**
     * The same, for what a server may do differently for a client at its own address: some servers, such as Dovecot,
     * treat a connection between equal addresses as secured. A finding on such a connection says nothing about others,
     * so it is inconclusive.
     */
    public CheckBody thenAsStranger(Rest<? super T> rest) {
        return then((session, context) -> {
            Verdict verdict = rest.judge(session, context);
            boolean finding = verdict.status() == Status.FAIL || verdict.status() == Status.WARN;
            return finding && session.wire().betweenEqualAddresses()
                    ? Verdict.undecided(verdict.detail())
                            .followedBy(
                                    "; but this connection goes from the server's own address to itself, which servers such"
                                            + " as Dovecot treat as secured: run the check from another machine")
                    : verdict;
        });
    }
}
