package dev.starttls.benchmarks.memory;

import java.nio.ByteBuffer;

/** The octets in transit between two sides, ready to be read, and a buffer for a record. One serves many pairs. */
final class TransitBuffers {

    private final ByteBuffer fromClient = ByteBuffer.allocate(65_536).flip();
    private final ByteBuffer fromServer = ByteBuffer.allocate(65_536).flip();
    private final ByteBuffer room = ByteBuffer.allocate(17_000);

    ByteBuffer fromClient() {
        return fromClient;
    }

    ByteBuffer fromServer() {
        return fromServer;
    }

    ByteBuffer room() {
        return room.clear();
    }
}
