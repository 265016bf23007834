package dev.starttls.core.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** One end of a connection in memory: a pump, the octets on their way to it, and those it gave out. */
public final class PumpSide {

    public final SSLEngine engine;
    public final TlsPump pump;
    /** Octets on their way to this side. */
    public byte[] incoming = {};
    /** All octets this side has ever sent. */
    public final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    /** Decrypted octets. */
    public final ByteArrayOutputStream got = new ByteArrayOutputStream();
    /** What the application wants sent. */
    public ByteBuffer application = ByteBuffer.allocate(0);
    /** Sizes of the buffers of the next calls. */
    public IntSupplier networkSize = () -> 32_768;

    public IntSupplier applicationSize = () -> 32_768;
    /** How many calls a task is delayed. */
    public int lateness;

    public TlsStatus lastReceive = TlsStatus.NEED_READ;
    public TlsStatus lastSend = TlsStatus.OK;
    /** The buffers of the last calls: one octet at a time takes a hundred thousand calls, and each new buffer is cleared. */
    private ByteBuffer target = ByteBuffer.allocate(0);

    private ByteBuffer outgoing = ByteBuffer.allocate(0);
    /** A copy of the octets on their way, for an engine that decrypts in place. */
    private byte[] copy = incoming;

    private byte[] copied = incoming;
    private PumpSide peer;
    private Optional<Runnable> task = Optional.empty();
    private int waited;

    public PumpSide(SSLEngine engine) {
        this.engine = engine;
        this.pump = new TlsPump(engine);
    }

    public static void connect(PumpSide one, PumpSide other) {
        one.peer = other;
        other.peer = one;
    }

    /** Receives once. Returns whether anything moved. */
    public boolean receive() throws SSLException {
        int size = Math.min(incoming.length, networkSize.getAsInt());
        if (copied != incoming) {
            copied = incoming;
            copy = incoming.clone();
        }
        ByteBuffer network = ByteBuffer.wrap(copy, 0, size).slice();
        target = room(target, applicationSize.getAsInt());
        try {
            lastReceive = pump.receive(network, target);
        } finally {
            if (network.position() > 0) {
                incoming = Arrays.copyOfRange(incoming, network.position(), incoming.length);
            }
            got.write(target.array(), 0, target.position());
        }
        return network.position() + target.position() > 0 || (lastReceive == TlsStatus.NEED_TASK && runTask());
    }

    /** Sends once. Returns whether anything moved. */
    public boolean send() throws SSLException {
        outgoing = room(outgoing, networkSize.getAsInt());
        try {
            lastSend = pump.send(application, outgoing);
        } finally {
            if (outgoing.position() > 0) {
                byte[] made = Arrays.copyOf(outgoing.array(), outgoing.position());
                sent.writeBytes(made);
                peer.arrive(made);
            }
        }
        return outgoing.position() > 0 || (lastSend == TlsStatus.NEED_TASK && runTask());
    }

    private static ByteBuffer room(ByteBuffer last, int size) {
        return last.capacity() == size ? last.clear() : ByteBuffer.allocate(size);
    }

    public PumpSide peer() {
        return peer;
    }

    public void arrive(byte[] octets) {
        int old = incoming.length;
        incoming = Arrays.copyOf(incoming, old + octets.length);
        System.arraycopy(octets, 0, incoming, old, octets.length);
    }

    private boolean runTask() {
        if (task.isEmpty()) {
            task = pump.task();
            waited = 0;
        }
        if (task.isPresent() && ++waited > lateness) {
            task.get().run();
            task = Optional.empty();
        }
        return true;
    }

    /** Lets both sides send and receive until neither moves. */
    public static void settle(PumpSide one, PumpSide other) throws SSLException {
        for (int turn = 0; turn < 2_000_000; turn++) {
            boolean moved = one.send();
            moved |= other.receive();
            moved |= other.send();
            moved |= one.receive();
            if (!moved) {
                return;
            }
        }
        throw new AssertionError("The two sides never came to rest");
    }

    public static void handshake(PumpSide client, PumpSide server) throws SSLException {
        settle(client, server);
        if (!client.pump.established() || !server.pump.established()) {
            throw new AssertionError("Expected both established, got client " + client.lastSend + "/"
                    + client.lastReceive + " and server " + server.lastSend + "/" + server.lastReceive);
        }
    }
}
