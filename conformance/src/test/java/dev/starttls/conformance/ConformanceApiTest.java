package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.DocumentedApi;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConformanceApiTest {

    @Test
    void what_others_program_against_is_documented() throws IOException {
        assertThat(DocumentedApi.missing(Path.of("src", "main", "java"), "dev.starttls.conformance.junit"))
                .isEmpty();
    }
}
