package dev.starttls.pop3;

import dev.starttls.core.RecordedApi;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class Pop3ApiTest {

    @Test
    void the_public_api_is_the_recorded_one() throws IOException {
        RecordedApi.check("starttls-pop3");
    }
}
