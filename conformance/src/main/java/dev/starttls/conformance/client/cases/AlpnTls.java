package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.client.server.HandshakeEndedException;
import dev.starttls.conformance.client.server.HandshakeEndedException.How;
import dev.starttls.conformance.client.server.RawWire;
import dev.starttls.conformance.client.server.SecureLink;
import dev.starttls.conformance.client.server.ServerTls;
import dev.starttls.conformance.tls.minimal.server.ClientReaction;
import dev.starttls.conformance.tls.minimal.server.MinimalTlsServer;
import dev.starttls.conformance.tls.minimal.server.ServerCredentials;
import dev.starttls.conformance.tls.minimal.server.ServerHandshakeResult;
import dev.starttls.conformance.tls.minimal.server.ServerSession;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** TLS of a server that selects a protocol which the client did not offer, which an engine of the runtime refuses to do. */
record AlpnTls(ServerCredentials credentials, ProtocolVersion version, TlsDeviation deviation) implements ServerTls {
    @Override
    public SecureLink handshake(RawWire wire) throws IOException {
        ServerHandshakeResult result =
                MinimalTlsServer.handshake(wire.in(), new Output(wire), credentials, version, deviation);
        ServerSession session = result.session().orElseThrow(() -> {
            How how = result.reaction() instanceof ClientReaction.Alerted
                    ? How.ALERT
                    : result.reaction() instanceof ClientReaction.Closed
                            ? How.CLOSED
                            : result.reaction() instanceof ClientReaction.Silent ? How.SILENCE : How.NOT_TLS;
            return new HandshakeEndedException(how, result.reaction().toString());
        });
        return new Link(session, session.input());
    }

    private static final class Output extends OutputStream {
        private final RawWire wire;

        Output(RawWire wire) {
            this.wire = wire;
        }

        @Override
        public void write(int octet) throws IOException {
            wire.write(new byte[] {(byte) octet});
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            wire.write(Arrays.copyOfRange(octets, offset, offset + length));
        }
    }

    private record Link(ServerSession session, InputStream input) implements SecureLink {
        @Override
        public String description() {
            return session.version().label() + " " + session.suite();
        }

        @Override
        public int read(byte[] octets) throws IOException {
            return input.read(octets, 0, octets.length);
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
}
