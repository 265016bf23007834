package dev.starttls.conformance.report.html;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.report.Conclusion;
import dev.starttls.conformance.report.Remarks;
import java.util.List;
import java.util.Optional;

/**
 * A check and its result.
 *
 * @param anchor its id on the page
 * @param open whether it is expanded at first
 * @param remarks that it is accepted, and what changed since the baseline
 * @param excuse why a failure does not fail the run
 * @param advice the fix as the catalogue has it
 */
record CheckView(
        String anchor,
        boolean open,
        StatusStyle status,
        String id,
        String title,
        String level,
        String detail,
        List<String> remarks,
        Optional<String> excuse,
        LinkedText clause,
        LinkedText why,
        Remedy fix,
        String advice,
        TranscriptView transcript) {
    CheckView {
        remarks = List.copyOf(remarks);
    }

    static CheckView of(String prefix, CheckResult result) {
        Check check = result.check();
        return new CheckView(
                prefix + "-" + check.id(),
                result.verdict().status() == Status.FAIL,
                StatusStyle.of(result.verdict().status()),
                check.id(),
                check.title(),
                check.level().key(),
                result.verdict().detail(),
                Remarks.of(result),
                result.excuse(),
                LinkedText.of(check.clause()),
                LinkedText.of(check.why()),
                Remedy.of(check.fix()),
                check.fix(),
                TranscriptView.of(result.transcript()));
    }

    /** How to fix it in one sentence; empty if there is no general advice. */
    Optional<String> brief() {
        return Optional.of(Conclusion.brief(advice)).filter(text -> !text.isEmpty());
    }

    /** Whether a fix is needed, and there is advice for it. */
    boolean fixable() {
        return (status.key().equals("fail") || status.key().equals("warn"))
                && !(fix.general().parts().isEmpty() && fix.advice().isEmpty());
    }
}
