package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.ProvenServer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** RFC 2595 section 4: STLS is for the AUTHORIZATION state. */
final class TransactionTopic implements Topic {
    private static final Stage<Pop3Talk> CLIENT_HELLO_DUE =
            Stages.GONE_AHEAD.butImplicitly(Stage.first(Pop3Talk::with, talk -> Optional.empty()));

    @Override
    public List<Check> checks() {
        return List.of(Check.of("POP3-S-14", "STLS after the login is refused and the session goes on")
                .clause("RFC 2595 section 4")
                .level(Level.MUST)
                .why("Who has logged in has a state that an upgrade would carry from one side into the other, or lose"
                        + " without a word.")
                .fix("Answer -ERR in the TRANSACTION state.")
                .on(Protocol.POP3)
                .run(TransactionTopic::withLogin));
    }

    private static Verdict withLogin(Subject subject) throws IOException {
        Optional<Login> login = subject.settings().login();
        return login.isEmpty()
                ? Verdict.skip("needs a login: give --user and --password-file")
                : CLIENT_HELLO_DUE
                        .then((talk, same) -> loggedIn(talk, same, login.get()))
                        .run(subject);
    }

    private static Verdict loggedIn(Pop3Talk talk, Subject subject, Login login) {
        Handshake handshake = talk.handshake();
        if (!(handshake instanceof Handshake.Done done)) {
            return Verdict.inconclusive("the TLS handshake failed: " + handshake.told());
        }
        Optional<String> doubt = ProvenServer.doubt(subject, done);
        if (doubt.isPresent()) {
            return LogIn.notTo(doubt.get());
        }
        Optional<Verdict> obstacle =
                subject.target().scheme().implicitTls() ? talk.greeted() : Optional.<Verdict>empty();
        obstacle = obstacle.or(talk::introduced).or(() -> new LogIn(talk, login).tried());
        return obstacle.isPresent() ? obstacle.get() : upgradeAgain(talk);
    }

    private static Verdict upgradeAgain(Pop3Talk talk) {
        Pop3Reply reply = talk.say("STLS");
        if (reply.ended()) {
            return Verdict.warn("the server ends the session: " + reply.told());
        }
        if (!reply.refusal()) {
            return Verdict.fail("expected -ERR, came " + reply.told());
        }
        Pop3Reply next = talk.say("NOOP");
        return next.good()
                ? Verdict.pass(reply.told())
                : Verdict.fail("refused with " + reply.told() + ", but NOOP after it: " + next.told());
    }
}
