package dev.starttls.benchmarks.latency;

import java.nio.ByteBuffer;

/** How the end of a server's reply is recognised. */
enum ReplyEnd {
    /** The last line has a space after its code (RFC 5321 section 4.2.1). */
    CODE,
    /** The reply is one line. */
    LINE,
    /** The last line begins with the tag of the command, which is "a" and a digit (RFC 9051 section 2.2.2). */
    TAG,
    /** The last line is a full stop (RFC 1939 section 3). */
    FULL_STOP;

    /** Whether the octets before the position end with it. */
    boolean in(ByteBuffer octets) {
        int end = octets.position();
        if (end < 3 || octets.get(end - 1) != '\n') {
            return false;
        }
        int start = end - 1;
        while (start > 0 && octets.get(start - 1) != '\n') {
            start--;
        }
        return switch (this) {
            case CODE -> end - start > 4 && octets.get(start + 3) == ' ';
            case LINE -> true;
            case TAG -> octets.get(start) == 'a' && octets.get(start + 2) == ' ';
            case FULL_STOP -> end - start == 3 && octets.get(start) == '.';
        };
    }
}
