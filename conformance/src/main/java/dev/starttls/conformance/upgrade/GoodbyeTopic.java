package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.util.List;

/** Checks of how the session inside TLS ends. */
final class GoodbyeTopic extends UpgradeTopic {
    GoodbyeTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                check(
                                "UP-S-22a",
                                "QUIT or LOGOUT inside TLS is answered",
                                Level.MUST,
                                Rule.GOODBYE,
                                "Send the answer before closing the connection.")
                        .why("Without an answer a client cannot distinguish an orderly end from a lost connection.")
                        .on(profile().protocol())
                        .run(from(stages().inside(), (session, context) -> {
                            Response answer = session.say(words().goodbye());
                            return answer.goodbye()
                                    ? Verdict.pass(answer.description())
                                    : Verdict.fail(words().goodbye() + " was answered with " + answer.description());
                        })),
                check(
                                "UP-S-22b",
                                "after QUIT or LOGOUT the server sends close_notify and closes",
                                Level.SHOULD,
                                Rule.GOODBYE,
                                "Shut TLS down before closing the socket (SSL_shutdown in OpenSSL).")
                        .clause("RFC 8446 section 6.1")
                        .why("Only close_notify distinguishes the end of the session from a truncation by an attacker"
                                + " on the path. It costs one record.")
                        .on(profile().protocol())
                        .run(from(stages().inside(), (session, context) -> closeNotify(session))));
    }

    private Verdict closeNotify(ProtocolSession session) {
        Response answer = session.say(words().goodbye());
        if (!answer.goodbye() && !answer.done()) {
            return notDone(words().goodbye(), answer);
        }
        Received after = session.wire().readLine();
        if (after instanceof Received.Ended ended) {
            return ended.ending() == ConnectionEnd.CLOSE_NOTIFY
                    ? Verdict.pass("close_notify after the answer to " + words().goodbye())
                    : Verdict.warn("no close_notify after the answer to " + words().goodbye() + ": connection "
                            + ended.ending().description());
        }
        return Verdict.warn("after the answer to " + words().goodbye() + ": " + after.description());
    }
}
