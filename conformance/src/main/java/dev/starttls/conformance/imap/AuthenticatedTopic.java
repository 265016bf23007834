package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ImapResponse.Condition;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.ProvenServer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** RFC 9051 section 6.2.1: STARTTLS is for sessions that have not logged in. */
final class AuthenticatedTopic implements Topic {
    private static final Stage<ImapTalk> CLIENT_HELLO_DUE =
            Stages.GONE_AHEAD.butImplicitly(Stage.first(ImapTalk::with, talk -> Optional.empty()));

    @Override
    public List<Check> checks() {
        return List.of(Check.of("IMAP-S-15", "STARTTLS after the log-in is refused and the session goes on")
                .clause("RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("Who has logged in has a state that an upgrade would carry from one side into the other, or lose"
                        + " without a word.")
                .fix("Answer BAD in every state but the not authenticated one.")
                .on(Protocol.IMAP)
                .run(AuthenticatedTopic::withLogin));
    }

    private static Verdict withLogin(Subject subject) throws IOException {
        Optional<Login> login = subject.settings().login();
        return login.isEmpty()
                ? Verdict.skip("needs a login: give --user and --password-file")
                : CLIENT_HELLO_DUE
                        .then((talk, same) -> loggedIn(talk, same, login.get()))
                        .run(subject);
    }

    private static Verdict loggedIn(ImapTalk talk, Subject subject, Login login) {
        Handshake handshake = talk.handshake();
        if (!(handshake instanceof Handshake.Done done)) {
            return Verdict.inconclusive("the TLS handshake failed: " + handshake.told());
        }
        Optional<String> doubt = ProvenServer.doubt(subject, done);
        if (doubt.isPresent()) {
            return Verdict.skip("no password is shown to a server that may be another: " + doubt.get()
                    + " (--trust and --server-name say which it is)");
        }
        Optional<Verdict> obstacle =
                subject.target().scheme().implicitTls() ? talk.greeted() : Optional.<Verdict>empty();
        obstacle = obstacle.or(talk::introduced).or(() -> new LogIn(talk, login).tried());
        return obstacle.isPresent() ? obstacle.get() : upgradeAgain(talk);
    }

    private static Verdict upgradeAgain(ImapTalk talk) {
        Answer answer = talk.say("STARTTLS");
        if (answer.farewell() || answer.ended()) {
            return Verdict.warn("the server ends the session: " + answer.told());
        }
        if (!answer.refusal()) {
            return Verdict.fail("expected BAD, came " + answer.told());
        }
        Answer next = talk.say("NOOP");
        if (!next.ok()) {
            return Verdict.fail("refused with " + answer.told() + ", but NOOP after it: " + next.told());
        }
        return answer.is(Condition.BAD)
                ? Verdict.pass(answer.told())
                : Verdict.warn("refused, but not with BAD and the tag: " + answer.told());
    }
}
