package dev.starttls.smtp;

import dev.starttls.core.testing.ProtocolLayers;
import java.util.List;

class SmtpLayersTest extends ProtocolLayers {

    SmtpLayersTest() {
        super("smtp", "Smtp");
    }

    /** When a report that a server's operator sends is due. */
    @Override
    protected List<String> beyondAndroid() {
        String attempts = "dev.starttls.smtp.policy.ReportAttempts -> java.util.random.RandomGenerator";
        return List.of(attempts, attempts + " nextLong(long)long");
    }
}
