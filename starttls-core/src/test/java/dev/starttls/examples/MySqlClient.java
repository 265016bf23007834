package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;

/**
 * The client side of the protocol of MySQL and MariaDB up to the log-in, which leaves in the segment of the client's Finished.
 * There is no go-ahead: the ClientHello follows the SSLRequest. Nor does the server greet again inside TLS, and so nothing is
 * taken from its greeting but that it offers TLS: the log-in names no plugin, so that the server asks for the account's by an
 * AuthSwitchRequest, inside TLS and with a challenge. To answer it is the application's.
 */
public final class MySqlClient implements Dialogue {

    /** A packet: three octets of length, which count what follows the next octet, a number in a sequence. */
    static final Frame PACKET = Frame.sized(
            4,
            first -> OptionalInt.of(
                    4 + (ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getInt() & 0xFFFFFF)));

    static final int CLIENT_SSL = 0x800;
    /** Long passwords, protocol 4.1, its log-in, plugins for it. */
    static final int CAPABILITIES = 1 | 0x200 | 0x8000 | 0x80000;
    /** Before the user in a log-in, and the whole of an SSLRequest: capabilities, largest packet, character set, filler. */
    static final int FIXED = 32;

    private static final int MAX_PACKET = 1 << 24;
    private static final int UTF8MB4 = 45;
    private static final int PROTOCOL_10 = 10;
    private static final int BEFORE_CAPABILITIES = 4 + 8 + 1;

    private final String user;

    /** A dialogue that has not begun. */
    public MySqlClient(String user) {
        this.user = user;
    }

    @Override
    public String protocol() {
        return "mysql";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<Integer> startTlsPorts() {
        return List.of(3306);
    }

    @Override
    public Step opened() {
        return Step.await(Phase.GREETING, PACKET);
    }

    @Override
    public Step octets(byte[] greeting) {
        ByteBuffer payload = ByteBuffer.wrap(greeting, 4, greeting.length - 4).order(ByteOrder.LITTLE_ENDIAN);
        try {
            return switch (payload.get() & 0xFF) {
                case PROTOCOL_10 ->
                    offersTls(payload)
                            ? new Step.HandOver(
                                    packet(1, fixed(CAPABILITIES | CLIENT_SSL).array()))
                            : new Step.Decline(FailureReason.NOT_OFFERED, "");
                case 0xFF ->
                    new Step.Fail(FailureReason.TURNED_AWAY, "Expected a greeting, got an error packet", "", List.of());
                default -> Step.violation("a greeting of protocol 10", "");
            };
        } catch (BufferUnderflowException e) {
            return Step.violation("a greeting with capabilities", "");
        }
    }

    @Override
    public Step secured() {
        return new Step.Ready(logIn(2, CAPABILITIES | CLIENT_SSL));
    }

    @Override
    public Step declined(FailureReason reason) {
        return new Step.Ready(logIn(1, CAPABILITIES));
    }

    /** After the version, which ends in NUL: number of the connection, first octets of the challenge, filler, capabilities. */
    private static boolean offersTls(ByteBuffer greeting) {
        while (greeting.get() != 0) {
            // The version.
        }
        greeting.position(Math.min(greeting.position() + BEFORE_CAPABILITIES, greeting.limit()));
        return (greeting.getShort() & CLIENT_SSL) != 0;
    }

    /** Its answer to the greeting's challenge is empty, and so is the name of the plugin that has made it. */
    private Output logIn(int number, int capabilities) {
        byte[] rest = (user + "\0\0\0").getBytes(StandardCharsets.UTF_8);
        ByteBuffer whole = ByteBuffer.allocate(FIXED + rest.length);
        return packet(number, whole.put(fixed(capabilities)).put(rest).array());
    }

    private static ByteBuffer fixed(int capabilities) {
        ByteBuffer fixed = ByteBuffer.allocate(FIXED).order(ByteOrder.LITTLE_ENDIAN);
        return fixed.putInt(capabilities).putInt(MAX_PACKET).put((byte) UTF8MB4).rewind();
    }

    static Output packet(int number, byte... payload) {
        ByteBuffer packet = ByteBuffer.allocate(4 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        return Output.octets(
                packet.putInt(payload.length | (number << 24)).put(payload).array());
    }
}
