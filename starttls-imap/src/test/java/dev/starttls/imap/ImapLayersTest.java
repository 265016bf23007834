package dev.starttls.imap;

import dev.starttls.core.testing.ProtocolLayers;

class ImapLayersTest extends ProtocolLayers {

    ImapLayersTest() {
        super("imap", "Imap");
    }
}
