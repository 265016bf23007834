package dev.starttls.conformance.run;

import dev.starttls.conformance.check.Pacing;
import dev.starttls.conformance.reach.ConnectionRate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The pace of the connections to one target. It is as fast as the user allows until the target turns connections away;
 * then each time it is slowed down there is twice as long between two connections, up to a maximum. Beside it stands the rate of the
 * connections to all targets.
 */
final class ConnectionPacer implements Pacing {
    /** Ten connections a second; servers that limit the rate allow no fewer to a busy client, most many more. */
    private static final long FIRST_INTERVAL = Duration.ofMillis(100).toNanos();

    /** The 160 connections of a run then take eight of the fifteen minutes. */
    private static final long MAX_INTERVAL = Duration.ofSeconds(3).toNanos();

    /** The processes of servers end sooner when their client has left. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final RunClock clock;
    private final ConnectionRate total;
    private boolean limited;
    private Optional<String> single = Optional.empty();
    private long interval;
    private long next;
    private Duration greeting;

    /**
     * A pace for one target.
     *
     * @param total the rate of the connections to all targets
     * @param interval the least time between two connections
     * @param greeting the longest wait for a greeting, until one was seen
     */
    ConnectionPacer(RunClock clock, ConnectionRate total, Duration interval, Duration greeting) {
        this.clock = clock;
        this.total = total;
        this.interval = interval.toNanos();
        this.greeting = greeting;
        this.next = clock.now();
    }

    @Override
    public void awaitTurn(Consumer<Duration> before) {
        pause(turn(), before);
        pause(total.take(), before);
    }

    private synchronized Duration turn() {
        long now = clock.now();
        long at = Math.max(now, next);
        next = at + interval;
        return Duration.ofNanos(at - now);
    }

    private void pause(Duration wait, Consumer<Duration> before) {
        if (!wait.isZero()) {
            before.accept(wait);
            clock.pause(wait);
        }
    }

    @Override
    public synchronized Duration greeting() {
        return greeting;
    }

    /** From now on waits this long for a greeting. */
    synchronized void expectGreeting(Duration within) {
        greeting = within;
    }

    @Override
    public synchronized void turnedAway() {
        limited = true;
    }

    @Override
    public synchronized Duration farewell() {
        return limited ? FAREWELL : Duration.ZERO;
    }

    @Override
    public synchronized Optional<String> oneAtATime() {
        return single;
    }

    /** From now on there is one connection at a time, because of this. */
    synchronized void oneAtATime(String seen) {
        limited = true;
        single = Optional.of(seen);
    }

    /** Leaves more time between two connections. */
    synchronized void slowDown() {
        interval = Math.max(interval, Math.min(MAX_INTERVAL, Math.max(FIRST_INTERVAL, interval * 2)));
    }
}
