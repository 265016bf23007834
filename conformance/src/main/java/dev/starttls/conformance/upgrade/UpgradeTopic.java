package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.session.Stages;
import dev.starttls.conformance.session.Vocabulary;

/** A topic of the shared checks, for one protocol. */
abstract class UpgradeTopic implements Topic {
    private final UpgradeProfile profile;

    UpgradeTopic(UpgradeProfile profile) {
        this.profile = profile;
    }

    final UpgradeProfile profile() {
        return profile;
    }

    final Vocabulary words() {
        return profile.words();
    }

    final Stages<? extends ProtocolSession> stages() {
        return profile.stages();
    }

    /** A check on the ports that begin in plaintext, with the protocol's clause. */
    final Check.Draft check(String id, String title, Level level, Rule rule) {
        return check(id, title, level, rule, "");
    }

    /**
     * The same.
     *
     * @param fix the fix for all protocols; what this protocol adds follows it
     */
    final Check.Draft check(String id, String title, Level level, Rule rule, String fix) {
        Reference reference = profile.reference(rule);
        return Check.of(id, title)
                .level(level)
                .clause(reference.clause())
                .fix((fix + " " + reference.fix()).strip())
                .onUpgraded(profile.protocol());
    }

    /** A check that starts at this stage. */
    static CheckBody from(Stage<? extends ProtocolSession> stage, Stage.Rest<ProtocolSession> rest) {
        return stage.then(rest);
    }

    /** The verdict if a command that the check depends on was not answered as it should be. */
    static Verdict notDone(String command, Response answer) {
        return answer.inconclusive(command + " was answered with " + answer.description());
    }
}
