package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.session.ProtocolSession;
import java.util.List;

/** The check of how errors leave the server inside TLS. */
final class ErrorTopic extends UpgradeTopic {
    private static final String UNKNOWN = "XUNKNOWN";

    ErrorTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(check(
                        "UP-S-42",
                        "the answer to an unknown command inside TLS comes inside TLS",
                        Level.MUST,
                        Rule.INSIDE,
                        "Write every answer by way of the TLS layer, those to errors too.")
                .why(
                        "An error path that writes to the socket sends plaintext into the middle of TLS: the client's TLS takes"
                                + " it for a broken record and ends the session, and what it says is readable on the path.")
                .on(profile().protocol())
                .run(from(stages().introducedInside(), (session, context) -> answered(session))));
    }

    private Verdict answered(ProtocolSession session) {
        session.wire().send(profile().line("u1", UNKNOWN));
        Received received = session.wire().readLine();
        String detail = UNKNOWN + " was answered with " + received.description();
        if (received instanceof Received.Ended ended) {
            return ended.ending() == ConnectionEnd.NOT_TLS
                    ? Verdict.fail(detail)
                    : Verdict.undecided(UNKNOWN + ": " + received.description());
        }
        return received instanceof Received.Line ? Verdict.pass(detail) : Verdict.inconclusive(detail);
    }
}
