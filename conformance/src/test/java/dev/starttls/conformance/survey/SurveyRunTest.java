package dev.starttls.conformance.survey;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SurveyRunTest {
    private final Error error = new AssertionError("oops");

    /** Where an error can come from. */
    enum Place {
        SOURCE,
        ASKING,
        RESULT,
        SINK
    }

    private static SurveyResult unreached(Target target) {
        return new SurveyResult(
                target,
                Instant.EPOCH,
                Duration.ZERO,
                SurveyStatus.LOCAL_ERROR,
                Optional.empty(),
                Optional.of(SurveyFailure.local(new IllegalStateException("of a test"))));
    }

    @ParameterizedTest
    @EnumSource
    void an_error_ends_the_run_and_keeps_nobody_waiting(Place place) {
        AtomicInteger port = new AtomicInteger();
        Fleet.Source source = () -> {
            if (place == Place.SOURCE) {
                throw error;
            }
            return port.get() == 100
                    ? Optional.empty()
                    : Optional.of(new Target(Scheme.SMTP, "host", port.incrementAndGet()));
        };
        SurveyRun.Asking asking = (target, heard) -> {
            if (place == Place.ASKING) {
                throw error;
            }
            return place == Place.RESULT
                    ? CompletableFuture.failedFuture(error)
                    : CompletableFuture.completedFuture(unreached(target));
        };
        SurveyRun.Sink sink = result -> {
            throw error;
        };
        SurveyPace pace = new SurveyPace(ConnectionRate.unlimited(), Duration.ZERO, System::nanoTime);
        SurveyRun run = new SurveyRun(asking, 10, pace, sink, new SurveyTally());
        assertThatThrownBy(() -> run.run(source)).hasCause(error);
    }
}
