package dev.starttls.core.testing;

import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** The peer of an {@link Endpoint}, played by the test: says any octets at any time, in the clear or inside TLS. */
public final class RawPeer {

    private final Endpoint other;
    private final BareTls tls;

    private RawPeer(Endpoint other, BareTls tls) {
        this.other = other;
        this.tls = tls;
    }

    /** The client of this server. */
    public static RawPeer client(Endpoint server, SSLContext context) {
        return new RawPeer(server, BareTls.client(context));
    }

    /** The server of this client. */
    public static RawPeer server(Endpoint client, SSLContext context) {
        return new RawPeer(client, BareTls.server(context));
    }

    /** Requires that the other has greeted with words that begin so. */
    public RawPeer greeted(String beginning) {
        String greeting = listen();
        if (!greeting.startsWith(beginning)) {
            throw new AssertionError("Expected a greeting that begins with " + beginning + ", got " + greeting);
        }
        return this;
    }

    /** Says the upgrade command, requires the go-ahead, and does the handshake. */
    public RawPeer upgraded(String command, String goAhead) throws SSLException {
        String answer = say(command);
        if (!answer.equals(goAhead)) {
            throw new AssertionError("Expected the go-ahead " + goAhead + ", got " + answer);
        }
        handshake();
        return this;
    }

    /** Says octets in the clear and returns what comes back, as it is. */
    public String say(String octets) {
        other.arrive(octets);
        return listen();
    }

    /** What the other has said since. */
    public String listen() {
        return other.run().takeText();
    }

    /** Does the handshake, and returns what was said inside TLS by its end. */
    public String handshake() throws SSLException {
        return handshake("");
    }

    /** The same, when the other's first records have been heard already. */
    public String handshake(String heard) throws SSLException {
        tls.begin().feed(heard.getBytes(StandardCharsets.ISO_8859_1));
        exchange();
        if (!tls.established()) {
            throw new SSLException("Expected the handshake to be done; the other side: " + other.failure());
        }
        return tls.heard();
    }

    /** Says octets inside TLS, in one record if they fit, and returns what comes back. */
    public String tls(String octets) throws SSLException {
        tls.say(octets);
        exchange();
        return tls.heard();
    }

    /** Whether the other has said close_notify. */
    public boolean closeNotifyReceived() {
        return tls.ended();
    }

    private void exchange() throws SSLException {
        boolean moved = true;
        while (moved) {
            byte[] octets = tls.take();
            byte[] answer = other.arrive(octets).run().take();
            tls.feed(answer);
            moved = octets.length > 0 || answer.length > 0;
        }
    }
}
