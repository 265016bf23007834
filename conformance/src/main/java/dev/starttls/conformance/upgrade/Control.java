package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Exchange;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Stage;
import java.io.IOException;

/** The control experiment: a finding holds only if a connection without the stimulus does not show it. */
record Control(UpgradeProfile profile) {

    /** For an answer too many inside TLS: the finding, if without the stimulus there is none. */
    Verdict unlessAlways(CheckContext subject, Verdict finding) throws IOException {
        Stage.Rest<ProtocolSession> control = (talk, same) -> {
            talk.wire().note("control: the same without the stimulus");
            Exchange exchange = talk.exchange();
            return exchange.sound()
                    ? finding
                    : Verdict.inconclusive(finding.detail() + "; without the stimulus, too, came " + exchange.told());
        };
        return profile.stages().inside().then(control).run(subject);
    }

    /** For a session that breaks: the finding, if a connection without the stimulus comes farther. */
    Verdict unlessBroken(CheckContext subject, Verdict finding) {
        return profile.stages()
                .introducedInside()
                .tryAfresh(subject)
                .map(obstacle -> Verdict.inconclusive("without the stimulus, too, " + obstacle.detail()))
                .orElse(finding);
    }
}
