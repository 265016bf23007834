package dev.starttls.smtp.policy;

import java.io.IOException;

/** What was received is no TLS report (RFC 8460 section 4.4), or is larger than is read. The message says what was expected where. */
public final class TlsReportException extends IOException {

    private static final long serialVersionUID = 1L;

    TlsReportException(String message) {
        super(message);
    }

    TlsReportException(String message, Throwable cause) {
        super(message, cause);
    }
}
