package dev.starttls.conformance;

import dev.starttls.conformance.target.UnwritableFile;
import java.io.IOException;
import java.nio.file.Path;

/** The file of a report cannot be created or opened; the message says which and why. */
final class UnwritableReportException extends IOException {
    private static final long serialVersionUID = 1L;

    UnwritableReportException(Path file, IOException failure) {
        super("cannot write the report " + UnwritableFile.reason(file, failure), failure);
    }
}
