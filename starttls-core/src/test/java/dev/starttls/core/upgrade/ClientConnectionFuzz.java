package dev.starttls.core.upgrade;

import com.code_intelligence.jazzer.junit.FuzzTest;
import javax.net.ssl.SSLException;

/** A client's connection and a server that says anything at any time. */
class ClientConnectionFuzz {

    @FuzzTest
    void client(byte[] input) throws SSLException {
        ConnectionFuzzer.run(input, Role.CLIENT, ObservedEndpoint::new);
    }
}
