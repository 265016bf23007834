package dev.starttls.conformance;

import java.io.IOException;

/** The file of a report cannot be created or opened; the message says which and why. */
final class UnwritableReportException extends IOException {
    private static final long serialVersionUID = 1L;

    UnwritableReportException(IOException reason) {
        super("cannot write the report: " + reason.getMessage(), reason);
    }
}
