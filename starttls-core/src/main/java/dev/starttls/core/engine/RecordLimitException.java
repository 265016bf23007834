package dev.starttls.core.engine;

import javax.net.ssl.SSLException;

/**
 * The peer sent more records without application data than any known implementation: session tickets, key updates, empty
 * records or warnings (RFC 8446 sections 4.6, 5.1 and 6). What they cost this side is bounded by ending the session.
 */
public final class RecordLimitException extends SSLException {

    private static final long serialVersionUID = 1L;

    RecordLimitException(String limit) {
        super("Expected " + limit + ", got more: session tickets, key updates, empty records or warnings. The peer is"
                + " hostile or at fault; no known implementation sends as many");
    }
}
