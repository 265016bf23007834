package dev.starttls.core.upgrade;

import com.code_intelligence.jazzer.junit.FuzzTest;
import javax.net.ssl.SSLException;

/** A server's connection and a client that says anything at any time. */
class ServerConnectionFuzz {

    @FuzzTest
    void server(byte[] input) throws SSLException {
        ConnectionFuzzer.run(input, Role.SERVER, ObservedEndpoint::new);
    }
}
