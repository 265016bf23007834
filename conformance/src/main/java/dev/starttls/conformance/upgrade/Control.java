package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Exchange;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.session.Talk;
import java.io.IOException;

/** The control experiment: a finding holds only if a connection without the stimulus does not show it. */
record Control(UpgradeProfile profile) {

    /** For an answer too many inside TLS: the finding, if without the stimulus there is none. */
    Verdict unlessAlways(Subject subject, Verdict finding) throws IOException {
        Stage.Rest<Talk> control = (talk, same) -> {
            talk.wire().note("control: the same without the stimulus");
            Exchange exchange = talk.exchange();
            return exchange.sound()
                    ? finding
                    : Verdict.inconclusive(finding.detail() + "; without the stimulus, too, came " + exchange.told());
        };
        return profile.stages().inside().then(control).run(subject);
    }

    /** For a session that breaks: the finding, if a connection without the stimulus comes farther. */
    Verdict unlessBroken(Subject subject, Verdict finding) {
        return profile.stages()
                .introducedInside()
                .tryAfresh(subject)
                .map(obstacle -> Verdict.inconclusive("without the stimulus, too, " + obstacle.detail()))
                .orElse(finding);
    }
}
