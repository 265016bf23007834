package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.RecordedApi;
import dev.starttls.core.testing.DocumentedApi;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConformanceApiTest {

    private static final String EXPORTED = "dev.starttls.conformance.junit";

    @Test
    void what_others_program_against_is_the_recorded_api() throws IOException {
        RecordedApi.check("conformance", Set.of(EXPORTED));
    }

    @Test
    void what_others_program_against_is_documented() throws IOException {
        assertThat(DocumentedApi.missing(Path.of("src", "main", "java"), EXPORTED))
                .isEmpty();
    }
}
