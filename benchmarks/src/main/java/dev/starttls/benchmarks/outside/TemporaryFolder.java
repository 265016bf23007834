package dev.starttls.benchmarks.outside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder that is deleted with its content. */
public final class TemporaryFolder implements AutoCloseable {

    /** How often to try: a program that is ending may still write while its folder is being deleted. */
    private static final int ATTEMPTS = 5;

    private final Path path;

    private TemporaryFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes one, which other users may read and enter.
     *
     * @param prefix of its name
     * @return to be closed
     * @throws IOException if it cannot be made
     */
    public static TemporaryFolder create(String prefix) throws IOException {
        TemporaryFolder folder = new TemporaryFolder(Files.createTempDirectory(prefix));
        if (Files.getFileStore(folder.path).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(folder.path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return folder;
    }

    /**
     * Where it is.
     *
     * @return an absolute path
     */
    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        IOException last = null;
        for (int i = 0; i < ATTEMPTS && Files.exists(path); i++) {
            try {
                delete();
            } catch (IOException e) {
                last = e;
            }
        }
        if (Files.exists(path)) {
            throw new IOException("Expected " + path + " to be deleted, it is still there", last);
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (java.io.UncheckedIOException e) {
            // A file that went while the folder was read.
            throw e.getCause();
        }
    }
}
