package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Several attempts at the same rule, each on a connection of its own: the worst verdict is the check's. */
public final class Attempts implements CheckBody {
    /** From the worst on. */
    private static final List<Status> ORDER =
            List.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE, Status.SKIP, Status.PASS);

    private final List<Attempt> attempts;

    private Attempts(List<Attempt> attempts) {
        this.attempts = attempts;
    }

    private record Attempt(String name, CheckBody body) {}

    /** None yet. */
    public static Attempts none() {
        return new Attempts(List.of());
    }

    /**
     * The same and one more, which is made if no attempt before it failed.
     *
     * @param name what is special about it, as the beginning of a detail
     */
    public Attempts and(String name, CheckBody body) {
        List<Attempt> more = new ArrayList<>(attempts);
        more.add(new Attempt(name, body));
        return new Attempts(more);
    }

    @Override
    public Verdict run(CheckContext context) throws IOException {
        Verdict worst = Verdict.skip("nothing was tried");
        for (int i = 0; i < attempts.size() && worst.status() != Status.FAIL; i++) {
            Attempt attempt = attempts.get(i);
            Verdict verdict = attempt.body().run(context);
            if (verdict.status() != Status.INCONCLUSIVE) {
                context.progressed();
            }
            if (i == 0 || ORDER.indexOf(verdict.status()) < ORDER.indexOf(worst.status())) {
                worst = verdict.withDetail(attempt.name() + ": " + verdict.detail());
            }
            if (verdict.status() == Status.SKIP) {
                // What keeps one attempt from being made keeps the others too.
                return verdict;
            }
        }
        return worst;
    }
}
