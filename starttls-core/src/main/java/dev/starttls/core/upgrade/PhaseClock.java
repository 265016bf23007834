package dev.starttls.core.upgrade;

import java.time.Duration;
import java.util.Optional;

/** Keeps the time, the round trips and the counts of each phase, by the time that its driver passes in. */
final class PhaseClock {

    /**
     * A bound that was exceeded.
     *
     * @param bound what was expected, for a message
     * @param hint how to raise it
     */
    record Excess(String bound, String hint) {}

    /**
     * The least that is left of a phase's time where it is shortened, in nanoseconds, one second: what TCP waits before it sends
     * again what was lost (RFC 6298 section 2.1).
     */
    private static final long MIN_SHORTENED = 1_000_000_000;

    /** The method of {@link UpgradeLimits} that sets the time of a phase. */
    static final String TIME_PER_PHASE = "withTimePerPhase";

    private final UpgradeLimits limits;
    private final UpgradeRecord record;
    private long patience;
    /** The method of {@link UpgradeLimits} that raises {@link #patience}. */
    private String patienceSetting = TIME_PER_PHASE;

    /** The time for all phases together; {@link Duration#ZERO} for no limit. */
    private Duration total = Duration.ZERO;
    /** When that is over. */
    private long totalBy;

    private Phase phase;
    private long now;
    private long began;
    private long waitBegan;
    private int roundTrips;
    private int lines;
    private int octets;
    private long taskSince;
    private long answerSince;
    private long answerLimit;
    /** How much was discounted since the last line because what the peer had sent was kept waiting. */
    private long discounted;

    private boolean taskDue;
    private boolean answerDue;
    private boolean awaiting;
    private boolean stopped;
    /** What the last phase took, in nanoseconds. */
    private long tookLast;

    PhaseClock(UpgradeLimits limits, Phase first, UpgradeRecord record) {
        this.limits = limits;
        this.record = record;
        this.phase = first;
        this.patience = limits.timePerPhase().toNanos();
    }

    void begin(long nanos) {
        now = nanos;
        began = nanos;
        waitBegan = nanos;
    }

    /** All phases together have so much time, whatever else is given to the peer. */
    void totalTime(long since, Duration time) {
        total = time;
        totalBy = since + time.toNanos();
    }

    /** The time for all phases together, if it is over. */
    Optional<Duration> totalOver() {
        return limited() && now - totalBy >= 0 ? Optional.of(total) : Optional.empty();
    }

    private boolean limited() {
        return !total.isZero();
    }

    void advanceTo(long nanos) {
        if (taskDue || answerDue) {
            discount(nanos - now);
        }
        now = nanos;
    }

    /** Whether a task must run before the peer can go on: until the next {@link #advanceTo}, the time is not the peer's. */
    void taskDue(boolean due) {
        if (due && !taskDue) {
            taskSince = now;
        }
        taskDue = due;
    }

    /** Code of this side's own is to answer within a time: until it has, the time is not the peer's. */
    void answerDue(Duration limit) {
        answerSince = now;
        answerLimit = limit.toNanos();
        answerDue = true;
    }

    /** It has answered, or is not waited for any more: the peer's time runs on. */
    void answered() {
        answerDue = false;
    }

    /** Whether it is an answer of this side's own code that is waited for. */
    boolean awaitsAnswer() {
        return answerDue;
    }

    /** How long that may take. */
    Duration answerLimit() {
        return Duration.ofNanos(answerLimit);
    }

    /** Does not count this time against the peer: it was not the peer that was waited for. */
    void discount(long nanos) {
        waitBegan += Math.max(0, nanos);
    }

    /**
     * So long what the peer has sent was kept waiting. When that has made up for the whole of its time and there still is no
     * line, nothing more is given: of a peer that sends octet by octet there would always be one that waits.
     */
    void keptWaiting(long nanos) {
        if (nanos > 0 && discounted < patience) {
            discounted += nanos;
            discount(nanos);
        }
    }

    Phase phase() {
        return phase;
    }

    void enter(Phase next) {
        if (next == phase) {
            return;
        }
        finish();
        phase = next;
        began = now;
        patience = limits.timePerPhase().toNanos();
        patienceSetting = TIME_PER_PHASE;
        restart();
    }

    /** The last phase is over; nothing is counted or bounded from here. */
    void stop() {
        if (!stopped) {
            finish();
            stopped = true;
        }
    }

    /** A server serves the client, command by command: for the next it has its own time, and its counts again. */
    void serve() {
        patience = limits.timePerCommand().toNanos();
        patienceSetting = "withTimePerCommand";
        restart();
    }

    /** A server's last lines are to leave: for that the client has no more time than for a phase. */
    void lastLines() {
        patience = Math.min(patience, limits.timePerPhase().toNanos());
        restart();
    }

    /** The peer has half of the time of a phase: the other half is for what is done where it does not answer. */
    void halvePatience() {
        patience = Math.max(1, patience / 2);
    }

    /** The peer has a second, or four times as long as the last phase has taken; no more than half of a phase's time. */
    void shortenPatience() {
        patience = Math.min(patience / 2, Math.max(MIN_SHORTENED, 4 * Math.min(tookLast, patience)));
    }

    /** The peer has the whole time of a phase again, counted from its beginning. */
    void restorePatience() {
        patience = limits.timePerPhase().toNanos();
    }

    private void restart() {
        waitBegan = now;
        discounted = 0;
        lines = 0;
        octets = 0;
    }

    /** The peer is given the whole of its time again, but not its counts. */
    void extend() {
        waitBegan = now;
    }

    void sent() {
        awaiting = true;
    }

    void heard() {
        if (awaiting && !stopped) {
            awaiting = false;
            roundTrips++;
        }
    }

    void count(int moreLines, int moreOctets) {
        lines += moreLines;
        discounted = moreLines > 0 ? 0 : discounted;
        octets += moreOctets;
    }

    /** The bound that was exceeded in the present phase; empty if none was. */
    Optional<Excess> excess() {
        if (lines > limits.linesPerPhase()) {
            return Optional.of(new Excess(
                    "at most " + limits.linesPerPhase() + " lines in one phase, got more",
                    Wording.tooMuch("withLinesPerPhase")));
        }
        if (octets > limits.octetsPerPhase()) {
            return Optional.of(new Excess(
                    "at most " + limits.octetsPerPhase() + " octets in one phase, got more",
                    Wording.tooMuch("withOctetsPerPhase")));
        }
        return Optional.empty();
    }

    /** What came in the present phase, in words. */
    String received() {
        return lines + (lines == 1 ? " line and " : " lines and ") + octets + (octets == 1 ? " octet" : " octets");
    }

    /** When the present wait has lasted too long; in the nanoseconds of the driver's clock. */
    long deadline() {
        long ofWait = answerDue ? answerSince + answerLimit : (taskDue ? taskSince : waitBegan) + patience;
        return limited() && totalBy - ofWait < 0 ? totalBy : ofWait;
    }

    /** Whether it is a task of this side's that is waited for. */
    boolean awaitsTask() {
        return taskDue;
    }

    /** How long the present wait may last. */
    Duration patience() {
        return Duration.ofNanos(patience);
    }

    /** The method of {@link UpgradeLimits} that sets how long the present wait may last. */
    String patienceSetting() {
        return patienceSetting;
    }

    boolean late() {
        return !stopped && now - deadline() >= 0;
    }

    private void finish() {
        tookLast = now - began;
        record.finished(phase, roundTrips, now - began);
        roundTrips = 0;
    }
}
