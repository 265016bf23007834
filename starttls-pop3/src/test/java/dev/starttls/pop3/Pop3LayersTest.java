package dev.starttls.pop3;

import dev.starttls.core.testing.ProtocolLayers;

class Pop3LayersTest extends ProtocolLayers {

    Pop3LayersTest() {
        super("pop3", "Pop3");
    }
}
