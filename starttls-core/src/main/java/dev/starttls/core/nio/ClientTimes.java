package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeConnection;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How long a client waits, besides the limits of each phase.
 *
 * @param connect for the TCP connection, look-up included
 * @param total for all of it, from the look-up until the session is ready
 * @param read of the session: see {@link StartTlsChannel#readTimeout(Duration)}
 * @param write of the session: see {@link StartTlsChannel#writeTimeout(Duration)}
 */
record ClientTimes(Duration connect, Optional<Duration> total, Duration read, Duration write) {

    /**
     * For a TCP connection: a client repeats its SYN after 1, 3, 7 and 15 s (RFC 6298 section 2.1, RFC 9293 section 3.8.3), and a
     * server that answered none of them is not there.
     */
    static final ClientTimes DEFAULT =
            new ClientTimes(Duration.ofSeconds(30), Optional.empty(), Duration.ZERO, Duration.ZERO);

    /** Bounds all phases of a connection together, if there is a time for that, since the caller began. */
    UpgradeConnection bound(UpgradeConnection connection, long began) {
        total.ifPresent(time -> connection.totalTime(began, time));
        return connection;
    }

    ClientTimes withConnect(Duration time) {
        return new ClientTimes(positive("timeout", time), total, read, write);
    }

    ClientTimes withTotal(Duration time) {
        Objects.requireNonNull(time, "totalTimeout: expected a positive time, got null; unless set, there is none");
        return new ClientTimes(connect, Optional.of(TimeLimit.bounded(positive("totalTimeout", time))), read, write);
    }

    private static Duration positive(String name, Duration time) {
        Objects.requireNonNull(time, name + ": expected a positive time, got null");
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + ": expected a positive time, got " + time);
        }
        return time;
    }

    ClientTimes withRead(Duration time) {
        return new ClientTimes(connect, total, Duration.ofNanos(TimeLimit.nanos("readTimeout", time)), write);
    }

    ClientTimes withWrite(Duration time) {
        return new ClientTimes(connect, total, read, Duration.ofNanos(TimeLimit.nanos("writeTimeout", time)));
    }
}
