package dev.starttls.pop3;

import dev.starttls.core.line.OctetSink;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Passes on the lines of a multi-line response as octets, up to the line with a dot alone (RFC 1939 section 3), without the dots
 * that were put before dots. Holds at most two octets. Only CRLF ends a line: after a CR or an LF alone, a dot is text.
 */
final class DotDecoder {

    private static final byte[] CR = {'\r'};

    private enum State {
        LINE_BEGIN,
        /** After a dot that begins a line, and is not passed on. */
        DOT,
        /** After that and a CR, which is passed on if no LF follows. */
        DOT_CR,
        TEXT,
        /** After a CR that was passed on. */
        TEXT_CR
    }

    private State state = State.LINE_BEGIN;
    private long passed;

    /** Takes octets up to the end, and none after it. Returns whether the end has come. */
    boolean decode(ByteBuffer source, OctetSink sink) throws IOException {
        int from = source.position();
        while (source.hasRemaining()) {
            byte octet = source.get();
            int at = source.position() - 1;
            switch (state) {
                case LINE_BEGIN -> {
                    if (octet == '.') {
                        pass(source, from, at, sink);
                        from = at + 1;
                        state = State.DOT;
                    } else {
                        state = after(octet);
                    }
                }
                case DOT -> {
                    from = octet == '\r' ? at + 1 : at;
                    state = octet == '\r' ? State.DOT_CR : State.TEXT;
                }
                case DOT_CR -> {
                    if (octet == '\n') {
                        state = State.LINE_BEGIN;
                        return true;
                    }
                    sink.takeFrom(ByteBuffer.wrap(CR), 1);
                    passed++;
                    from = at;
                    state = after(octet);
                }
                case TEXT_CR -> state = octet == '\n' ? State.LINE_BEGIN : after(octet);
                default -> state = after(octet);
            }
        }
        pass(source, from, source.position(), sink);
        return false;
    }

    /** The octets passed on since the last call. */
    long takePassed() {
        long count = passed;
        passed = 0;
        return count;
    }

    private void pass(ByteBuffer source, int from, int to, OctetSink sink) throws IOException {
        int end = source.position();
        source.position(from);
        sink.takeFrom(source, to - from);
        source.position(end);
        passed += to - from;
    }

    private static State after(byte octet) {
        return octet == '\r' ? State.TEXT_CR : State.TEXT;
    }
}
