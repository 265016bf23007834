package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.RecordedApi;
import dev.starttls.core.testing.DocumentedApi;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SmtpApiTest {

    @Test
    void the_public_api_is_the_recorded_one() throws IOException {
        RecordedApi.check("starttls-smtp");
    }

    @Test
    void the_public_api_is_documented() throws IOException {
        assertThat(DocumentedApi.missing(Path.of("src", "main", "java"))).isEmpty();
    }
}
