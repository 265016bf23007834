package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.RecordedApi;
import dev.starttls.core.testing.DocumentedApi;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class Pop3ApiTest {

    @Test
    void the_public_api_is_the_recorded_one() throws IOException {
        RecordedApi.check("starttls-pop3");
    }

    @Test
    void the_public_api_is_documented() throws IOException {
        assertThat(DocumentedApi.missing(Path.of("src", "main", "java"))).isEmpty();
    }
}
