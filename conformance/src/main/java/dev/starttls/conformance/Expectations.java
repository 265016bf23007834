package dev.starttls.conformance;

import dev.starttls.conformance.baseline.Acceptances;
import dev.starttls.conformance.baseline.Baseline;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.SmallFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the user expects of the reports: recommendations to follow, findings that are accepted, and the verdicts of an earlier run. */
record Expectations(List<Profile> profiles, Acceptances acceptances, Optional<Baseline> baseline)
        implements UnaryOperator<TargetReport> {
    private static final String BYTE_ORDER_MARK = "\ufeff";

    Expectations {
        profiles = List.copyOf(profiles);
    }

    /**
     * What the options expect.
     *
     * @param profiles with the rules to judge by; none for clients
     * @param known the checks and rules whose findings can be accepted
     */
    static Expectations of(ExpectationOptions options, List<Profile> profiles, List<Check> known)
            throws UsageException {
        Acceptances acceptances = new Acceptances(known);
        for (String rule : options.accept) {
            add(acceptances, rule, "--accept");
        }
        for (Path file : options.acceptFiles) {
            int number = 0;
            for (String line : lines(file)) {
                number++;
                String rule = line.strip();
                // A reason may contain '#', as in the number of an issue.
                if (!rule.isEmpty() && !rule.startsWith("#")) {
                    add(acceptances, rule, "--accept-file: line " + number + " of " + file);
                }
            }
        }
        Optional<Baseline> before = Optional.empty();
        if (options.baseline.isPresent()) {
            before = Optional.of(read(options.baseline.get()));
        }
        return new Expectations(profiles, acceptances, before);
    }

    private static void add(Acceptances acceptances, String rule, String place) throws UsageException {
        try {
            acceptances.add(rule);
        } catch (IllegalArgumentException e) {
            throw new UsageException(place + ": " + e.getMessage());
        }
    }

    private static List<String> lines(Path file) throws UsageException {
        try {
            String text = SmallFile.text(file);
            return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UsageException("--accept-file: " + e.getMessage());
        }
    }

    private static Baseline read(Path file) throws UsageException {
        try {
            return Baseline.read(file);
        } catch (IOException e) {
            throw new UsageException("--baseline: " + e.getMessage());
        }
    }

    @Override
    public TargetReport apply(TargetReport report) {
        TargetReport judged = report;
        for (Profile profile : report.target() instanceof DomainTarget ? List.<Profile>of() : profiles) {
            judged = profile.judge(judged);
        }
        TargetReport marked = acceptances.accept(judged);
        return baseline.map(before -> before.compare(marked)).orElse(marked);
    }
}
