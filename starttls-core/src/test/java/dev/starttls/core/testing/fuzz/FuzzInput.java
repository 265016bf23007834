package dev.starttls.core.testing.fuzz;

import java.util.Arrays;

/**
 * The octets that a fuzzer generates, read as choices from the front; the rest is the payload. After its end an input reads as
 * zeros, so that every input is valid and a shorter one is simpler.
 */
public final class FuzzInput {

    private final byte[] octets;
    private int position;

    /** Reads from the first octet on. */
    public FuzzInput(byte[] octets) {
        this.octets = octets.clone();
    }

    /** Whether all was read. */
    public boolean ended() {
        return position >= octets.length;
    }

    /** How many octets are left. */
    public int remaining() {
        return octets.length - position;
    }

    /** The next octet, 0 to 255. */
    public int octet() {
        return ended() ? 0 : octets[position++] & 0xff;
    }

    /** The next two octets, 0 to 65,535. */
    public int two() {
        return octet() << 8 | octet();
    }

    /** A choice, 0 to {@code count - 1}. */
    public int choice(int count) {
        return octet() % count;
    }

    /** One of these, by the next octet. */
    @SafeVarargs
    public final <T> T of(T... choices) {
        return choices[choice(choices.length)];
    }

    /** Yes or no. */
    public boolean flag() {
        return (octet() & 1) != 0;
    }

    /** As many of the next octets as there are, at most {@code count}. */
    public byte[] take(int count) {
        int end = Math.min(octets.length, position + Math.max(0, count));
        byte[] taken = Arrays.copyOfRange(octets, Math.min(position, end), end);
        position = end;
        return taken;
    }

    /** Octets whose number comes first, in one octet. */
    public byte[] piece() {
        return take(octet());
    }

    /** All that is left. */
    public byte[] rest() {
        return take(octets.length);
    }
}
