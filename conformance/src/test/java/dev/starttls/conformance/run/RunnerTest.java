package dev.starttls.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RunnerTest {
    private static final RunSettings PATIENT = new RunSettings(4, Duration.ofSeconds(30), Duration.ofSeconds(60));

    private final ManualClock watch = new ManualClock();

    /** Takes connections into its backlog and sends nothing. */
    private ServerSocket silent;

    @BeforeEach
    void listen() throws IOException {
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        silent.close();
    }

    /** A protocol whose survey finds no problem a given number of times, and then the target gone. */
    private static class Easy implements Dialect {
        private final AtomicInteger surveys = new AtomicInteger();
        private final int good;

        Easy(int good) {
            this.good = good;
        }

        @Override
        public Protocol protocol() {
            return Protocol.SMTP;
        }

        @Override
        public Survey survey(CheckContext context) {
            context.transcript().note(1, "good day");
            return surveys.incrementAndGet() <= good
                    ? new Survey.Stopwatch().survey(Optional.empty())
                    : new Survey.Stopwatch().problem("gone");
        }

        @Override
        public Optional<Verdict> talkToGoAhead(Conversation conversation) {
            return Optional.empty();
        }

        @Override
        public String harmlessCommand() {
            return "NOOP\r\n";
        }

        @Override
        public boolean answersHarmlessCommand(String line) {
            return true;
        }

        @Override
        public boolean endsGreeting(String line) {
            return true;
        }
    }

    private static Check check(String id, Level level, CheckBody body) {
        return Check.of(id, "a check").level(level).on(Scheme.SMTP).run(body);
    }

    private TargetReport run(RunSettings settings, Check... checks) {
        return run(settings, new Easy(2), checks);
    }

    private TargetReport run(RunSettings settings, Dialect dialect, Check... checks) {
        Catalogue catalogue = Catalogue.of(List.of(() -> List.of(checks)));
        try (Runner runner = new Runner(
                catalogue, Selection.all(), settings, RunListener.none(), ConnectionRate.unlimited(), watch)) {
            Target target = new Target(Scheme.SMTP, "localhost", silent.getLocalPort());
            TargetSettings patient = TargetSettings.standard().withAnswer(Duration.ofMinutes(5));
            return runner.run(target, patient, dialect);
        }
    }

    @Test
    void a_check_that_runs_out_of_memory_is_inconclusive_and_the_others_are_run() {
        TargetReport report = run(
                PATIENT,
                check("A-S-01", Level.MUST, context -> {
                    throw new OutOfMemoryError("no room");
                }),
                check("A-S-02", Level.MUST, context -> Verdict.pass("fine")));
        assertThat(report.results().get(0).verdict().status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(report.results().get(0).verdict().detail()).contains("internal error of the suite", "no room");
        assertThat(report.results().get(1).verdict().status()).isEqualTo(Status.PASS);
    }

    @Test
    void an_error_outside_of_a_check_fails_the_target_and_keeps_nobody_waiting() {
        Error error = new AssertionError("oops");
        RunListener listener = new FailingListener(error);
        Catalogue catalogue =
                Catalogue.of(List.of(() -> List.of(check("A-S-01", Level.MUST, context -> Verdict.pass("fine")))));
        try (Runner runner =
                new Runner(catalogue, Selection.all(), PATIENT, listener, ConnectionRate.unlimited(), watch)) {
            Target target = new Target(Scheme.SMTP, "localhost", silent.getLocalPort());
            Runner.Running running = runner.begin(target, TargetSettings.standard(), new Easy(2));
            assertThatThrownBy(running::report).hasCause(error);
            assertThat(running.soFar()).isEmpty();
        }
    }

    @Test
    void a_check_that_takes_too_long_is_cut_and_inconclusive_whatever_it_says() {
        TargetReport report = run(PATIENT, check("A-S-01", Level.MUST, context -> {
            Conversation conversation = context.connect();
            watch.pass(PATIENT.each());
            assertThat(conversation.readLine()).isInstanceOf(Received.Ended.class);
            return Verdict.pass("the connection ended");
        }));
        assertThat(report.results()).extracting(CheckResult::verdict).satisfiesExactly(verdict -> {
            assertThat(verdict.status()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(verdict.detail()).contains("not done within 30 s");
        });
    }

    @Test
    void a_check_that_takes_all_of_its_time_but_no_more_is_not_cut() {
        TargetReport report = run(PATIENT, check("A-S-01", Level.MUST, context -> {
            watch.pass(PATIENT.each().minusNanos(1));
            return Verdict.pass("done");
        }));
        assertThat(report.results()).extracting(CheckResult::verdict).containsExactly(Verdict.pass("done"));
    }

    /** A third of the time for the target, 40 s, is more than the 30 s for a check. */
    private static final RunSettings EXTENDED = new RunSettings(1, Duration.ofSeconds(30), Duration.ofSeconds(120));

    @Test
    void a_check_has_its_time_again_after_progress() {
        TargetReport report = run(EXTENDED, check("A-S-01", Level.MUST, context -> {
            watch.pass(Duration.ofSeconds(29));
            context.progressed();
            watch.pass(Duration.ofSeconds(10));
            return Verdict.pass("done");
        }));
        assertThat(report.results()).extracting(CheckResult::verdict).containsExactly(Verdict.pass("done"));
    }

    @Test
    void progress_does_not_extend_a_check_beyond_a_third_of_the_time_for_the_target() {
        TargetReport report = run(EXTENDED, check("A-S-01", Level.MUST, context -> {
            for (int second = 0; second < 40; second++) {
                watch.pass(Duration.ofSeconds(1));
                context.progressed();
            }
            return Verdict.pass("done");
        }));
        assertThat(report.results())
                .extracting(CheckResult::verdict)
                .containsExactly(Verdict.inconclusive("not done within 40 s"));
    }

    @Test
    void after_progress_a_check_is_still_cut_when_nothing_more_comes() {
        TargetReport report = run(EXTENDED, check("A-S-01", Level.MUST, context -> {
            watch.pass(Duration.ofSeconds(5));
            context.progressed();
            watch.pass(Duration.ofSeconds(30));
            return Verdict.pass("done");
        }));
        assertThat(report.results())
                .extracting(CheckResult::verdict)
                .containsExactly(Verdict.inconclusive("not done within 35 s"));
    }

    @Test
    void what_was_said_before_the_checks_is_kept() {
        TargetReport report = run(PATIENT, check("A-S-01", Level.MUST, context -> Verdict.pass("fine")));
        assertThat(report.dialogue()).extracting(Transcript.Entry::text).containsExactly("good day");
    }

    @Test
    void checks_after_the_total_limit_are_not_run() {
        TargetReport report = run(
                new RunSettings(1, Duration.ofSeconds(60), Duration.ofSeconds(50)),
                check("A-S-01", Level.MUST, context -> {
                    watch.pass(Duration.ofSeconds(50).minusNanos(1));
                    return Verdict.pass("ran");
                }),
                check("A-S-02", Level.MUST, context -> {
                    watch.pass(Duration.ofNanos(1));
                    return Verdict.pass("ran");
                }),
                check("A-S-03", Level.MUST, context -> Verdict.pass("ran")));
        assertThat(report.results())
                .extracting(result -> result.verdict().detail())
                .containsExactly("ran", "not done within 0 s", "not run: the time for this target, 50 s, was over");
        assertThat(report.took()).isEqualTo(Duration.ofSeconds(50));
        assertThat(report.survey().problem()).isEmpty();
    }

    @Test
    void a_survey_that_takes_too_long_leaves_the_target_unreachable_and_no_check_is_begun() {
        TargetReport report = run(
                PATIENT,
                new Easy(2) {
                    @Override
                    public Survey survey(CheckContext context) {
                        watch.pass(PATIENT.each());
                        return super.survey(context);
                    }
                },
                check("A-S-01", Level.MUST, context -> Verdict.pass("ran")));
        assertThat(report.outcome()).isEqualTo(Outcome.UNREACHABLE);
        assertThat(report.survey().problem())
                .hasValueSatisfying(problem -> assertThat(problem).isEqualTo("it took longer than 30 s"));
        assertThat(report.results()).isEmpty();
    }

    @Test
    void a_connection_that_cannot_be_made_is_inconclusive() {
        TargetReport report = run(PATIENT, check("A-S-01", Level.MUST, context -> {
            throw new IOException("refused");
        }));
        assertThat(report.results().get(0).verdict()).isEqualTo(Verdict.inconclusive("no connection: refused"));
    }

    @Test
    void a_target_that_is_gone_after_the_checks_is_reported_as_such() {
        TargetReport report = run(PATIENT, new Easy(1), check("A-S-01", Level.MUST, context -> {
            throw new IOException("refused");
        }));
        assertThat(report.outcome()).isEqualTo(Outcome.UNREACHABLE);
        assertThat(report.survey().problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("gone"));
        assertThat(report.results()).hasSize(1);
    }

    @Test
    void a_must_without_an_answer_does_not_pass_though_the_target_is_there_after_the_checks() {
        TargetReport report = run(PATIENT, check("A-S-01", Level.MUST, context -> Verdict.inconclusive("unseen")));
        assertThat(report.outcome()).isEqualTo(Outcome.UNANSWERED);
        assertThat(report.outcome().status()).isEqualTo(3);
        assertThat(report.unknown()).contains("not known: one MUST or security check had no answer");
        assertThat(report.survey().problem()).isEmpty();
    }

    @Test
    void what_an_answer_leaves_open_and_a_should_without_an_answer_leave_the_outcome_good() {
        TargetReport report = run(
                PATIENT,
                check("A-S-01", Level.SECURITY, context -> Verdict.undecided("would need a login")),
                check("A-S-02", Level.SHOULD, context -> Verdict.inconclusive("unseen")));
        assertThat(report.outcome()).isEqualTo(Outcome.PASSED);
        assertThat(report.unknown()).isEmpty();
    }

    @Test
    void a_failure_is_more_severe_than_a_missing_answer() {
        TargetReport report = run(
                PATIENT,
                check("A-S-01", Level.MUST, context -> Verdict.inconclusive("unseen")),
                check("A-S-02", Level.MUST, context -> Verdict.fail("wrong")));
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void a_fault_of_a_check_is_inconclusive_and_reported() {
        TargetReport report = run(PATIENT, check("A-S-01", Level.MUST, context -> {
            throw new IllegalStateException("oops");
        }));
        assertThat(report.results().get(0).verdict().status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(report.results().get(0).verdict().detail())
                .contains("internal error of the suite")
                .contains("oops");
    }

    @Test
    void what_only_should_be_warns_and_leaves_the_outcome_good() {
        TargetReport report = run(PATIENT, check("A-S-01", Level.SHOULD, context -> Verdict.fail("not so")));
        assertThat(report.results().get(0).verdict()).isEqualTo(Verdict.warn("not so"));
        assertThat(report.outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void a_failed_security_check_fails_the_run() {
        TargetReport report = run(PATIENT, check("A-S-01", Level.SECURITY, context -> Verdict.fail("open")));
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void results_come_in_the_order_of_ids_and_checks_run_side_by_side() {
        CountDownLatch both = new CountDownLatch(2);
        CheckBody meets = context -> {
            both.countDown();
            try {
                return both.await(30, TimeUnit.SECONDS) ? Verdict.pass("met") : Verdict.fail("alone");
            } catch (InterruptedException e) {
                return Verdict.fail("interrupted");
            }
        };
        TargetReport report = run(PATIENT, check("A-S-02", Level.MUST, meets), check("A-S-01", Level.MUST, meets));
        assertThat(report.results().stream().map(result -> result.check().id())).containsExactly("A-S-01", "A-S-02");
        assertThat(report.count(Status.PASS)).isEqualTo(2);
    }
}
