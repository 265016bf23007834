package dev.starttls.core.upgrade;

import java.time.Duration;
import java.util.Objects;

/**
 * Bounds on what a peer can make this side hold or wait for before the session is ready. A peer that goes over one fails
 * the upgrade with {@link FailureReason#LIMIT_EXCEEDED} or {@link FailureReason#TIMEOUT}.
 *
 * <p>To raise one: {@code limits(UpgradeLimits.DEFAULT.withLinesPerPhase(1_000))} of a client or server, or {@link
 * UpgradeSettings#withLimits}.
 *
 * @param lineOctets the maximum length of a line, CRLF included, in octets; at least 64. RFC 5321 section 4.5.3.1.5 asks for
 *     512
 * @param linesPerPhase the maximum number of lines in one phase; at least 1
 * @param octetsPerPhase the maximum number of octets in one phase; at least {@code lineOctets}
 * @param timePerPhase how long a phase may take, however many octets arrive in it; positive. On a server before TLS: how long
 *     the client may take for its next line
 * @param timePerCommand how long a client that a server serves may be silent, from its first command on: inside TLS, or in
 *     plaintext where the policy allows it; positive. RFC 5321 section 4.5.3.2.7 asks for at least 5 minutes, RFC 1939 section
 *     3 for 10, RFC 9051 section 5.4 for 30
 * @param timeToClose how long the peer's close_notify is awaited after ours; zero not to wait
 */
public record UpgradeLimits(
        int lineOctets,
        int linesPerPhase,
        int octetsPerPhase,
        Duration timePerPhase,
        Duration timePerCommand,
        Duration timeToClose) {

    /** The maximum time, 146 years: half of what a clock in nanoseconds can express. Longer times are replaced by this one. */
    public static final Duration MAX_TIME = Duration.ofNanos(Long.MAX_VALUE / 2);

    /**
     * Lines of 8,192 octets, 200 lines and 65,536 octets in a phase, 60 seconds for a phase, 30 minutes for a command, no wait
     * for close_notify.
     *
     * <p>8,192 octets is what RFC 7162 section 4 asks IMAP servers to accept, the longest of the three protocols' lines but for
     * SMTP's AUTH (12,288, RFC 4954 section 4); a phase has room for eight of them. 200 lines are several times the extensions
     * that are registered for SMTP.
     *
     * <p>60 seconds is for a program that a person waits for. It is less than the 5 minutes that RFC 5321 section 4.5.3.2 asks
     * a client that relays mail to wait for a greeting and for each answer: each connection that waits holds a thread or a
     * place of a loop, and before TLS the peer may be anything. An MTA, for which a slow server is better than none, sets
     * {@code withTimePerPhase(Duration.ofMinutes(5))}.
     */
    public static final UpgradeLimits DEFAULT =
            new UpgradeLimits(8_192, 200, 65_536, Duration.ofSeconds(60), Duration.ofMinutes(30), Duration.ZERO);

    /** Checks the bounds; a time of more than {@link #MAX_TIME} becomes that. */
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
     * The same with another maximum length of a line. Where a phase may have fewer octets than that, it may have as many.
     *
     * @param octets CRLF included; at least 64
     * @throws IllegalArgumentException if it is less than 64
     */
    public UpgradeLimits withLineOctets(int octets) {
        return new UpgradeLimits(
                octets, linesPerPhase, Math.max(octets, octetsPerPhase), timePerPhase, timePerCommand, timeToClose);
    }

    /**
     * The same with another maximum number of lines in one phase.
     *
     * @param lines at least 1
     * @throws IllegalArgumentException if it is less than 1
     */
    public UpgradeLimits withLinesPerPhase(int lines) {
        return new UpgradeLimits(lineOctets, lines, octetsPerPhase, timePerPhase, timePerCommand, timeToClose);
    }

    /**
     * The same with another maximum number of octets in one phase.
     *
     * @param octets at least {@link #lineOctets}
     * @throws IllegalArgumentException if it is less than {@link #lineOctets}
     */
    public UpgradeLimits withOctetsPerPhase(int octets) {
        return new UpgradeLimits(lineOctets, linesPerPhase, octets, timePerPhase, timePerCommand, timeToClose);
    }

    /**
     * The same with another time for each phase.
     *
     * @param time positive
     * @throws IllegalArgumentException if it is not positive
     */
    public UpgradeLimits withTimePerPhase(Duration time) {
        return new UpgradeLimits(lineOctets, linesPerPhase, octetsPerPhase, time, timePerCommand, timeToClose);
    }

    /**
     * The same with another time for each command of a client that is served.
     *
     * @param time positive
     * @throws IllegalArgumentException if it is not positive
     */
    public UpgradeLimits withTimePerCommand(Duration time) {
        return new UpgradeLimits(lineOctets, linesPerPhase, octetsPerPhase, timePerPhase, time, timeToClose);
    }

    /**
     * The same with another wait for the peer's close_notify.
     *
     * @param time zero or more
     * @throws IllegalArgumentException if it is negative
     */
    public UpgradeLimits withTimeToClose(Duration time) {
        return new UpgradeLimits(lineOctets, linesPerPhase, octetsPerPhase, timePerPhase, timePerCommand, time);
    }

    /** A time that is positive and no longer than {@link #MAX_TIME}. */
    static Duration checkedTime(String name, Duration time) {
        positive(name, time);
        return bounded(time);
    }

    private static Duration bounded(Duration time) {
        return time.compareTo(MAX_TIME) < 0 ? time : MAX_TIME;
    }

    private static void positive(String name, Duration time) {
        Objects.requireNonNull(time, name + ": expected a positive time, got null; see UpgradeLimits.DEFAULT");
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + ": expected a positive time, got " + time);
        }
    }

    private static void atLeast(String name, int value, int min) {
        if (value < min) {
            throw new IllegalArgumentException(name + ": expected at least " + min + ", got " + value);
        }
    }
}
