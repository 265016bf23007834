package dev.starttls.smtp;

import dev.starttls.core.testing.ProtocolLayers;

class SmtpLayersTest extends ProtocolLayers {

    SmtpLayersTest() {
        super("smtp", "Smtp");
    }
}
