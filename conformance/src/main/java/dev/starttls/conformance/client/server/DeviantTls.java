package dev.starttls.conformance.client.server;

import dev.starttls.conformance.client.server.HandshakeEndedException.How;
import dev.starttls.conformance.tls.minimal.server.ClientReaction;
import dev.starttls.conformance.tls.minimal.server.MinimalTlsServer;
import dev.starttls.conformance.tls.minimal.server.ServerCredentials;
import dev.starttls.conformance.tls.minimal.server.ServerHandshakeResult;
import dev.starttls.conformance.tls.minimal.server.ServerSession;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/**
 * TLS of a server that does one thing wrong, or nothing.
 *
 * @param credentials what the server presents
 * @param version TLS 1.2 or TLS 1.3
 * @param deviation what is wrong
 * @param delivery how what it sends reaches the network
 * @param patience how long a server that has ended its side of the handshake waits for the client
 */
public record DeviantTls(
        ServerCredentials credentials,
        ProtocolVersion version,
        TlsDeviation deviation,
        Delivery delivery,
        Duration patience)
        implements ServerTls {

    /** How what the server sends reaches the network. */
    public enum Delivery {
        /** Each flight at once. */
        AT_ONCE,
        /** Each octet in a segment of its own. */
        OCTET_BY_OCTET,
        /** The first flight only after half of the server's patience. */
        LATE
    }

    /** What such a server does, in words that follow "the server"; empty if nothing is wrong. */
    public static String words(TlsDeviation deviation, Delivery delivery) {
        String sent =
                switch (delivery) {
                    case AT_ONCE -> "";
                    case OCTET_BY_OCTET -> "sends each octet of TLS in a segment of its own";
                    case LATE -> "sends its first flight of the handshake late";
                };
        String wrong = deviation == TlsDeviation.NONE ? "" : "deviates in TLS: " + deviation.sentence();
        return sent + (sent.isEmpty() || wrong.isEmpty() ? "" : ", and ") + wrong;
    }

    @Override
    public SecureLink handshake(RawWire wire) throws IOException {
        if (deviation == TlsDeviation.CLOSE_NOTIFY_IN_HANDSHAKE || deviation == TlsDeviation.ALERT_IN_HANDSHAKE) {
            wire.limit(patience);
        }
        if (delivery == Delivery.LATE) {
            pause(Math.min(patience.toMillis() / 2, Math.max(0, wire.millisLeft())));
        }
        ServerHandshakeResult result =
                MinimalTlsServer.handshake(wire.in(), new Output(wire, delivery), credentials, version, deviation);
        if (result.session().isEmpty()) {
            if (result.reaction() instanceof ClientReaction.NotTls other) {
                // It may be a command in plaintext, which the service has to see whole.
                wire.unread(other.first().array());
            }
            throw ended(result.reaction(), wire);
        }
        return new Link(result.session().get(), wire);
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the case is over", e);
        }
    }

    private static HandshakeEndedException ended(ClientReaction reaction, RawWire wire) {
        if (reaction instanceof ClientReaction.Alerted alerted) {
            return new HandshakeEndedException(How.ALERT, alerted.alert().name() + " " + alerted.point());
        }
        if (reaction instanceof ClientReaction.NotApplicable reason) {
            return new HandshakeEndedException(How.NOT_APPLICABLE, reason.why());
        }
        How how = How.NOT_TLS;
        if (reaction instanceof ClientReaction.Closed closed) {
            return new HandshakeEndedException(How.CLOSED, asItWas(closed, wire).toString());
        } else if (reaction instanceof ClientReaction.WentOn) {
            how = How.WENT_ON;
        } else if (reaction instanceof ClientReaction.Silent) {
            how = How.SILENCE;
        }
        return new HandshakeEndedException(how, reaction.toString());
    }

    /** The wire gives a reset as the end of the stream. */
    private static ClientReaction.Closed asItWas(ClientReaction.Closed closed, RawWire wire) {
        return wire.wasReset() && closed.ending() == ClientReaction.Ending.END_OF_STREAM
                ? new ClientReaction.Closed(ClientReaction.Ending.RESET, closed.point())
                : closed;
    }

    private static final class Output extends OutputStream {
        private final RawWire wire;
        private final Delivery delivery;

        Output(RawWire wire, Delivery delivery) {
            this.wire = wire;
            this.delivery = delivery;
        }

        @Override
        public void write(int octet) throws IOException {
            wire.write(new byte[] {(byte) octet});
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            if (delivery == Delivery.OCTET_BY_OCTET) {
                for (int i = offset; i < offset + length; i++) {
                    write(octets[i]);
                }
            } else {
                wire.write(Arrays.copyOfRange(octets, offset, offset + length));
            }
        }
    }

    private record Link(ServerSession session, RawWire wire, Received received) implements SecureLink {
        Link(ServerSession session, RawWire wire) {
            this(session, wire, new Received());
        }

        @Override
        public String description() {
            return session.version().label() + " " + session.suite();
        }

        @Override
        public int read(byte[] octets) throws IOException {
            if (received.rest.isEmpty()) {
                ClientReaction reaction = session.read();
                if (reaction instanceof ClientReaction.Closed closed) {
                    if (closed.ending() == ClientReaction.Ending.CLOSE_NOTIFY) {
                        return -1;
                    }
                    throw new EOFException(asItWas(closed, wire).toString());
                }
                if (reaction instanceof ClientReaction.Silent) {
                    throw new SocketTimeoutException(reaction.toString());
                }
                if (reaction instanceof ClientReaction.NotTls other) {
                    wire.unread(other.first().array());
                }
                if (!(reaction instanceof ClientReaction.Data data)) {
                    throw ended(reaction, wire);
                }
                received.rest = data.octets();
            }
            int count = Math.min(octets.length, received.rest.length());
            System.arraycopy(received.rest.first(count).array(), 0, octets, 0, count);
            received.rest = received.rest.slice(count, received.rest.length());
            return count;
        }

        @Override
        public void write(byte[] octets) throws IOException {
            session.write(OctetString.of(octets));
        }

        @Override
        public void closeNotify() throws IOException {
            session.closeNotify();
        }
    }

    /** What the client sent and was not read. */
    private static final class Received {
        private OctetString rest = OctetString.NONE;
    }
}
