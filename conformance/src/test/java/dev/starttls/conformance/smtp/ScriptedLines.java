package dev.starttls.conformance.smtp;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads lines greedily, as servers do: what lies behind a line stays here, for better or worse. */
final class ScriptedLines {
    private static final int LONGEST = 2048;

    private final ScriptedSmtpServer server;
    private InputStream in;
    private byte[] ahead = new byte[0];

    ScriptedLines(ScriptedSmtpServer server, InputStream in) {
        this.server = server;
        this.in = in;
    }

    /** A line, and whether it was ended by LF alone. */
    record Line(String text, boolean bareLf) {}

    /** From now on reads from here; what was read ahead stays. */
    void from(InputStream other) {
        in = other;
    }

    byte[] ahead() {
        return ahead;
    }

    void ahead(byte[] bytes) {
        ahead = bytes;
    }

    /** The next line; an over-long one comes as {@code "\0"}. */
    Line read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int last = -1;
        while (true) {
            int next = next();
            if (next == '\n' && last == '\r') {
                byte[] bytes = line.toByteArray();
                return line(Arrays.copyOf(bytes, bytes.length - 1), false);
            }
            if (next == '\n' && takesBareLf()) {
                return line(line.toByteArray(), true);
            }
            line.write(next);
            last = next;
            if (server.is(Habit.CUTS_LONG_LINES) && line.size() == 512) {
                return line(line.toByteArray(), false);
            }
            if (server.is(Habit.DIES_OF_LONG_LINE) && line.size() > LONGEST) {
                server.die();
            }
        }
    }

    private boolean takesBareLf() {
        return server.is(Habit.TAKES_BARE_LF) || server.is(Habit.KEEPS_READ_AHEAD_BEHIND_BARE_LF);
    }

    private Line line(byte[] bytes, boolean bareLf) {
        boolean tooLong = bytes.length > LONGEST && !server.is(Habit.TAKES_ANY_LENGTH);
        return new Line(tooLong ? "\0" : new String(bytes, StandardCharsets.ISO_8859_1), bareLf);
    }

    private int next() throws IOException {
        if (ahead.length == 0) {
            fill();
        }
        int next = ahead[0] & 0xff;
        ahead = Arrays.copyOfRange(ahead, 1, ahead.length);
        return next;
    }

    /** Waits for more and puts it behind what is here. */
    void fill() throws IOException {
        byte[] chunk = new byte[8192];
        int n = in.read(chunk);
        if (n < 0) {
            throw new EOFException("the client is gone");
        }
        byte[] all = Arrays.copyOf(ahead, ahead.length + n);
        System.arraycopy(chunk, 0, all, ahead.length, n);
        ahead = all;
    }
}
