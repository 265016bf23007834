package dev.starttls.core.line;

import java.io.IOException;

/** A peer sent octets that are not a CRLF-terminated line within the limit (RFC 5321 section 2.3.8). */
public final class LineException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with a line. */
    public enum Kind {
        /** A CR that is not followed by LF. */
        BARE_CR("a CR that is not followed by LF"),
        /** An LF that does not follow a CR. */
        BARE_LF("an LF that does not follow a CR"),
        /** An octet of value 0. */
        NUL("a NUL octet"),
        /** More octets than the limit without a CRLF. */
        TOO_LONG("a longer line");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private final Kind kind;

    /**
     * Makes one.
     *
     * @param kind what is wrong
     * @param at how many octets of the line came before
     * @param limit the greatest length of a line in octets
     */
    public LineException(Kind kind, int at, int limit) {
        super("Expected a line of at most " + limit + " octets that ends in CRLF, got " + kind.words + " (octet "
                + (at + 1) + " of the line)");
        this.kind = kind;
    }

    /** {@return what is wrong with the line} */
    public Kind kind() {
        return kind;
    }
}
