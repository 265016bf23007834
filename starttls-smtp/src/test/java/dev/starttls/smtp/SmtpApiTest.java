package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.RecordedApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SmtpApiTest {

    @Test
    void the_public_api_is_the_recorded_one() throws IOException {
        String now = RecordedApi.ofThisModule();
        Path written = Files.writeString(Path.of("target", "api.txt"), now);
        assertThat(now.lines())
                .as(
                        "the public API is that of api.txt; where the change is meant: cp starttls-smtp/%s starttls-smtp/api.txt",
                        written)
                .containsExactlyElementsOf(Files.readAllLines(Path.of("api.txt")));
    }
}
