package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoneTargetsTest {
    @TempDir
    Path folder;

    /** As a crash of the system can leave them in a file that was being written. */
    @Test
    void a_line_of_zeros_of_any_length_is_no_result_and_those_after_it_are() throws IOException, UsageException {
        Path results = folder.resolve("results.ndjson");
        try (RandomAccessFile file = new RandomAccessFile(results.toFile(), "rw")) {
            file.seek(20_000_000);
            file.write("\n{\"target\":\"smtp://a:25\"}\n".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(DoneTargets.in(results, false).description().orElseThrow())
                .contains("1 result of an earlier run")
                .contains("1 lines that are no results");
    }
}
