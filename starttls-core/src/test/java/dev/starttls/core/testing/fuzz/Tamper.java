package dev.starttls.core.testing.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;

/** An attacker on one direction of a wire that inserts, drops, changes, repeats or cuts off octets at places of the stream. */
public final class Tamper {

    /** One change: after a gap of unchanged octets, it applies to a number of octets, or inserts these. */
    private static final class Change {

        private final int gap;
        private final int kind;
        private final int count;
        private final byte[] octets;

        /** Of a kind 0 inserts, 1 drops, 2 changes one, 3 repeats, 4 cuts off. */
        Change(int gap, int kind, int count, byte[] octets) {
            this.gap = gap;
            this.kind = kind;
            this.count = count;
            this.octets = octets;
        }
    }

    private static final int KINDS = 5;
    private static final int MAX_REPEATED = 64;

    private final Deque<Change> changes = new ArrayDeque<>();
    private final byte[] last = new byte[MAX_REPEATED];
    private long passed;
    private int sinceChange;
    private int dropping;
    private boolean cutOff;
    private boolean changed;

    /** Reads up to {@code max} changes from the input. */
    public static Tamper read(FuzzInput input, int max) {
        Tamper tamper = new Tamper();
        int count = input.choice(max + 1);
        for (int i = 0; i < count && !input.ended(); i++) {
            int gap = input.two() % 4_096;
            int kind = input.choice(KINDS);
            int octets = input.octet();
            tamper.changes.add(new Change(gap, kind, octets, kind == 0 ? input.take(octets) : input.take(1)));
        }
        return tamper;
    }

    /** Whether the stream differs from what was sent. */
    public boolean changed() {
        return changed;
    }

    /** Whether the rest of the stream is lost. */
    public boolean cutOff() {
        return cutOff;
    }

    /** Applies the changes to the next octets of the stream. */
    public byte[] pass(byte[] octets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte octet : octets) {
            byte now = octet;
            while (!changes.isEmpty() && !cutOff && sinceChange >= changes.peek().gap) {
                now = apply(changes.remove(), now, out);
                sinceChange = 0;
            }
            sinceChange++;
            if (cutOff) {
                changed = true;
            } else if (dropping > 0) {
                dropping--;
                changed = true;
            } else {
                out.write(now);
            }
            last[(int) (passed++ % MAX_REPEATED)] = octet;
        }
        return out.toByteArray();
    }

    private byte apply(Change change, byte octet, ByteArrayOutputStream out) {
        switch (change.kind) {
            case 0 -> {
                out.writeBytes(change.octets);
                changed |= change.octets.length > 0;
            }
            case 1 -> dropping = change.count;
            case 2 -> {
                int mask = change.octets.length == 0 ? 1 : change.octets[0];
                changed |= mask != 0;
                return (byte) (octet ^ mask);
            }
            case 3 -> {
                int count = (int) Math.min(passed, Math.min(change.count, MAX_REPEATED));
                for (long at = passed - count; at < passed; at++) {
                    out.write(last[(int) (at % MAX_REPEATED)]);
                }
                changed |= count > 0;
            }
            default -> cutOff = true;
        }
        return octet;
    }
}
