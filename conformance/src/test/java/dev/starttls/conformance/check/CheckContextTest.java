package dev.starttls.conformance.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.Suite;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A check of two ports of a server: what ends one of its contexts ends the other. */
@Timeout(60)
class CheckContextTest {
    private static final TargetSettings SETTINGS = TargetSettings.standard();
    private static final Dialect DIALECT = Suite.dialect(Protocol.SMTP);
    private static final Target HERE = new Target(Scheme.SMTP, "127.0.0.1", 25);

    @Test
    void the_context_of_another_port_ends_with_that_of_the_check() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                CheckContext here = new CheckContext(HERE, SETTINGS, DIALECT)) {
            Target other = HERE.beside(Scheme.SMTPS, listening.getLocalPort());
            try (CheckContext before = here.beside(other, SETTINGS)) {
                var unusedConnection = before.connect();
                here.abandon();
                try (CheckContext after = here.beside(other, SETTINGS)) {
                    for (CheckContext there : List.of(before, after)) {
                        assertThatThrownBy(there::connect)
                                .isInstanceOf(IOException.class)
                                .hasMessage("the time for this check is over");
                    }
                }
            }
        }
    }

    @Test
    void it_has_the_time_of_the_check() throws Exception {
        try (CheckContext here = new CheckContext(HERE, SETTINGS, DIALECT);
                CheckContext before = here.beside(HERE, SETTINGS)) {
            here.limit(Duration.ZERO);
            try (CheckContext after = here.beside(HERE, SETTINGS)) {
                for (CheckContext there : List.of(before, after)) {
                    assertThatThrownBy(there::connect).hasMessage("the time for this check is over");
                }
            }
        }
    }

    @Test
    void it_keeps_the_pace_and_a_refusal_there_says_nothing_of_the_port_that_is_checked() throws Exception {
        AtomicInteger turns = new AtomicInteger();
        AtomicInteger refusals = new AtomicInteger();
        Pacing counting = new Pacing() {
            private final Pacing none = Pacing.none(Duration.ofSeconds(10));

            @Override
            public void awaitTurn(Consumer<Duration> before) {
                turns.incrementAndGet();
            }

            @Override
            public Duration greeting() {
                return none.greeting();
            }

            @Override
            public void turnedAway() {
                refusals.incrementAndGet();
            }

            @Override
            public Duration farewell() {
                return none.farewell();
            }

            @Override
            public Optional<String> oneAtATime() {
                return none.oneAtATime();
            }
        };
        int closed;
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = listening.getLocalPort();
        }
        try (CheckContext here = new CheckContext(HERE, SETTINGS, DIALECT, counting, new SharedObservations());
                CheckContext there = here.beside(HERE.beside(Scheme.SMTPS, closed), SETTINGS)) {
            assertThatThrownBy(there::connect).isInstanceOf(IOException.class);
            assertThat(turns).hasValue(1);
            assertThat(refusals).hasValue(0);
            assertThat(here.turnedAway()).isEmpty();
        }
    }
}
