package dev.starttls.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file for the textfile collector of Prometheus's node exporter, which must never see half of it. */
final class MetricsFile {
    private final Path file;
    private final Path next;

    MetricsFile(Path file) {
        this.file = file;
        this.next = file.resolveSibling(file.getFileName() + ".next");
    }

    /**
     * Replaces the contents.
     *
     * @throws IOException if the file or its folder cannot be written
     */
    synchronized void write(String text) throws IOException {
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
