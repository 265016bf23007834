package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Received;
import java.util.List;

/** Checks of how the session inside TLS ends. */
final class EndTopic extends UpgradeTopic {
    EndTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                check("UP-S-22a", "the goodbye inside TLS is answered", Level.MUST, Rule.GOODBYE)
                        .why("Without an answer a client cannot distinguish an orderly end from a lost connection.")
                        .on(profile().protocol())
                        .run(from(stages().inside(), (talk, subject) -> {
                            Response answer = talk.say(words().goodbye());
                            return answer.goodbye()
                                    ? Verdict.pass(answer.told())
                                    : Verdict.fail(words().goodbye() + " was answered with " + answer.told());
                        })),
                check(
                                "UP-S-22b",
                                "after the goodbye the server sends close_notify and closes",
                                Level.SHOULD,
                                Rule.GOODBYE,
                                "Shut TLS down before closing the socket (SSL_shutdown in OpenSSL).")
                        .clause("RFC 8446 section 6.1")
                        .why("Only close_notify distinguishes the end of the session from a truncation by an attacker"
                                + " on the path. It costs one record.")
                        .on(profile().protocol())
                        .run(from(stages().inside(), (talk, subject) -> closeNotify(talk))));
    }

    private Verdict closeNotify(ProtocolSession talk) {
        Response answer = talk.say(words().goodbye());
        if (!answer.goodbye() && !answer.done()) {
            return notDone(words().goodbye(), answer.told());
        }
        Received after = talk.wire().readLine();
        if (after instanceof Received.Ended ended) {
            return ended.ending() == Ending.CLOSE_NOTIFY
                    ? Verdict.pass("close_notify after the answer to " + words().goodbye())
                    : Verdict.warn("no close_notify after the answer to " + words().goodbye() + ": connection "
                            + ended.ending().told());
        }
        return Verdict.warn("after the answer to " + words().goodbye() + ": " + after.told());
    }
}
