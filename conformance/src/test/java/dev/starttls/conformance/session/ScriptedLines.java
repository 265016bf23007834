package dev.starttls.conformance.session;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/** Reads lines greedily, as servers do: what lies behind a line stays here, for better or worse. */
public final class ScriptedLines {
    private static final int LONGEST = 2048;

    private final Runnable die;
    private final Set<Flaw> flaws;
    private InputStream in;
    /** What was read ahead, from a place on. */
    private byte[] held = new byte[0];

    private int taken;

    ScriptedLines(InputStream in, Runnable die, Set<Flaw> flaws) {
        this.in = in;
        this.die = die;
        this.flaws = Set.copyOf(flaws);
    }

    /** Ways to be wrong about lines. */
    public enum Flaw {
        CUTS_LONG_LINES,
        TAKES_ANY_LENGTH,
        DIES_OF_LONG_LINE,
        TAKES_BARE_LF
    }

    /** A line, and whether it was ended by LF alone. */
    public record Line(String text, boolean bareLf) {}

    /** From now on reads from here; what was read ahead stays. */
    void from(InputStream other) {
        in = other;
    }

    public byte[] ahead() {
        return Arrays.copyOfRange(held, taken, held.length);
    }

    public void ahead(byte[] bytes) {
        held = bytes;
        taken = 0;
    }

    /** The next line; an over-long one comes as {@code "\0"}. */
    public Line read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int last = -1;
        while (true) {
            int next = next();
            if (next == '\n' && last == '\r') {
                byte[] bytes = line.toByteArray();
                return line(Arrays.copyOf(bytes, bytes.length - 1), false);
            }
            if (next == '\n' && flaws.contains(Flaw.TAKES_BARE_LF)) {
                return line(line.toByteArray(), true);
            }
            line.write(next);
            last = next;
            if (flaws.contains(Flaw.CUTS_LONG_LINES) && line.size() == 512) {
                return line(line.toByteArray(), false);
            }
            if (flaws.contains(Flaw.DIES_OF_LONG_LINE) && line.size() > LONGEST) {
                die.run();
            }
        }
    }

    private Line line(byte[] bytes, boolean bareLf) {
        boolean tooLong = bytes.length > LONGEST && !flaws.contains(Flaw.TAKES_ANY_LENGTH);
        return new Line(tooLong ? "\0" : new String(bytes, StandardCharsets.ISO_8859_1), bareLf);
    }

    private int next() throws IOException {
        if (taken == held.length) {
            fill();
        }
        return held[taken++] & 0xff;
    }

    /** Waits for more and puts it behind what is here. */
    public void fill() throws IOException {
        byte[] chunk = new byte[8192];
        int n = in.read(chunk);
        if (n < 0) {
            throw new EOFException("the client is gone");
        }
        byte[] before = ahead();
        byte[] all = Arrays.copyOf(before, before.length + n);
        System.arraycopy(chunk, 0, all, before.length, n);
        ahead(all);
    }
}
