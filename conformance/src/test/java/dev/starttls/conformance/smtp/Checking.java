package dev.starttls.conformance.smtp;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Mark;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.Progress;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs the SMTP checks against scripted servers. */
final class Checking {
    private Checking() {}

    private static TargetSettings settings(Duration answer) {
        return new TargetSettings(
                List.of(ScriptedSmtpServer.AUTHORITY.root()),
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                answer,
                Duration.ofMillis(50));
    }

    /** Long, that a slow machine makes no verdict; short where a server is silent for good. */
    private static Duration answer(Collection<Habit> habits) {
        return Duration.ofSeconds(habits.contains(Habit.DROPS_PIPELINED) ? 4 : 20);
    }

    /** All SMTP checks, by the command's own runner. */
    static TargetReport all(Scheme scheme, Collection<Habit> habits) throws IOException {
        Selection smtp =
                Selection.of(List.of("SMTP-*"), List.of(), Selection.all().levels());
        try (ScriptedSmtpServer server = ScriptedSmtpServer.start(scheme, habits);
                Runner runner = new Runner(
                        Suite.catalogue(),
                        smtp,
                        new RunSettings(8, Duration.ofSeconds(30), Duration.ofSeconds(60)),
                        Progress.none())) {
            return runner.run(server.target(), settings(answer(habits)), new SmtpDialect());
        }
    }

    /** One check alone. */
    static Verdict one(String id, Scheme scheme, Habit... habits) throws IOException {
        EnumSet<Habit> set = EnumSet.noneOf(Habit.class);
        set.addAll(List.of(habits));
        try (ScriptedSmtpServer server = ScriptedSmtpServer.start(scheme, set)) {
            return on(server.target(), id);
        }
    }

    static Verdict on(Target target, String id) {
        Check check = Suite.catalogue().find(id).orElseThrow();
        try (Subject subject = new Subject(target, settings(Duration.ofSeconds(20)), new SmtpDialect())) {
            return check.judge(subject);
        }
    }

    /** The checks that came to one of these marks. */
    static Map<String, Mark> marked(TargetReport report, Collection<Mark> marks) {
        Map<String, Mark> found = new TreeMap<>();
        for (CheckResult result : report.results()) {
            if (marks.contains(result.verdict().mark())) {
                found.put(result.check().id(), result.verdict().mark());
            }
        }
        return found;
    }
}
