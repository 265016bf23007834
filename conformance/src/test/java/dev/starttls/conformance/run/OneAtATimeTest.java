package dev.starttls.conformance.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A sound server that takes one connection at a time: it gets the verdicts that it gets without that limit. */
@Tag("long")
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class OneAtATimeTest {
    private static EmbeddedServers.Running sound;

    @BeforeAll
    static void start() throws IOException {
        sound = new LibraryServers().start();
    }

    @AfterAll
    static void stop() {
        sound.close();
    }

    /** What becomes of the second connection. */
    private enum Second {
        WAITS,
        IS_TOLD
    }

    private static Porter porter(Target backend, Optional<Second> second) throws IOException {
        String busy =
                switch (backend.scheme().protocol()) {
                    case SMTP -> "421 4.7.0 busy\r\n";
                    case IMAP -> "* BYE busy\r\n";
                    case POP3 -> "-ERR busy\r\n";
                };
        Porter.Rule none = (number, others) -> Optional.empty();
        if (second.isEmpty()) {
            return new Porter(backend.port(), none).start();
        }
        return switch (second.get()) {
            case WAITS -> new Porter(backend.port(), none).startOneAtATime();
            case IS_TOLD ->
                new Porter(backend.port(), (number, others) -> others > 0 ? Optional.of(busy) : Optional.empty())
                        .start();
        };
    }

    private static TargetReport check(Scheme scheme, int parallel, Selection selection, Optional<Second> second)
            throws IOException {
        Target backend = sound.targets().stream()
                .filter(target -> target.scheme() == scheme)
                .findFirst()
                .orElseThrow();
        RunSettings run = new RunSettings(parallel, Duration.ofSeconds(60), Duration.ofMinutes(15));
        TargetSettings settings = TargetSettings.standard()
                .withTrust(sound.trust())
                .withLogin(sound.login())
                .withAnswer(Duration.ofSeconds(2))
                .withQuiet(Duration.ofMillis(50));
        try (Porter porter = porter(backend, second);
                Runner runner = new Runner(Suite.catalogue(), selection, run, RunListener.none())) {
            Target target = new Target(scheme, "localhost", porter.port());
            return runner.run(target, settings, Suite.dialect(scheme.protocol()));
        }
    }

    private static Map<String, Status> blamed(TargetReport report) {
        return report.results().stream()
                .filter(result -> result.verdict().status() == Status.FAIL
                        || result.verdict().status() == Status.INCONCLUSIVE)
                .collect(Collectors.toMap(result -> result.check().id(), result -> result.verdict()
                        .status()));
    }

    /** The checks that compare with another connection or need several at a time, and some that do not. */
    private static Selection pairs() {
        return Selection.of(
                List.of("UP-S-17*", "UP-S-5*", "SMTP-S-0*", "SMTP-S-3*", "IMAP-S-3*", "POP3-S-*", "TLS-S-1*"),
                List.of(),
                Selection.all().levels());
    }

    /** A server with one process makes the others wait; one that counts connections tells them. */
    private static List<Arguments> limits() {
        return List.of(
                Arguments.of(Scheme.SMTP, 4, Selection.all(), Second.WAITS),
                Arguments.of(Scheme.IMAP, 1, pairs(), Second.WAITS),
                Arguments.of(Scheme.POP3, 4, pairs(), Second.WAITS),
                Arguments.of(Scheme.IMAP, 4, pairs(), Second.IS_TOLD));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void a_limit_of_one_connection_makes_no_verdict_worse(
            Scheme scheme, int parallel, Selection selection, Second second) throws IOException {
        Map<String, Status> free = blamed(check(scheme, 4, selection, Optional.empty()));
        TargetReport report = check(scheme, parallel, selection, Optional.of(second));
        assertThat(report.survey().notes()).isNotEmpty();
        assertThat(report.results())
                .filteredOn(result -> blamed(report).containsKey(result.check().id())
                        && free.get(result.check().id()) != result.verdict().status())
                .extracting(result -> result.check().id() + ": " + result.verdict())
                .isEmpty();
        assertThat(report.results())
                .filteredOn(result -> result.check().id().equals("TLS-S-15a"))
                .singleElement()
                .extracting(result -> result.verdict().detail())
                .asString()
                .contains("one of a client at a time");
    }
}
