package dev.starttls.conformance;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A set of keys that remembers 128 bits of each, so that millions fit into memory. That two keys have the same is less likely than
 * a fault of the machine. Not safe for use by several threads.
 */
final class Fingerprints {
    private static final int FIRST_CAPACITY = 1 << 10;

    private final MessageDigest digest;
    /** Pairs, each at the place that its first half names or at the next one that was free; two zeros are a free place. */
    private long[] table = new long[2 * FIRST_CAPACITY];

    private int size;

    Fingerprints() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** Adds a key; returns whether it was not there. */
    boolean add(byte[] key) {
        byte[] hash = digest.digest(key);
        if (!put(half(hash, 0), half(hash, 8) | 1)) {
            return false;
        }
        if (++size > table.length / 4) {
            grow();
        }
        return true;
    }

    boolean contains(byte[] key) {
        byte[] hash = digest.digest(key);
        int place = place(half(hash, 0), half(hash, 8) | 1);
        return table[place + 1] != 0;
    }

    private static long half(byte[] hash, int from) {
        long half = 0;
        for (int i = from; i < from + 8; i++) {
            half = (half << 8) | (hash[i] & 0xff);
        }
        return half;
    }

    private boolean put(long first, long second) {
        int place = place(first, second);
        boolean free = table[place + 1] == 0;
        table[place] = first;
        table[place + 1] = second;
        return free;
    }

    /** Where it is, or would be. */
    private int place(long first, long second) {
        int mask = table.length - 1;
        int place = (int) (first * 2) & mask;
        while (table[place + 1] != 0 && (table[place] != first || table[place + 1] != second)) {
            place = (place + 2) & mask;
        }
        return place;
    }

    private void grow() {
        long[] old = table;
        table = new long[old.length * 2];
        for (int i = 0; i < old.length; i += 2) {
            if (old[i + 1] != 0) {
                var unused = put(old[i], old[i + 1]);
            }
        }
    }
}
