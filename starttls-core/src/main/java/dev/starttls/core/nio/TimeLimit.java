package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeLimits;
import java.time.Duration;
import java.util.Objects;

/** A limit in time as a caller sets it. */
final class TimeLimit {

    private TimeLimit() {}

    /** In nanoseconds; 0 for none. */
    static long nanos(String name, Duration time) {
        Objects.requireNonNull(time, name + ": expected a time, got null; Duration.ZERO is for no limit");
        if (time.isNegative()) {
            throw new IllegalArgumentException(name + ": expected zero or more, got " + time);
        }
        return bounded(time).toNanos();
    }

    /** No longer than a clock in nanoseconds can express. */
    static Duration bounded(Duration time) {
        return time.compareTo(UpgradeLimits.MAX_TIME) < 0 ? time : UpgradeLimits.MAX_TIME;
    }
}
