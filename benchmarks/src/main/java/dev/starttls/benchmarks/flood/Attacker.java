package dev.starttls.benchmarks.flood;

import dev.starttls.benchmarks.link.EngineChannel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** One hostile peer: goes through the dialogue up to its flood, then sends as much as the connection accepts. */
final class Attacker {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final ByteBuffer NOOPS = text("NOOP\r\n");
    private static final ByteBuffer LINES = text("All work and no play makes Jack a dull boy.\r\n");
    /**
     * The maximum that one turn of the attackers' thread sends on a connection: a few records of the maximum length.
     */
    private static final int ROOM = 65_536;

    private static final int RECORD = 16_709;

    private final Attack attack;
    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer out = ByteBuffer.allocateDirect(ROOM).flip();
    private final ByteBuffer in = ByteBuffer.allocateDirect(ROOM);
    private boolean alive = true;

    private Attacker(Attack attack, SocketChannel channel, SSLEngine engine) throws IOException {
        this.attack = attack;
        this.channel = channel;
        this.engine = engine;
        channel.configureBlocking(false);
    }

    static Attacker client(Attack attack, SocketChannel channel, SSLEngine engine) throws IOException {
        reply(channel);
        if (attack != Attack.NOOP_IN_PLAINTEXT) {
            ask(channel, "EHLO attacker");
            ask(channel, "STARTTLS");
            EngineChannel inside = new EngineChannel(channel, engine, EngineChannel.Buffers.allocate());
            inside.handshake();
            ask(inside, "EHLO attacker");
            if (attack == Attack.MESSAGE_WITHOUT_END) {
                ask(inside, "MAIL FROM:<a@localhost>");
                ask(inside, "RCPT TO:<b@localhost>");
                ask(inside, "DATA");
            }
        }
        return new Attacker(attack, channel, engine);
    }

    static Attacker server(Attack attack, SocketChannel channel, SSLEngine engine) throws IOException {
        say(channel, "220 localhost");
        line(channel);
        say(channel, "250-localhost", "250 STARTTLS");
        line(channel);
        say(channel, "220 2.0.0 Go ahead");
        new EngineChannel(channel, engine, EngineChannel.Buffers.allocate()).handshake();
        return new Attacker(attack, channel, engine);
    }

    /**
     * Sends as much as the connection accepts without blocking, and discards its input. Returns the number of octets
     * sent.
     */
    int flood() {
        if (!alive) {
            return 0;
        }
        try {
            if (channel.read(in.clear()) < 0) {
                return end();
            }
            if (!out.hasRemaining()) {
                fill(out.clear());
                out.flip();
            }
            return channel.write(out);
        } catch (IOException e) {
            // The attacked side has closed the connection, which it may do.
            return end();
        }
    }

    boolean alive() {
        return alive;
    }

    private int end() {
        alive = false;
        try {
            channel.close();
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }

    private void fill(ByteBuffer room) throws SSLException {
        switch (attack) {
            case NOOP_IN_PLAINTEXT -> room.put(NOOPS.duplicate());
            case NOOP_INSIDE_TLS -> wrapAll(NOOPS, room);
            case MESSAGE_WITHOUT_END -> wrapAll(LINES, room);
            case KEY_UPDATES, KEY_UPDATES_OF_A_SERVER -> {
                while (room.remaining() >= RECORD) {
                    engine.beginHandshake();
                    engine.wrap(NOTHING.duplicate(), room);
                }
            }
            case TINY_RECORDS -> {
                for (int i = 0; room.remaining() >= RECORD; i++) {
                    engine.wrap(NOOPS.slice(i % NOOPS.limit(), 1), room);
                }
            }
        }
    }

    private void wrapAll(ByteBuffer text, ByteBuffer room) throws SSLException {
        while (room.remaining() >= RECORD) {
            ByteBuffer left = text.duplicate();
            engine.wrap(left, room);
            if (left.hasRemaining()) {
                throw new IllegalStateException(
                        "Expected " + text.remaining() + " octets in one record, " + left.remaining() + " were left");
            }
        }
    }

    /** As often as it fits in a record: SunJSSE keeps some of the 16,384 octets that TLS allows. */
    private static ByteBuffer text(String line) {
        return ByteBuffer.wrap(line.repeat(16_000 / line.length()).getBytes(StandardCharsets.US_ASCII));
    }

    private static void ask(ByteChannel channel, String command) throws IOException {
        say(channel, command);
        reply(channel);
    }

    private static void reply(ByteChannel channel) throws IOException {
        String line = line(channel);
        while (line.startsWith("-", 3)) {
            line = line(channel);
        }
        if (line.charAt(0) != '2' && line.charAt(0) != '3') {
            throw new IOException("Expected a server that lets an attacker in as far as its flood, got " + line);
        }
    }

    private static void say(ByteChannel channel, String... lines) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private static String line(ByteChannel channel) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer octet = ByteBuffer.allocate(1);
        while (line.length() < 2 || line.charAt(line.length() - 1) != '\n') {
            if (channel.read(octet.clear()) < 0) {
                throw new EOFException("Expected a line, got the end after: " + line);
            }
            line.append((char) octet.get(0));
        }
        return line.toString();
    }
}
