package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.UnknownUser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The check that the upgrade stays done for the rest of the session. */
final class AgainTopic extends UpgradeTopic {
    private static final String MECHANISM = "PLAIN";
    private static final String RESET = "RSET";

    AgainTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(check(
                        "UP-S-40",
                        "inside TLS the upgrade command is neither offered nor accepted later in the session",
                        Level.MUST,
                        Rule.INSIDE,
                        "Let the connection decide whether TLS is active, not a state that a command resets.")
                .why("After another capability command, after RSET or after a failed login, TLS is"
                        + " still active. A server that has forgotten it starts TLS inside TLS, and the session is"
                        + " lost.")
                .on(profile().protocol())
                .early()
                .run(from(stages().introducedInside(), (session, context) -> later(session))));
    }

    /** What may make a server forget that it is inside TLS; empty if it is only the command that asks for what is offered. */
    private record Step(String name, Supplier<Optional<Response>> command) {}

    private Verdict later(ProtocolSession session) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("a second " + words().capabilities(), Optional::empty));
        steps.add(new Step(RESET, () -> Optional.of(session.say(RESET))));
        if (session.offers().mechanisms().contains(MECHANISM)) {
            steps.add(new Step("a failed login", () -> Optional.of(failedLogin(session))));
        }
        List<String> seen = new ArrayList<>();
        for (Step step : steps) {
            Optional<Response> answer = step.command().get();
            Optional<Verdict> verdict =
                    answer.flatMap(came -> ended(step, came)).or(() -> judged(session, step));
            if (verdict.isPresent()) {
                return verdict.get();
            }
            seen.add(step.name());
        }
        return Verdict.pass("neither offered nor accepted after " + String.join(", after ", seen));
    }

    private Optional<Verdict> judged(ProtocolSession session, Step step) {
        Response listed = session.ask();
        Optional<Verdict> ended = ended(step, listed);
        if (ended.isPresent()) {
            return ended;
        }
        if (!listed.done()) {
            return Optional.of(notDone(words().capabilities() + " after " + step.name(), listed));
        }
        if (session.offers().known() && session.offers().upgrade().isPresent()) {
            return Optional.of(Verdict.fail("offered again after " + step.name()));
        }
        Response again = session.say(words().upgrade());
        return ended(step, again)
                .or(() -> again.refusal()
                        ? Optional.empty()
                        : Optional.of(
                                again.came()
                                        ? Verdict.fail(
                                                "accepted again after " + step.name() + ": " + again.description())
                                        : notDone(words().upgrade() + " after " + step.name(), again)));
    }

    /** A session that has ended cannot be upgraded again. */
    private static Optional<Verdict> ended(Step step, Response answer) {
        return answer.ended() || (answer.endsSession() && !answer.goAhead())
                ? Optional.of(
                        Verdict.pass("the server ends the session after " + step.name() + ": " + answer.description()))
                : Optional.empty();
    }

    private Response failedLogin(ProtocolSession session) {
        Response asked = session.say(profile().authenticate(MECHANISM));
        if (!asked.asks()) {
            return asked;
        }
        String message = "\0" + UnknownUser.NAME + "\0" + UnknownUser.PASSWORD;
        session.wire().send(Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.US_ASCII)));
        return session.next();
    }
}
