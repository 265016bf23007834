package dev.starttls.conformance.connection;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * All that came on a connection, outside TLS, until it ended or the time was over: TLS records and lines, separated.
 *
 * @param lines the lines that came, without their ends; a last line without an end is included
 * @param alert the plaintext TLS alert that came, if one did
 * @param end how it ended; {@link Received.Silence} if it was still open
 */
public record DrainedInput(List<String> lines, Optional<String> alert, Received end) {
    private static final int RECORD_HEADER = 5;

    public DrainedInput {
        lines = List.copyOf(lines);
    }

    /** Whether the connection ended. */
    public boolean ended() {
        return end instanceof Received.Ended;
    }

    static DrainedInput of(byte[] all, Received end) {
        int at = 0;
        Optional<String> alert = Optional.empty();
        while (all.length - at >= RECORD_HEADER && all[at] >= 20 && all[at] <= 24 && all[at + 1] == 3) {
            int length = (all[at + 3] & 0xff) << 8 | (all[at + 4] & 0xff);
            if (all[at] == 21 && length == 2 && at + 6 < all.length) {
                alert = Optional.of("alert " + (all[at + 6] & 0xff) + (all[at + 5] == 2 ? " (fatal)" : " (warning)"));
            }
            at = Math.min(all.length, at + RECORD_HEADER + length);
        }
        String rest = new String(all, at, all.length - at, StandardCharsets.ISO_8859_1);
        return new DrainedInput(rest.isEmpty() ? List.of() : rest.lines().toList(), alert, end);
    }
}
