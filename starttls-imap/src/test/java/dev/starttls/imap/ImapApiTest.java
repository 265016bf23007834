package dev.starttls.imap;

import dev.starttls.core.RecordedApi;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ImapApiTest {

    @Test
    void the_public_api_is_the_recorded_one() throws IOException {
        RecordedApi.check("starttls-imap");
    }
}
