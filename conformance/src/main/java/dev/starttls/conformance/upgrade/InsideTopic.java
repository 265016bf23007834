package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Exchange;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.Unasked;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.tls.ProvenServer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks of the session inside TLS, and of what must not be carried over into it. */
final class InsideTopic extends UpgradeTopic {
    /** Tag of what is sent before the upgrade command. */
    private static final String EARLY_TAG = "c0";

    private static final String UPGRADE_TAG = "s0";
    /** Refused by every server, so that its answer cannot be taken for a go-ahead. */
    private static final String UNKNOWN = "XEARLY";

    InsideTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(refusedInside(), nothingUnasked(), nothingLate(), refusedAfterLogin());
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
                .run(from(stages().introducedInside(), (talk, subject) -> {
                    Response answer = talk.say(words().upgrade());
                    return answer.endsSession()
                            ? Verdict.warn("the server ends the session: " + answer.told())
                            : refused(talk, answer, words().probe());
                }));
    }

    private static Verdict refused(ProtocolSession talk, Response answer, String next) {
        if (!answer.refusal()) {
            return Verdict.fail("expected a refusal, got " + answer.told());
        }
        Response after = talk.say(next);
        if (!after.done()) {
            return Verdict.fail("refused with " + answer.told() + ", but " + next + " after it: " + after.told());
        }
        return answer.temporary()
                ? Verdict.warn("refused for the moment only: " + answer.told())
                : Verdict.pass(answer.told());
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
                .run(from(stages().inside(), (talk, subject) -> {
                    Unasked unasked = talk.unasked();
                    String told = "these came before the answer to the first command: " + unasked.told();
                    return switch (unasked.kind()) {
                        case NOTHING -> Verdict.pass("the answer to the first command came first: " + unasked.told());
                        case ALLOWED -> Verdict.warn(told);
                        case FORBIDDEN -> Verdict.fail(told);
                        case UNCLEAR ->
                            Verdict.inconclusive("the first commands inside TLS were answered with " + unasked.told());
                    };
                }));
    }

    private Check nothingLate() {
        return check(
                        "UP-S-14",
                        "the answer to a command sent before the upgrade command does not come inside TLS",
                        Level.MUST,
                        Rule.INSIDE,
                        "Flush or discard all output before the handshake begins.")
                .why("A server that keeps output in a buffer may flush it inside TLS, where it looks as if it had been"
                        + " protected.")
                .run(from(stages().offered(), this::late));
    }

    private Verdict late(ProtocolSession talk, CheckContext subject) throws IOException {
        if (!talk.offers().pipelining()) {
            return Verdict.skip("PIPELINING is not offered before TLS");
        }
        // Commands may be pipelined up to the upgrade command; only after it nothing may be sent.
        talk.wire()
                .sendRaw(profile().line(EARLY_TAG, UNKNOWN) + "\r\n" + profile().line(UPGRADE_TAG, words().upgrade())
                        + "\r\n");
        Response first = talk.next();
        // A server that accepts unknown commands sends two answers that look like go-aheads.
        boolean answered = talk.refusedOrTagged(first, EARLY_TAG)
                || (first.goAhead() && talk.wire().overhear(subject.quiet()).startsWith(words().goAhead()));
        Response goAhead = answered ? talk.answerTo(UPGRADE_TAG, words().upgrade()) : first;
        if (goAhead.refusal()) {
            return Verdict.pass("refused after another command: " + goAhead.told());
        }
        if (!goAhead.goAhead()) {
            return Verdict.inconclusive(UNKNOWN + " and " + words().upgrade() + " in one segment were answered with "
                    + (answered ? first.told() + ", " : "") + goAhead.told());
        }
        Handshake handshake = talk.handshake();
        if (!handshake.done()) {
            return answered
                    ? noHandshake(handshake)
                    : new Control(profile())
                            .unlessBroken(
                                    subject,
                                    Verdict.fail(words().upgrade() + " was answered before the preceding command, and"
                                            + " then: " + handshake.told()));
        }
        Exchange exchange = talk.exchange();
        Verdict late = Verdict.fail("the answer to a command sent before TLS came inside it: " + exchange.told());
        if (exchange.foreign()) {
            return late;
        }
        if (exchange.answers().size() > Exchange.EXPECTED) {
            return new Control(profile()).unlessAlways(subject, late);
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
                .run(this::withLogin);
    }

    private Verdict withLogin(CheckContext subject) throws IOException {
        Optional<Login> login = subject.settings().login();
        return login.isEmpty()
                ? Verdict.skip("needs a login: give --user and --password-file")
                : from(stages().clientHelloDue(), (talk, same) -> loggedIn(talk, same, login.get()))
                        .run(subject);
    }

    private Verdict loggedIn(ProtocolSession talk, CheckContext subject, Login login) {
        Handshake handshake = talk.handshake();
        if (!(handshake instanceof Handshake.Done done)) {
            return noHandshake(handshake);
        }
        Optional<Verdict> doubt = ProvenServer.withholds(subject, done);
        if (doubt.isPresent()) {
            return doubt.get();
        }
        Optional<Verdict> obstacle =
                subject.target().scheme().implicitTls() ? talk.greeted() : Optional.<Verdict>empty();
        return obstacle.or(talk::introduced).or(() -> talk.logIn(login)).orElseGet(() -> afterLogin(talk));
    }

    private Verdict afterLogin(ProtocolSession talk) {
        Response answer = talk.say(words().upgrade());
        if (answer.endsSession() || answer.ended()) {
            return Verdict.warn("the server ends the session: " + answer.told());
        }
        Verdict verdict = refused(talk, answer, "NOOP");
        return verdict.mark() == Mark.PASS && !answer.refusesState()
                ? Verdict.warn("refused, but not as a command in the wrong state: " + answer.told())
                : verdict;
    }
}
