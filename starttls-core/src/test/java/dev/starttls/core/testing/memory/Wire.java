package dev.starttls.core.testing.memory;

import java.util.Arrays;

/** Carries octets between two sides in memory, cut as one likes. */
public final class Wire {

    /** Where a stream is cut. */
    public interface Cut {
        /** How many octets come next: 1 to {@code waiting}. */
        int next(int offset, int waiting);
    }

    public static final Cut WHOLE = (offset, waiting) -> waiting;
    public static final Cut OCTETS = (offset, waiting) -> 1;

    private final Side one;
    private final Side two;
    private final Cut toTwo;
    private final Cut toOne;
    private int offsetToTwo;
    private int offsetToOne;
    private boolean oneEnded;
    private boolean twoEnded;

    private Wire(Side one, Side two, Cut toTwo, Cut toOne) {
        this.one = one;
        this.two = two;
        this.toTwo = toTwo;
        this.toOne = toOne;
    }

    public static Cut at(int split) {
        return (offset, waiting) -> offset < split ? Math.min(waiting, split - offset) : waiting;
    }

    public static Wire between(Side one, Side two) {
        return new Wire(one, two, WHOLE, WHOLE);
    }

    public static Wire cut(Side one, Side two, Cut toTwo, Cut toOne) {
        return new Wire(one, two, toTwo, toOne);
    }

    /** Carries until nothing moves. The end of a side is told to the other. */
    public Wire run() {
        boolean moved = true;
        while (moved) {
            moved = carry(true);
            moved |= carry(false);
            if (!moved && one.over() && !oneEnded) {
                oneEnded = true;
                two.endOfInput();
                moved = true;
            }
            if (!moved && two.over() && !twoEnded) {
                twoEnded = true;
                one.endOfInput();
                moved = true;
            }
        }
        return this;
    }

    private boolean carry(boolean toSecond) {
        byte[] octets = (toSecond ? one : two).take();
        Side to = toSecond ? two : one;
        int from = 0;
        while (from < octets.length) {
            int waiting = octets.length - from;
            int count = toSecond ? toTwo.next(offsetToTwo, waiting) : toOne.next(offsetToOne, waiting);
            to.give(Arrays.copyOfRange(octets, from, from + count));
            from += count;
            if (toSecond) {
                offsetToTwo += count;
            } else {
                offsetToOne += count;
            }
        }
        return octets.length > 0;
    }
}
