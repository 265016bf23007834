package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** Stands before a good server and makes a bad one of it, record by record. */
final class Relay {

    /** What to do with a record of the client's. */
    @FunctionalInterface
    interface Hook {
        void pass(TlsRecord record, Connection connection) throws IOException;
    }

    /** Both ends of one relayed connection. */
    static final class Connection {

        private final Socket client;
        private final Socket server;
        private int applicationRecords;

        private Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void forward(TlsRecord record) throws IOException {
            server.getOutputStream().write(record.octets().array());
        }

        void answer(OctetString octets) throws IOException {
            client.getOutputStream().write(octets.array());
        }

        /** Closes both ends at once, and lets what was answered be read. */
        void end() throws IOException {
            client.shutdownOutput();
            server.close();
        }

        /** Reads on and sends nothing. */
        void fallSilent() throws IOException {
            client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        }

        /** How many records of application data the client has sent, this one included. */
        int applicationRecords() {
            return applicationRecords;
        }
    }

    private Relay() {}

    static LoopbackServer before(LoopbackServer good, Hook hook) {
        return before(good.port(), hook);
    }

    static LoopbackServer before(int port, Hook hook) {
        return LoopbackServer.serving(client -> {
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
                server.setTcpNoDelay(true);
                LoopbackServer.start(() -> pump(server, client));
                Connection connection = new Connection(client, server);
                InputStream in = client.getInputStream();
                while (true) {
                    TlsRecord record = read(in);
                    if (record.type() == 23 || record.type() == 99) {
                        connection.applicationRecords++;
                    }
                    hook.pass(record, connection);
                }
            }
        });
    }

    /** Reads a record of whatever type. */
    private static TlsRecord read(InputStream in) throws IOException {
        byte[] header = in.readNBytes(TlsRecord.HEADER);
        if (header.length < TlsRecord.HEADER) {
            throw new EOFException("the client is gone");
        }
        int length = (header[3] & 0xff) << 8 | (header[4] & 0xff);
        return new TlsRecord(header[0], header[1] << 8 | header[2], OctetString.of(in.readNBytes(length)));
    }

    /** Passes on what comes, and the end of it. */
    static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // One of the two is gone; its own thread knows.
        }
    }
}
