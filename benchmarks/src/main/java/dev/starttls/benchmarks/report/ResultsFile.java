package dev.starttls.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Results as JSON, one file for each measurement. */
public final class ResultsFile {

    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new Jdk8Module())
            .enable(SerializationFeature.INDENT_OUTPUT, SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private ResultsFile() {}

    /**
     * Writes results.
     *
     * @param file is replaced; its folder is made
     * @param results of any measurement
     */
    public static void write(Path file, Results<?> results) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, JSON.writeValueAsString(results) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads results.
     *
     * @param file that {@link #write} wrote
     * @param row what it has rows of
     * @param <R> the same
     * @return the results; empty if there is no such file
     */
    public static <R> Optional<Results<R>> read(Path file, Class<R> row) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    JSON.readValue(file.toFile(), JSON.getTypeFactory().constructParametricType(Results.class, row)));
        } catch (IOException e) {
            throw new UncheckedIOException("Expected results in " + file.getFileName() + ": " + e.getMessage(), e);
        }
    }
}
