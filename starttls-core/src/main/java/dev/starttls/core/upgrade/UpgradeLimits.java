package dev.starttls.core.upgrade;

import java.time.Duration;
import java.util.Objects;

/**
 * Bounds on what a peer can make this side hold or wait for before the session is ready. A peer that goes over one fails
 * the upgrade with {@link FailureReason#LIMIT_EXCEEDED} or {@link FailureReason#TIMEOUT}.
 *
 * @param lineOctets the longest line, CRLF included, in octets; at least 64. RFC 5321 section 4.5.3.1.5 asks for 512
 * @param linesPerPhase the most lines in one phase; at least 1
 * @param octetsPerPhase the most octets in one phase; at least {@code lineOctets}
 * @param timePerPhase how long a phase may take, whatever trickles in; positive. On a server before TLS: how long the client
 *     may take for its next line
 * @param timePerCommand how long a client may be silent that a server serves, from its first command on: inside TLS, or in
 *     plaintext where the policy allows it; positive. RFC 5321 section 4.5.3.2.7 asks for 5 minutes at least, RFC 1939 section 3 for 10, RFC 9051
 *     section 5.4 for 30
 * @param timeToClose how long the peer's close_notify is awaited after ours; zero not to wait
 */
public record UpgradeLimits(
        int lineOctets,
        int linesPerPhase,
        int octetsPerPhase,
        Duration timePerPhase,
        Duration timePerCommand,
        Duration timeToClose) {

    /** The longest time there is: half of what a clock in nanoseconds can express. Longer ones are taken for this one. */
    public static final Duration MAX_TIME = Duration.ofNanos(Long.MAX_VALUE / 2);

    /** Lines of 8,192 octets, 200 of them and 65,536 octets a phase, 60 seconds a phase, 30 minutes a command, no wait for close_notify. */
    public static final UpgradeLimits DEFAULT =
            new UpgradeLimits(8_192, 200, 65_536, Duration.ofSeconds(60), Duration.ofMinutes(30), Duration.ZERO);

    /**
     * Checks the bounds; a time of more than {@link #MAX_TIME} becomes that.
     *
     * @param lineOctets as described above
     * @param linesPerPhase as described above
     * @param octetsPerPhase as described above
     * @param timePerPhase as described above
     * @param timePerCommand as described above
     * @param timeToClose as described above
     */
    public UpgradeLimits {
        atLeast("lineOctets", lineOctets, 64);
        atLeast("linesPerPhase", linesPerPhase, 1);
        atLeast("octetsPerPhase", octetsPerPhase, lineOctets);
        positive("timePerPhase", timePerPhase);
        positive("timePerCommand", timePerCommand);
        Objects.requireNonNull(timeToClose, "timeToClose: expected zero or more, got null; try Duration.ZERO");
        if (timeToClose.isNegative()) {
            throw new IllegalArgumentException("timeToClose: expected zero or more, got " + timeToClose);
        }
        timePerPhase = bounded(timePerPhase);
        timePerCommand = bounded(timePerCommand);
        timeToClose = bounded(timeToClose);
    }

    /**
     * The same with another time for each phase.
     *
     * @param time positive
     * @return new limits
     */
    public UpgradeLimits withTimePerPhase(Duration time) {
        return new UpgradeLimits(lineOctets, linesPerPhase, octetsPerPhase, time, timePerCommand, timeToClose);
    }

    /**
     * The same with another time for each command of a client that is served.
     *
     * @param time positive
     * @return new limits
     */
    public UpgradeLimits withTimePerCommand(Duration time) {
        return new UpgradeLimits(lineOctets, linesPerPhase, octetsPerPhase, timePerPhase, time, timeToClose);
    }

    /**
     * The same with another wait for the peer's close_notify.
     *
     * @param time zero or more
     * @return new limits
     */
    public UpgradeLimits withTimeToClose(Duration time) {
        return new UpgradeLimits(lineOctets, linesPerPhase, octetsPerPhase, timePerPhase, timePerCommand, time);
    }

    /**
     * The same with another length of a line.
     *
     * @param octets at least 64
     * @return new limits
     */
    public UpgradeLimits withLineOctets(int octets) {
        return new UpgradeLimits(
                octets, linesPerPhase, Math.max(octets, octetsPerPhase), timePerPhase, timePerCommand, timeToClose);
    }

    /**
     * A time that arithmetic in nanoseconds can hold, whatever a user has set.
     *
     * @param time any
     * @return the same, or {@link #MAX_TIME} if it is longer than that
     */
    public static Duration bounded(Duration time) {
        return time.compareTo(MAX_TIME) < 0 ? time : MAX_TIME;
    }

    private static void positive(String name, Duration time) {
        Objects.requireNonNull(time, name + ": expected a positive time, got null; see UpgradeLimits.DEFAULT");
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + ": expected a positive time, got " + time);
        }
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": expected at least " + least + ", got " + value);
        }
    }
}
