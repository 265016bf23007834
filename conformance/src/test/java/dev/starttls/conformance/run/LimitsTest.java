package dev.starttls.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.LoginBudget;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sound server that limits its clients, turns them away, dies, or greets late. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class LimitsTest {
    private static final String TOO_MANY = "421 4.7.0 too many connections\r\n";
    private static final RunSettings PATIENT =
            new RunSettings(4, Duration.ofSeconds(60), Duration.ofMinutes(15), Duration.ofMinutes(5), Duration.ZERO);

    private final ManualClock clock = new ManualClock();
    private ConnectionRate rate = ConnectionRate.unlimited();
    private EmbeddedServers.Running sound;
    private Target backend;

    @BeforeEach
    void start() throws IOException {
        sound = new LibraryServers().start();
        backend = sound.targets().stream()
                .filter(target -> target.scheme() == Scheme.SMTP)
                .findFirst()
                .orElseThrow();
    }

    @AfterEach
    void stop() {
        sound.close();
    }

    private Porter porter(Porter.Rule rule) throws IOException {
        return new Porter(backend.port(), rule);
    }

    private static Porter.Rule atMost(int connections) {
        return (number, others) -> others >= connections ? Optional.of(TOO_MANY) : Optional.empty();
    }

    private TargetReport check(Porter porter, Duration answer, String... only) {
        return check(Suite.catalogue(), PATIENT, porter, answer, only);
    }

    private TargetReport check(Catalogue catalogue, RunSettings run, Porter porter, Duration answer, String... only) {
        Selection selection =
                Selection.of(List.of(only), List.of(), Selection.all().levels());
        TargetSettings settings = TargetSettings.standard()
                .withTrust(sound.trust())
                .withAnswer(answer)
                .withQuiet(Duration.ofMillis(50));
        try (Runner runner = new Runner(catalogue, selection, run, RunListener.none(), rate, clock)) {
            Target target = new Target(Scheme.SMTP, "localhost", porter.port());
            return runner.run(target, settings, Suite.dialect(Protocol.SMTP));
        }
    }

    private static void assertNothingBlamed(TargetReport report) {
        assertThat(report.survey().problem()).isEmpty();
        assertThat(report.results())
                .filteredOn(result -> result.verdict().status() == Status.FAIL
                        || result.verdict().status() == Status.WARN
                        || result.verdict().unanswered())
                .extracting(result -> result.check().id() + ": " + result.verdict())
                .isEmpty();
        assertThat(report.count(Status.PASS)).isPositive();
        assertThat(report.outcome()).isEqualTo(Outcome.PASSED);
    }

    private static CheckResult result(TargetReport report, String id) {
        return report.results().stream()
                .filter(result -> result.check().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void waiting_for_the_rate_of_all_connections_is_no_time_of_a_check() throws IOException {
        rate = ConnectionRate.every(Duration.ofSeconds(50), clock::now);
        RunSettings run = new RunSettings(1, Duration.ofSeconds(60), Duration.ofHours(9));
        try (Porter porter = porter(atMost(100)).start()) {
            TargetReport report = check(Suite.catalogue(), run, porter, Duration.ofSeconds(20), "UP-S-0*", "UP-S-19*");
            assertNothingBlamed(report);
            assertThat(clock.now()).isGreaterThan(Duration.ofSeconds(50).toNanos());
        }
    }

    @Test
    void a_limit_of_three_connections_is_no_fault_of_any_check_and_is_reported() throws IOException {
        try (Porter porter = porter(atMost(3)).start()) {
            TargetReport report = check(porter, Duration.ofSeconds(20), "UP-S-0*", "UP-S-19*", "TLS-S-1*");
            assertNothingBlamed(report);
            assertThat(result(report, "TLS-S-15a").verdict().status()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(result(report, "TLS-S-15a").verdict().detail()).contains("too many connections");
            assertThat(report.survey().notes())
                    .singleElement()
                    .asString()
                    .contains("too many connections", "--parallel", "--rate");
        }
    }

    @Test
    void a_server_that_takes_one_connection_at_a_time_is_checked_so() throws IOException {
        try (Porter porter = porter((number, others) -> Optional.empty()).startOneAtATime()) {
            assertNothingBlamed(check(porter, Duration.ofSeconds(3), "UP-S-0*"));
        }
    }

    @Test
    void a_limit_of_five_connections_per_second_slows_the_run_down() throws IOException {
        Deque<Long> times = new ArrayDeque<>();
        try (Porter porter = porter((number, others) -> {
                    times.addLast(clock.now());
                    times.removeIf(
                            at -> clock.now() - at >= Duration.ofSeconds(1).toNanos());
                    return times.size() > 5 ? Optional.of(TOO_MANY) : Optional.empty();
                })
                .start()) {
            TargetReport report = check(porter, Duration.ofSeconds(20), "UP-S-0*", "TLS-S-1*");
            assertNothingBlamed(report);
            assertThat(report.took()).isGreaterThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void a_ban_of_two_seconds_is_waited_for() throws IOException {
        long[] until = {Long.MIN_VALUE};
        try (Porter porter = porter((number, others) -> {
                    if (number % 7 == 0) {
                        until[0] = clock.now() + Duration.ofSeconds(2).toNanos();
                    }
                    return clock.now() < until[0] ? Optional.of("") : Optional.empty();
                })
                .start()) {
            assertNothingBlamed(check(porter, Duration.ofSeconds(20), "UP-S-0*"));
        }
    }

    @Test
    void a_server_that_is_always_busy_is_not_reached_and_its_words_are_reported() throws IOException {
        try (Porter porter = porter((number, others) -> Optional.of(TOO_MANY)).start()) {
            TargetReport report = check(porter, Duration.ofSeconds(20));
            assertThat(report.outcome()).isEqualTo(Outcome.UNREACHABLE);
            assertThat(report.survey().problem().orElseThrow()).contains("421 4.7.0 too many connections");
            assertThat(report.results()).isEmpty();
            assertThat(porter.seen()).isEqualTo(3);
        }
    }

    @Test
    void a_554_is_final_and_ends_the_run_after_one_connection() throws IOException {
        try (Porter porter =
                porter((number, others) -> Optional.of("554 5.7.1 blocked\r\n")).start()) {
            TargetReport report = check(porter, Duration.ofSeconds(20));
            assertThat(report.outcome()).isEqualTo(Outcome.UNREACHABLE);
            assertThat(report.survey().problem().orElseThrow()).contains("554 5.7.1 blocked");
            assertThat(porter.seen()).isEqualTo(1);
        }
    }

    @Test
    void a_server_that_turns_us_away_from_the_twentieth_connection_on_is_no_sound_server() throws IOException {
        try (Porter porter = porter(
                        (number, others) -> number < 20 ? Optional.empty() : Optional.of("554 5.7.1 blocked\r\n"))
                .start()) {
            TargetReport report = check(porter, Duration.ofSeconds(20), "UP-*");
            assertThat(report.count(Status.FAIL)).isZero();
            assertThat(report.outcome()).isEqualTo(Outcome.UNREACHABLE);
            assertThat(report.survey().problem().orElseThrow()).contains("554 5.7.1 blocked", "--parallel 1");
            assertThat(report.unknown().orElseThrow()).matches("not known: [0-9]+ MUST and security checks.*");
        }
    }

    private static Check check(String id, CheckBody body) {
        return Check.of(id, "a check").level(Level.SHOULD).on(Scheme.SMTP).run(body);
    }

    private static Verdict says(CheckContext context, String line) throws IOException {
        Conversation conversation = context.connect();
        conversation.readLine();
        conversation.send(line);
        return Verdict.pass(conversation.readLine().description());
    }

    @Test
    void the_check_that_a_server_died_of_is_named_and_fails_whatever_its_level() throws IOException {
        Catalogue catalogue = Catalogue.of(List.of(() -> List.of(
                check("A-S-01", context -> says(context, "NOOP")),
                check("A-S-02", context -> says(context, Porter.POISON)),
                check("A-S-03", context -> says(context, "NOOP")))));
        RunSettings one = new RunSettings(1, Duration.ofSeconds(60), Duration.ofMinutes(15));
        try (Porter porter = porter((number, others) -> Optional.empty()).start()) {
            TargetReport report = check(catalogue, one, porter, Duration.ofSeconds(20));
            assertThat(result(report, "A-S-01").verdict().status()).isEqualTo(Status.PASS);
            assertThat(result(report, "A-S-02").verdict().status()).isEqualTo(Status.FAIL);
            assertThat(result(report, "A-S-02").verdict().detail()).contains("the server died");
            assertThat(result(report, "A-S-03").verdict().detail()).contains("the server is gone since");
            assertThat(report.survey().problem().orElseThrow()).contains("the server is gone since");
            assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        }
    }

    private TargetReport checkReviving(Check second) throws IOException {
        Catalogue catalogue = Catalogue.of(List.of(() -> List.of(
                check("A-S-01", context -> says(context, "NOOP")),
                second,
                check("A-S-03", context -> says(context, "NOOP")))));
        RunSettings one = new RunSettings(1, Duration.ofSeconds(60), Duration.ofMinutes(15));
        try (Porter porter = porter((number, others) -> Optional.empty()).start()) {
            clock.onPause(time -> {
                // Not in the short pauses that keep the pace.
                if (time.compareTo(Duration.ofSeconds(1)) >= 0) {
                    porter.revive();
                }
            });
            return check(catalogue, one, porter, Duration.ofSeconds(20));
        }
    }

    @Test
    void the_check_that_a_server_dies_of_twice_fails_and_the_others_run_when_it_is_there_again() throws IOException {
        TargetReport report = checkReviving(check("A-S-02", context -> says(context, Porter.POISON)));
        assertThat(result(report, "A-S-02").verdict().status()).isEqualTo(Status.FAIL);
        assertThat(result(report, "A-S-02").verdict().detail()).contains("died again when this check ran alone");
        assertThat(result(report, "A-S-03").verdict().status()).isEqualTo(Status.PASS);
        assertThat(report.survey().problem()).isEmpty();
    }

    @Test
    void a_check_that_a_server_died_of_only_once_is_not_blamed() throws IOException {
        AtomicBoolean again = new AtomicBoolean();
        TargetReport report = checkReviving(
                check("A-S-02", context -> says(context, again.getAndSet(true) ? "NOOP" : Porter.POISON)));
        assertThat(result(report, "A-S-02").verdict().status()).isEqualTo(Status.PASS);
        assertThat(result(report, "A-S-02").verdict().detail()).contains("did not happen when it ran alone");
        assertThat(report.survey().problem()).isEmpty();
    }

    private static Verdict logIn(CheckContext context, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            says(context, "AUTH PLAIN AAAA");
        }
        return Verdict.pass("tried " + times);
    }

    @Test
    void a_check_that_would_try_more_logins_than_a_run_may_is_inconclusive() throws IOException {
        Catalogue catalogue = Catalogue.of(List.of(() -> List.of(
                check("A-S-01", context -> logIn(context, LoginBudget.MAX)),
                check("A-S-02", context -> logIn(context, 1)),
                check("A-S-03", context -> says(context, "NOOP")))));
        RunSettings one = new RunSettings(1, Duration.ofSeconds(60), Duration.ofMinutes(15));
        try (Porter porter = porter((number, others) -> Optional.empty()).start()) {
            TargetReport report = check(catalogue, one, porter, Duration.ofSeconds(20));
            assertThat(result(report, "A-S-01").verdict().status()).isEqualTo(Status.PASS);
            assertThat(result(report, "A-S-02").verdict().status()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(result(report, "A-S-02").verdict().detail()).contains("at most 40 logins", "--only A-S-02");
            assertThat(result(report, "A-S-03").verdict().status()).isEqualTo(Status.PASS);
        }
    }

    @Test
    void a_greeting_later_than_any_answer_is_waited_for() throws IOException {
        CountDownLatch asked = new CountDownLatch(1);
        try (Porter porter = porter((number, others) -> {
                    // The second connection asks for TLS, after the time for an answer; then the first is served.
                    if (number == 2) {
                        asked.countDown();
                    }
                    return Optional.empty();
                })
                .start(asked)) {
            TargetReport report = check(porter, Duration.ofMillis(1500), "UP-S-01");
            assertThat(report.survey().problem()).isEmpty();
            // On the first connection, which stayed open meanwhile.
            assertThat(report.survey().phases())
                    .filteredOn(phase -> phase.name().equals(Survey.GREETING))
                    .singleElement()
                    .satisfies(phase -> assertThat(phase.took()).isGreaterThan(Duration.ofMillis(1500)));
            assertThat(result(report, "UP-S-01").verdict().status()).isEqualTo(Status.PASS);
        }
    }
}
