package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The server side of the protocol of MySQL and MariaDB up to the log-in; whether it is accepted, and all that follows, is
 * the application's.
 */
public final class MySqlServer implements Dialogue {

    private static final int CHALLENGE = 20;
    private static final int FIRST_OF_CHALLENGE = 8;
    private static final int UTF8MB4 = 45;
    private static final int AUTOCOMMIT = 2;

    private final TlsPolicy policy;
    private final byte[] challenge;
    private Phase phase = Phase.CAPABILITY;
    private byte[] logIn = {};

    /**
     * A dialogue that has not begun.
     *
     * @param policy that of the connection's settings
     * @param challenge for a password: 20 random octets, none of which is NUL. They cross the wire in the clear
     */
    public MySqlServer(TlsPolicy policy, byte... challenge) {
        if (challenge.length != CHALLENGE) {
            throw new IllegalArgumentException("challenge: expected " + CHALLENGE + " octets, got " + challenge.length);
        }
        this.policy = policy;
        this.challenge = challenge.clone();
    }

    /** The packet that logs in, once the dialogue is over. */
    public byte[] logIn() {
        return logIn.clone();
    }

    @Override
    public String protocol() {
        return "mysql";
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public Step opened() {
        return new Step.Await(phase, MySqlClient.packet(0, greeting()), MySqlClient.PACKET);
    }

    @Override
    public Step secured() {
        phase = Phase.RECAPABILITY;
        return Step.await(phase, MySqlClient.PACKET);
    }

    @Override
    public Step octets(byte[] packet) {
        ByteBuffer payload = ByteBuffer.wrap(packet, 4, packet.length - 4).order(ByteOrder.LITTLE_ENDIAN);
        if (payload.remaining() < MySqlClient.FIXED) {
            return Step.violation("a log-in, or the SSLRequest", "");
        }
        boolean secure = phase == Phase.RECAPABILITY;
        boolean request = payload.remaining() == MySqlClient.FIXED;
        if (request && !secure && (payload.getInt() & offered() & MySqlClient.CLIENT_SSL) != 0) {
            return new Step.HandOver(Output.none());
        }
        if (request) {
            return Step.violation("a log-in", "");
        }
        if (policy == TlsPolicy.REQUIRED && !secure) {
            return new Step.Close(error(packet[3] + 1, 3159, "HY000", "This server takes encrypted connections only"));
        }
        logIn = packet.clone();
        return Step.ready();
    }

    static Output error(int number, int code, String state, String text) {
        byte[] words = ("#" + state + text).getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(3 + words.length).order(ByteOrder.LITTLE_ENDIAN);
        return MySqlClient.packet(
                number,
                payload.put((byte) 0xFF).putShort((short) code).put(words).array());
    }

    private int offered() {
        return policy == TlsPolicy.DISABLED
                ? MySqlClient.CAPABILITIES
                : MySqlClient.CAPABILITIES | MySqlClient.CLIENT_SSL;
    }

    private byte[] greeting() {
        ByteBuffer greeting = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
        greeting.put((byte) 10).put("8.0.0-example\0".getBytes(StandardCharsets.US_ASCII));
        greeting.putInt(1).put(challenge, 0, FIRST_OF_CHALLENGE).put((byte) 0);
        greeting.putShort((short) offered()).put((byte) UTF8MB4).putShort((short) AUTOCOMMIT);
        greeting.putShort((short) (offered() >>> 16))
                .put((byte) (CHALLENGE + 1))
                .put(new byte[10]);
        greeting.put(challenge, FIRST_OF_CHALLENGE, CHALLENGE - FIRST_OF_CHALLENGE)
                .put((byte) 0);
        greeting.put("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII))
                .flip();
        byte[] octets = new byte[greeting.remaining()];
        greeting.get(octets);
        return octets;
    }
}
