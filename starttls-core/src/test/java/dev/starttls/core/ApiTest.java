package dev.starttls.core;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ApiTest {

    @Test
    void the_public_api_is_the_recorded_one() throws IOException {
        RecordedApi.check("starttls-core");
    }
}
