package dev.starttls.smtp;

import dev.starttls.core.RecordedApi;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SmtpApiTest {

    @Test
    void the_public_api_is_the_recorded_one() throws IOException {
        RecordedApi.check("starttls-smtp");
    }
}
