package dev.starttls.conformance.tls.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The unencrypted messages of a server's first flight (RFC 5246 section 7.3), in their order. */
final class ServerFlight {

    private static final int HELLO_REQUEST = 0;
    private static final int CERTIFICATE = 11;
    private static final int CERTIFICATE_REQUEST = 13;
    private static final int SERVER_HELLO_DONE = 14;
    private static final int CERTIFICATE_STATUS = 22;

    private final List<OctetString> certificates = new ArrayList<>();
    private Optional<ServerHello> hello = Optional.empty();
    private Optional<KeyExchange> keyExchange = Optional.empty();
    private Optional<OctetString> stapled = Optional.empty();
    private boolean whole;

    /** Adds the next message; throws an exception if it is not expected here. */
    void take(HandshakeMessage message) throws MalformedException {
        if (hello.isEmpty()) {
            first(message);
            return;
        }
        switch (message.type()) {
            case CERTIFICATE -> certificates(message.body());
            case KeyExchange.TYPE -> keyExchange = KeyExchange.parse(hello.get(), message.body());
            case CERTIFICATE_STATUS -> stapled = ServerMessages.stapled(message.body());
            case CERTIFICATE_REQUEST -> {}
            case SERVER_HELLO_DONE -> whole = true;
            default ->
                throw new MalformedException(
                        "a handshake message of type " + message.type() + " after the ServerHello");
        }
    }

    private void first(HandshakeMessage message) throws MalformedException {
        switch (message.type()) {
            case HELLO_REQUEST -> {}
            case ServerHello.TYPE -> {
                ServerHello chosen = ServerHello.parse(message.body());
                hello = Optional.of(chosen);
                whole = chosen.isRetryRequest() || chosen.isVersion(ProtocolVersion.TLS13);
            }
            default ->
                throw new MalformedException(
                        "expected a ServerHello (type 2), got a handshake message of type " + message.type());
        }
    }

    private void certificates(OctetString body) throws MalformedException {
        OctetReader outer = new OctetReader("Certificate", body);
        OctetReader list = new OctetReader("certificate list", outer.vector24("list"));
        outer.end();
        while (list.remaining() > 0) {
            certificates.add(list.vector24("certificate"));
        }
    }

    /** Whether the flight, as far as it is not encrypted, is complete. */
    boolean isWhole() {
        return whole;
    }

    Optional<ServerHello> hello() {
        return hello;
    }

    List<OctetString> certificates() {
        return certificates;
    }

    /** The OCSP response that came with the certificate. */
    Optional<OctetString> stapled() {
        return stapled;
    }

    Optional<KeyExchange> keyExchange() {
        return keyExchange;
    }
}
