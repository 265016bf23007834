package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Stage;
import java.io.IOException;

/** The control experiment: a finding holds only if a connection without the stimulus does not show it. */
record ControlExperiment(UpgradeProfile profile) {

    /** For an extra answer inside TLS: the finding holds if there is none without the stimulus. */
    Verdict unlessAlways(CheckContext context, Verdict finding) throws IOException {
        Stage.Rest<ProtocolSession> control = (session, same) -> {
            session.wire().note("control: the same without the stimulus");
            CommandExchange exchange = session.exchange();
            return exchange.sound()
                    ? finding
                    : Verdict.undecided(finding.detail())
                            .followedBy("; but without the stimulus the answers were " + exchange.description());
        };
        return profile.stages().inside().then(control).run(context);
    }

    /** For a session that breaks: the finding holds if a connection without the stimulus gets further. */
    Verdict unlessBroken(CheckContext context, Verdict finding) {
        return profile.stages()
                .introducedInside()
                .tryAfresh(context)
                .map(obstacle -> Verdict.undecided("the same happens without the stimulus: " + obstacle.detail()))
                .orElse(finding);
    }
}
