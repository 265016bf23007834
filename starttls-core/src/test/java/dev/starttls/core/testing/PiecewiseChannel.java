package dev.starttls.core.testing;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** A channel that gives pieces of text, one for each read, an octet for a character; and then ends. */
public final class PiecewiseChannel implements ReadableByteChannel {

    /** In place of a piece: there is nothing now, as a non-blocking channel says. */
    public static final String NOTHING = "";

    /** In place of a piece: the time for the read runs out. */
    public static final String TIMEOUT = "timeout";

    private final Deque<String> pieces;

    /** Gives these. */
    public PiecewiseChannel(String... pieces) {
        this.pieces = new ArrayDeque<>(Arrays.asList(pieces));
    }

    /** Text of which the table of a test spells out CR, LF and NUL. */
    public static String spelled(String text) {
        return text.replace("<CR>", "\r").replace("<LF>", "\n").replace("<NUL>", "\0");
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (pieces.isEmpty()) {
            return -1;
        }
        String piece = pieces.remove();
        if (piece.equals(TIMEOUT)) {
            throw new SocketTimeoutException("nothing came in time");
        }
        int count = Math.min(dst.remaining(), piece.length());
        dst.put(piece.substring(0, count).getBytes(StandardCharsets.ISO_8859_1));
        if (count < piece.length()) {
            pieces.addFirst(piece.substring(count));
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        pieces.clear();
    }
}
