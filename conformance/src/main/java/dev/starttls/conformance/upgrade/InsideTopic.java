package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.UnsolicitedResponse;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.tls.AuthenticatedServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Checks of the session inside TLS, and of what must not be carried over into it. */
final class InsideTopic extends UpgradeTopic {
    /** Tag of what is sent before the upgrade command. */
    private static final String EARLY_TAG = "c0";

    private static final String UPGRADE_TAG = "s0";
    /** Refused by every server, so that its answer cannot be taken for a go-ahead. */
    private static final String UNKNOWN = "XEARLY";
    /** Accepted or refused, but never answered as the upgrade command is; servers may keep good answers in a buffer. */
    private static final String RESET = "RSET";

    private static final Pattern LINE = Pattern.compile("\n");

    InsideTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                refusedInside(),
                nothingUnasked(),
                nothingLate("UP-S-14", "the answer to a command sent before the upgrade command", UNKNOWN),
                nothingLate("UP-S-32", "the answer to RSET sent before the upgrade command", RESET),
                refusedAfterLogin(),
                notOfferedAfterLogin());
    }

    private Check refusedInside() {
        return check(
                        "UP-S-07",
                        "the upgrade command inside TLS is refused and the session continues",
                        Level.MUST,
                        Rule.INSIDE,
                        "Refuse it and continue.")
                .why("After a go-ahead inside TLS both sides wait for a handshake that neither of them starts.")
                .on(profile().protocol())
                .run(from(stages().introducedInside(), (session, context) -> {
                    Response answer = session.say(words().upgrade());
                    if (answer.endsSession()) {
                        return Verdict.warn("the server ends the session: " + answer.description());
                    }
                    Verdict verdict = refused(session, answer, words().probe());
                    // On a port that is TLS from the start there is no TLS to be started, now or later.
                    boolean never =
                            answer.temporary() && context.target().scheme().implicitTls();
                    return never && verdict.status() == Status.WARN ? Verdict.pass(answer.description()) : verdict;
                }));
    }

    private static Verdict refused(ProtocolSession session, Response answer, String next) {
        if (!answer.refusal()) {
            return Verdict.fail("expected a refusal, got " + answer.description());
        }
        Response after = session.say(next);
        // Some servers know no NOOP.
        boolean goesOn = after.done() || (after.refusal() && session.ask().done());
        if (!goesOn) {
            return Verdict.fail(
                    "refused with " + answer.description() + ", but " + next + " after it: " + after.description());
        }
        return answer.temporary()
                ? Verdict.warn("refused for the moment only: " + answer.description())
                : Verdict.pass(answer.description());
    }

    private Check nothingUnasked() {
        return check(
                        "UP-S-09",
                        "inside TLS the server sends nothing before the first command",
                        Level.MUST,
                        Rule.INSIDE,
                        "After the handshake wait for the client's first command.")
                .why("A greeting or a capability list that the client did not ask for may have been created in"
                        + " plaintext. A client asks again inside TLS, and pairs the wrong answers with its commands if"
                        + " a server greets it twice.")
                .run(from(stages().inside(), (session, context) -> {
                    UnsolicitedResponse unsolicited = session.unsolicited();
                    String detail = "these came before the answer to the first command: " + unsolicited.description();
                    return switch (unsolicited.kind()) {
                        case NOTHING ->
                            Verdict.pass("the answer to the first command came first: " + unsolicited.description());
                        case ALLOWED ->
                            Verdict.pass("what came before the answer to the first command may come at any time: "
                                    + unsolicited.description());
                        case FORBIDDEN -> Verdict.fail(detail);
                        case UNCLEAR ->
                            Verdict.inconclusive(
                                    "the first commands inside TLS were answered with " + unsolicited.description());
                    };
                }));
    }

    private Check nothingLate(String id, String title, String command) {
        return check(
                        id,
                        title + " does not come inside TLS",
                        Level.MUST,
                        Rule.INSIDE,
                        "Flush or discard all output before the handshake begins.")
                .why("A server that keeps output in a buffer may flush it inside TLS, where it looks as if it had been"
                        + " protected.")
                .run(from(
                        stages().offered(),
                        (session, context) -> late(session, context, command, context.quiet(), false)));
    }

    private Verdict late(ProtocolSession session, CheckContext context, String command, Duration silence, boolean again)
            throws IOException {
        if (!session.offers().pipelining()) {
            return Verdict.skip("PIPELINING is not offered before TLS");
        }
        // Commands may be pipelined up to the upgrade command; only after it nothing may be sent.
        session.wire()
                .sendRaw(profile().line(EARLY_TAG, command) + "\r\n" + profile().line(UPGRADE_TAG, words().upgrade())
                        + "\r\n");
        Response first = session.next();
        // A server that accepts unknown commands sends two answers that look like go-aheads.
        boolean answered = session.refusedOrTagged(first, EARLY_TAG)
                || (first.came() && !first.goAhead())
                || (first.goAhead()
                        && session.wire().hears(LINE, silence)
                        && session.wire().overhear(silence).startsWith(words().goAhead()));
        Response goAhead = answered ? session.answerTo(UPGRADE_TAG, words().upgrade()) : first;
        if (goAhead.refusal()) {
            return Verdict.pass("refused after another command: " + goAhead.description());
        }
        if (!goAhead.goAhead()) {
            return goAhead.inconclusive(command + " and " + words().upgrade() + " in one segment were answered with "
                    + (answered ? first.description() + ", " : "") + goAhead.description());
        }
        HandshakeResult handshake = session.handshake();
        if (!answered && !handshake.done() && !again) {
            return from(stages().offered(), (second, same) -> {
                        second.wire().note("again: the go-ahead may have come after the ClientHello was sent");
                        return late(second, same, command, same.patience(), true);
                    })
                    .run(context);
        }
        if (!handshake.done()) {
            return answered
                    ? ProtocolSession.noHandshake(handshake)
                    : new ControlExperiment(profile())
                            .unlessBroken(
                                    context,
                                    Verdict.fail(words().upgrade() + " was answered before the preceding command, and"
                                            + " then: " + handshake.description()));
        }
        CommandExchange exchange = session.exchange();
        Verdict late =
                Verdict.fail("the answer to a command sent before TLS came inside it: " + exchange.description());
        if (exchange.foreign()) {
            return late;
        }
        if (exchange.answers().size() > CommandExchange.EXPECTED) {
            return new ControlExperiment(profile()).unlessAlways(context, late);
        }
        return answered
                ? Verdict.pass("both were answered before TLS, and nothing came late")
                : Verdict.fail("the command before it was answered neither before TLS nor inside it");
    }

    private Check refusedAfterLogin() {
        return check(
                        "UP-S-24",
                        "the upgrade command after the login is refused and the session continues",
                        Level.MUST,
                        Rule.INSIDE,
                        "Refuse it in every state except the one before the login.")
                .why("After a login the session has a state, which an upgrade would carry from plaintext into TLS, or"
                        + " lose without notice.")
                .on(profile().protocol())
                .run(withLogin(this::afterLogin));
    }

    private Check notOfferedAfterLogin() {
        return check(
                        "UP-S-41",
                        "the upgrade command is not offered after the login",
                        Level.MUST,
                        Rule.INSIDE,
                        "Leave it out of the answer to " + words().capabilities() + " in every state inside TLS.")
                .why("A client that uses every offer would start TLS inside TLS and lose the session.")
                .on(profile().protocol())
                .run(withLogin(this::offersAfterLogin));
    }

    private Verdict offersAfterLogin(ProtocolSession session) {
        return session.introduced()
                .orElseGet(() ->
                        session.offers().known() && session.offers().upgrade().isPresent()
                                ? Verdict.fail(words().capabilities() + " after the login offers " + words().upgrade())
                                : Verdict.pass("not offered"));
    }

    private CheckBody withLogin(Function<ProtocolSession, Verdict> rest) {
        return context -> {
            Optional<Login> login = context.settings().login();
            return login.isEmpty()
                    ? Verdict.skip("needs a login: give --user and --password-file")
                    : from(stages().clientHelloDue(), (session, same) -> loggedIn(session, same, login.get(), rest))
                            .run(context);
        };
    }

    private static Verdict loggedIn(
            ProtocolSession session, CheckContext context, Login login, Function<ProtocolSession, Verdict> rest) {
        HandshakeResult handshake = session.handshake();
        if (!(handshake instanceof HandshakeResult.Done done)) {
            return ProtocolSession.noHandshake(handshake);
        }
        Optional<Verdict> doubt = AuthenticatedServer.withholds(context, done);
        if (doubt.isPresent()) {
            return doubt.get();
        }
        Optional<Verdict> obstacle =
                context.target().scheme().implicitTls() ? session.greeted() : Optional.<Verdict>empty();
        return obstacle.or(session::introduced).or(() -> session.logIn(login)).orElseGet(() -> rest.apply(session));
    }

    private Verdict afterLogin(ProtocolSession session) {
        boolean served = session.say("NOOP").done();
        Response answer = session.say(words().upgrade());
        if (answer.endsSession() || answer.ended()) {
            return Verdict.warn("the server ends the session: " + answer.description());
        }
        Verdict verdict = refused(session, answer, "NOOP");
        if (verdict.status() == Status.PASS && served) {
            Response after = session.say("NOOP");
            if (!after.done()) {
                return Verdict.fail("refused with " + answer.description()
                        + ", but NOOP, which was taken before it, was" + " answered with " + after.description());
            }
        }
        return verdict.status() == Status.PASS && !answer.refusesState()
                ? Verdict.warn("refused, but not as a command in the wrong state: " + answer.description())
                : verdict;
    }
}
