package dev.starttls.conformance.session;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads lines greedily, as servers do: what lies after a line stays here, for better or worse. */
public final class ScriptedLines {
    private static final int LONGEST = 2048;

    private final ScriptedServer server;
    private InputStream in;
    /** What was read ahead, from a place on. */
    private byte[] held = new byte[0];

    private int taken;
    /** Where in what was read the last filling began. */
    private int filledFrom;

    private boolean segmentBegun;
    private boolean endSplit;

    ScriptedLines(InputStream in, ScriptedServer server) {
        this.in = in;
        this.server = server;
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

    /** Whether the last line was the first of its segment, and not only the rest of one. */
    boolean wasFirst() {
        return segmentBegun;
    }

    /** Whether the LF of the last line began a segment. */
    boolean wasSplit() {
        return endSplit;
    }

    /** The next line; an over-long one comes as {@code "\0"}. */
    public Line read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int last = -1;
        segmentBegun = taken == held.length || taken == 0;
        while (true) {
            int next = next();
            endSplit = taken - 1 == filledFrom;
            if (next == '\n' && last == '\r') {
                byte[] bytes = line.toByteArray();
                return line(Arrays.copyOf(bytes, bytes.length - 1), false);
            }
            if (next == '\n' && takesBareLf()) {
                return line(line.toByteArray(), true);
            }
            line.write(next);
            last = next;
            if (server.is(UpgradeFault.CUTS_LONG_LINES) && line.size() == 512) {
                return line(line.toByteArray(), false);
            }
            if (server.is(UpgradeFault.DIES_OF_LONG_LINE) && line.size() > LONGEST) {
                server.die();
            }
        }
    }

    private boolean takesBareLf() {
        return server.is(UpgradeFault.TAKES_BARE_LF)
                || server.is(UpgradeFault.KEEPS_READ_AHEAD_AFTER_BARE_LF)
                || server.is(UpgradeFault.KEEPS_LINE_ENDED_BY_LF);
    }

    private Line line(byte[] bytes, boolean bareLf) {
        boolean tooLong = bytes.length > LONGEST && !server.is(UpgradeFault.TAKES_ANY_LENGTH);
        return new Line(tooLong ? "\0" : new String(bytes, StandardCharsets.ISO_8859_1), bareLf);
    }

    private int next() throws IOException {
        if (taken == held.length) {
            fill();
        }
        return held[taken++] & 0xff;
    }

    /** Waits for more octets and appends them. */
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
        filledFrom = before.length;
    }
}
