package dev.starttls.conformance.reach;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * At most so many connections in a second in all, whichever target they are to and whatever makes them. Safe for use by several
 * threads.
 *
 * <pre>{@code
 * ConnectionRate rate = ConnectionRate.every(Duration.ofMillis(100), System::nanoTime);
 * rate.await();
 * }</pre>
 */
public final class ConnectionRate {
    private final long interval;
    private final LongSupplier clock;
    private long next;

    private ConnectionRate(Duration interval, LongSupplier clock) {
        this.interval = interval.toNanos();
        this.clock = clock;
        this.next = clock.getAsLong();
    }

    /** As many as can be made. */
    public static ConnectionRate unlimited() {
        return every(Duration.ZERO, System::nanoTime);
    }

    /**
     * One in each interval.
     *
     * @param interval zero for as many as can be made
     * @param clock nanoseconds
     */
    public static ConnectionRate every(Duration interval, LongSupplier clock) {
        return new ConnectionRate(interval, clock);
    }

    /** How long it is until a connection may be made; takes no turn. */
    public synchronized Duration untilNext() {
        return interval == 0 ? Duration.ZERO : Duration.ofNanos(Math.max(0, next - clock.getAsLong()));
    }

    /**
     * Takes the next turn.
     *
     * @return how long to wait for it
     */
    public synchronized Duration take() {
        if (interval == 0) {
            return Duration.ZERO;
        }
        long now = clock.getAsLong();
        long wait = Math.max(0, next - now);
        // One that comes late does not make the following ones late.
        next = next + interval - now > 0 ? next + interval : now;
        return Duration.ofNanos(wait);
    }

    /** Takes the next turn and waits for it, unless this thread is interrupted. */
    public void await() {
        try {
            TimeUnit.NANOSECONDS.sleep(take().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
