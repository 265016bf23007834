package dev.starttls.imap;

import java.io.IOException;

/** A line, or several, are not what RFC 9051 section 9 allows. */
public final class ImapSyntaxException extends IOException {

    private static final long serialVersionUID = 1L;

    ImapSyntaxException(String message) {
        super(message);
    }
}
