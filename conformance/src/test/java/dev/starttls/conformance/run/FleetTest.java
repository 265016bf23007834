package dev.starttls.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.reach.Contact;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FleetTest {
    private static final Contact MADE = new Contact.Made();
    private static final Contact DEAD = new Contact.Failed(FailureReason.CONNECT_FAILED, Phase.CONNECT, "refused");

    private final BlockingQueue<TargetReport> reports = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger read = new AtomicInteger();
    private final Tally tally = new Tally();

    /** Targets on ports 1 to the last, and then no more. */
    private Fleet.Source upTo(int last) {
        return () -> read.get() == last
                ? Optional.empty()
                : Optional.of(new Target(Scheme.SMTP, "host", read.incrementAndGet()));
    }

    private static TargetReport sound(Target target) {
        return new TargetReport(
                target,
                Instant.EPOCH,
                Duration.ZERO,
                new Survey(List.of(), Optional.empty(), Optional.empty()),
                List.of(),
                List.of(),
                Optional.empty());
    }

    private static Fleet.Worker worker(Function<Target, TargetReport> check) {
        return new Fleet.Worker() {
            @Override
            public TargetReport check(Target target) {
                return check.apply(target);
            }

            @Override
            public void close() {}
        };
    }

    private Fleet.Sink wanting(int max) {
        return new Fleet.Sink() {
            @Override
            public synchronized boolean add(TargetReport report) {
                if (reports.size() == max) {
                    return false;
                }
                reports.add(report);
                return reports.size() < max;
            }

            @Override
            public void fault(Throwable fault) {
                faults.add(fault);
            }
        };
    }

    private Fleet fleet(
            FleetSettings settings,
            Function<Target, CompletableFuture<Contact>> reach,
            Function<Target, TargetReport> check) {
        return new Fleet(reach, () -> worker(check), settings, wanting(Integer.MAX_VALUE), tally);
    }

    private static Function<Target, CompletableFuture<Contact>> always(Contact contact) {
        return target -> CompletableFuture.completedFuture(contact);
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void every_target_comes_to_exactly_one_report_whether_it_answers_or_not() {
        fleet(
                        new FleetSettings(3, 7),
                        target -> CompletableFuture.supplyAsync(() -> target.port() % 3 == 0 ? DEAD : MADE),
                        FleetTest::sound)
                .run(upTo(500));
        assertThat(reports.stream().map(report -> ((Target) report.target()).port()))
                .hasSize(500)
                .doesNotHaveDuplicates();
        assertThat(reports).allSatisfy(report -> assertThat(report.outcome())
                .isEqualTo(((Target) report.target()).port() % 3 == 0 ? Outcome.UNREACHABLE : Outcome.PASSED));
        assertThat(tally.underway()).isEqualTo("0 probing, 0 waiting, 0 checking");
    }

    @Test
    void who_does_not_answer_is_reported_while_all_lanes_are_taken() throws InterruptedException {
        CountDownLatch hold = new CountDownLatch(1);
        Fleet fleet = fleet(
                new FleetSettings(1, 5),
                target -> CompletableFuture.completedFuture(target.port() == 1 ? MADE : DEAD),
                target -> {
                    try {
                        hold.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return sound(target);
                });
        Thread running = start(() -> fleet.run(upTo(50)));
        for (int i = 0; i < 49; i++) {
            assertThat(reports.take().survey().problem()).contains("refused");
        }
        hold.countDown();
        assertThat(((Target) reports.take().target()).port()).isEqualTo(1);
        running.join();
    }

    @Test
    void no_more_is_read_than_may_be_asked_at_once() throws InterruptedException {
        BlockingQueue<CompletableFuture<Contact>> probed = new LinkedBlockingQueue<>();
        Fleet fleet = fleet(
                new FleetSettings(1, 5),
                target -> {
                    CompletableFuture<Contact> contact = new CompletableFuture<>();
                    probed.add(contact);
                    return contact;
                },
                FleetTest::sound);
        Thread running = start(() -> fleet.run(upTo(40)));
        for (int done = 0; done < 40; done++) {
            CompletableFuture<Contact> oldest = probed.take();
            // Those that are done, those that are being probed, and the one that was read and waits for a free place.
            assertThat(read.get()).isLessThanOrEqualTo(done + 5 + 1);
            oldest.complete(DEAD);
        }
        running.join();
        assertThat(reports).hasSize(40);
    }

    @Test
    void no_more_is_read_while_enough_wait_for_a_lane() throws InterruptedException {
        Semaphore go = new Semaphore(0);
        BlockingQueue<Target> taken = new LinkedBlockingQueue<>();
        Fleet fleet = fleet(new FleetSettings(1, 1000), always(MADE), target -> {
            taken.add(target);
            go.acquireUninterruptibly();
            return sound(target);
        });
        Thread running = start(() -> fleet.run(upTo(300)));
        for (int done = 0; done < 300; done++) {
            taken.take();
            // In check, waiting, and read without room.
            assertThat(read.get()).isLessThanOrEqualTo(done + 1 + 4 + 1);
            go.release();
        }
        running.join();
        assertThat(reports).hasSize(300);
    }

    @Test
    void thousands_may_be_asked_at_once_when_none_of_them_answers() throws InterruptedException {
        BlockingQueue<CompletableFuture<Contact>> probed = new LinkedBlockingQueue<>();
        Fleet fleet = fleet(
                new FleetSettings(1, 2000),
                target -> {
                    CompletableFuture<Contact> contact = new CompletableFuture<>();
                    probed.add(contact);
                    return contact;
                },
                FleetTest::sound);
        Thread running = start(() -> fleet.run(upTo(6000)));
        // Each that is done makes room for two, until there is room for all that may be.
        for (int done = 0; done < 2000; done++) {
            probed.take().complete(DEAD);
        }
        List<CompletableFuture<Contact>> underway = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            underway.add(probed.take());
        }
        assertThat(read.get()).isLessThanOrEqualTo(2000 + 2000 + 1);
        underway.forEach(contact -> contact.complete(DEAD));
        for (int left = 0; left < 2000; left++) {
            probed.take().complete(DEAD);
        }
        running.join();
        assertThat(reports).hasSize(6000);
    }

    @Test
    void as_many_targets_are_in_check_at_once_as_there_are_lanes() {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger max = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(3);
        fleet(new FleetSettings(3, 50), always(MADE), target -> {
                    max.accumulateAndGet(now.incrementAndGet(), Math::max);
                    full.countDown();
                    try {
                        full.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    now.decrementAndGet();
                    return sound(target);
                })
                .run(upTo(60));
        assertThat(max).hasValue(3);
        assertThat(reports).hasSize(60);
    }

    @Test
    void a_source_that_goes_on_is_not_read_to_its_end_when_nothing_more_is_wanted() {
        new Fleet(always(MADE), () -> worker(FleetTest::sound), new FleetSettings(2, 10), wanting(5), tally)
                .run(() -> Optional.of(new Target(Scheme.SMTP, "host", 25)));
        assertThat(reports).hasSize(5);
    }

    @Test
    void it_ends_when_nothing_more_is_wanted_though_the_source_has_nothing_for_now() {
        BlockingQueue<Optional<Target>> lines = new LinkedBlockingQueue<>();
        lines.add(Optional.of(new Target(Scheme.SMTP, "host", 25)));
        Fleet.Source source = () -> {
            try {
                return lines.take();
            } catch (InterruptedException e) {
                return Optional.empty();
            }
        };
        new Fleet(always(MADE), () -> worker(FleetTest::sound), new FleetSettings(2, 10), wanting(1), tally)
                .run(source);
        assertThat(reports).hasSize(1);
    }

    @Test
    void a_lane_that_breaks_down_on_a_target_reports_it_and_goes_on() {
        fleet(new FleetSettings(1, 10), always(MADE), target -> {
                    if (target.port() == 2) {
                        throw new IllegalStateException("oops");
                    }
                    return sound(target);
                })
                .run(upTo(4));
        assertThat(reports).hasSize(4);
        assertThat(reports.stream().filter(report -> report.survey().problem().isPresent()))
                .singleElement()
                .satisfies(report -> assertThat(report.survey().problem().orElseThrow())
                        .contains("an internal error of the suite")
                        .contains("oops"));
        assertThat(faults).hasSize(1);
    }

    @Test
    void a_lane_that_runs_out_of_memory_on_a_target_reports_it_and_goes_on() {
        fleet(new FleetSettings(1, 10), always(MADE), target -> {
                    if (target.port() == 2) {
                        throw new OutOfMemoryError("no room");
                    }
                    return sound(target);
                })
                .run(upTo(4));
        assertThat(reports).hasSize(4);
        assertThat(faults).singleElement().isInstanceOf(OutOfMemoryError.class);
    }

    /** Where an error can come from that is not of one target. */
    enum Place {
        SOURCE,
        REACH,
        CONTACT,
        WORKER,
        SINK_OF_CHECKED,
        SINK_OF_SILENT
    }

    @ParameterizedTest
    @EnumSource
    void an_error_that_is_not_of_a_target_ends_the_run_and_keeps_nobody_waiting(Place place) {
        Error error = new AssertionError("oops");
        Fleet.Sink sink = new Fleet.Sink() {
            @Override
            public boolean add(TargetReport report) {
                throw error;
            }

            @Override
            public void fault(Throwable fault) {
                faults.add(fault);
            }
        };
        Function<Target, CompletableFuture<Contact>> reach =
                switch (place) {
                    case REACH ->
                        target -> {
                            throw error;
                        };
                    case CONTACT -> target -> CompletableFuture.failedFuture(error);
                    case SINK_OF_SILENT -> always(DEAD);
                    default -> always(MADE);
                };
        Supplier<Fleet.Worker> workers = () -> {
            if (place == Place.WORKER) {
                throw error;
            }
            return worker(FleetTest::sound);
        };
        Fleet.Source source = () -> {
            if (place == Place.SOURCE) {
                throw error;
            }
            return upTo(1000).next();
        };
        Fleet fleet = new Fleet(reach, workers, new FleetSettings(2, 10), sink, tally);
        assertThatThrownBy(() -> fleet.run(source))
                .satisfies(thrown -> assertThat(thrown == error || thrown.getCause() == error)
                        .as(thrown.toString())
                        .isTrue());
        assertThat(faults).isEmpty();
    }

    @Test
    void an_empty_source_is_the_end() {
        fleet(new FleetSettings(4, 10), always(MADE), FleetTest::sound).run(Optional::empty);
        assertThat(reports).isEmpty();
    }
}
