package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ServerHello;

/**
 * The keys of both directions of a session of TLS 1.2 (RFC 5246 section 6.3).
 *
 * @param ofServer protects what the server sends
 * @param ofClient protects what the client sends
 */
public record Tls12Keys(Tls12Protection ofServer, Tls12Protection ofClient) {

    /** The keys that follow from the master secret and both randoms. */
    public static Tls12Keys of(Tls12Suite suite, OctetString master, ClientHello hello, ServerHello chosen) {
        int key = suite.keyLength();
        int length = 2 * (key + Tls12Protection.SALT);
        OctetString block =
                suite.expand(master, "key expansion", chosen.random().and(hello.random()), length);
        int salts = 2 * key;
        return new Tls12Keys(
                new Tls12Protection(block.slice(key, salts), block.slice(salts + Tls12Protection.SALT, length)),
                new Tls12Protection(block.slice(0, key), block.slice(salts, salts + Tls12Protection.SALT)));
    }
}
