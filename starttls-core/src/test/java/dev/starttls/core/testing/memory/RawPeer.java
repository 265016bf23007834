package dev.starttls.core.testing.memory;

import dev.starttls.core.engine.TlsPump;
import dev.starttls.core.engine.TlsStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** The other end, played by the test: says any octets at any time, in the clear or inside TLS. */
public final class RawPeer {

    private final Side other;
    private final TlsPump pump;
    private final StringBuilder inside = new StringBuilder();

    private RawPeer(Side other, SSLEngine engine) {
        this.other = other;
        this.pump = new TlsPump(engine);
    }

    public static RawPeer client(Side server, SSLContext context) {
        SSLEngine engine = context.createSSLEngine("localhost", 587);
        engine.setUseClientMode(true);
        return new RawPeer(server, engine);
    }

    public static RawPeer server(Side client, SSLContext context) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        return new RawPeer(client, engine);
    }

    /** Says octets in the clear and returns what comes back, as it is. */
    public String say(String octets) {
        other.give(octets.getBytes(StandardCharsets.ISO_8859_1));
        return listen();
    }

    public String listen() {
        return new String(other.take(), StandardCharsets.ISO_8859_1);
    }

    /** Does the handshake, and returns what was said inside TLS by its end. */
    public String handshake() throws SSLException {
        return handshake(new byte[0]);
    }

    /** The same, when the other's first records have been heard already. */
    public String handshake(byte[] heard) throws SSLException {
        hear(heard);
        exchange(ByteBuffer.allocate(0));
        if (!pump.established()) {
            throw new SSLException("Expected the handshake to be done; the other side: " + other.failure());
        }
        return heard();
    }

    /** Says octets inside TLS, in one record if they fit, and returns what comes back. */
    public String tls(String octets) throws SSLException {
        exchange(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)));
        return heard();
    }

    public boolean closeNotifyReceived() {
        return pump.closeNotifyReceived();
    }

    private String heard() {
        String heard = inside.toString();
        inside.setLength(0);
        return heard;
    }

    private void exchange(ByteBuffer application) throws SSLException {
        boolean moved = true;
        while (moved) {
            ByteBuffer out = ByteBuffer.allocate(65_536);
            TlsStatus status = pump.send(application, out);
            if (status == TlsStatus.NEED_TASK) {
                pump.task().ifPresent(Runnable::run);
            }
            byte[] octets = new byte[out.position()];
            out.flip().get(octets);
            other.give(octets);
            byte[] back = other.take();
            hear(back);
            moved = octets.length > 0 || back.length > 0 || status == TlsStatus.NEED_TASK;
        }
    }

    private void hear(byte[] octets) throws SSLException {
        ByteBuffer network = ByteBuffer.wrap(octets);
        ByteBuffer into = ByteBuffer.allocate(65_536);
        boolean going = true;
        while (going) {
            TlsStatus status = pump.receive(network, into.clear());
            inside.append(new String(into.array(), 0, into.position(), StandardCharsets.ISO_8859_1));
            switch (status) {
                case NEED_TASK -> pump.task().ifPresent(Runnable::run);
                case AGAIN -> {}
                case NEED_WRITE -> {
                    ByteBuffer out = ByteBuffer.allocate(65_536);
                    pump.send(ByteBuffer.allocate(0), out);
                    byte[] answer = new byte[out.position()];
                    out.flip().get(answer);
                    other.give(answer);
                    going = answer.length > 0;
                }
                case OK -> going = into.position() > 0;
                case NEED_READ, CLOSED -> going = false;
            }
        }
    }
}
