package dev.starttls.core.testing;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.OptionalInt;

/**
 * Two protocols that are not made of lines and have no more than an upgrade needs. Their messages begin with their length, one
 * octet, which counts itself. One is shaped as PostgreSQL's: the client asks at once, and one octet answers. The other is
 * shaped as MySQL's: the server begins, and the handshake follows the client's request without a go-ahead.
 */
public final class BinaryProtocol {

    /** What a client asks with in either protocol. */
    public static final Output REQUEST = Output.octets((byte) 3, (byte) 0x55, (byte) 0);
    /** What a server begins with in the protocol without a go-ahead, if it offers TLS. */
    public static final Output GREETING = Output.octets((byte) 5, (byte) 0x48, (byte) 0x49, (byte) 0, (byte) 10);

    /** A message with its length. */
    public static final Frame MESSAGE = Frame.sized(1, first -> OptionalInt.of(first[0] & 0xFF));

    private BinaryProtocol() {}

    /** A client that asks and is answered by one octet. */
    public static Dialogue askingClient() {
        return new Binary(Role.CLIENT) {
            @Override
            public Step opened() {
                return new Step.Propose(REQUEST, Frame.exactly(1));
            }

            @Override
            public Step octets(byte[] reply) {
                return switch (reply[0]) {
                    case 'S' -> Step.goAhead();
                    case 'N' -> new Step.Decline(FailureReason.REFUSED, "N");
                    default -> Step.violation("S or N", "");
                };
            }
        };
    }

    /** The server of {@link #askingClient}. */
    public static Dialogue answeringServer() {
        return new Binary(Role.SERVER) {
            @Override
            public Step opened() {
                return Step.await(Phase.COMMAND, MESSAGE);
            }

            @Override
            public Step octets(byte[] message) {
                return message[1] == 'U'
                        ? new Step.Proceed(Output.octets((byte) 'S'))
                        : new Step.Await(Phase.COMMAND, Output.octets((byte) 'N'), MESSAGE);
            }

            @Override
            public Output injected() {
                return Output.octets((byte) 'E');
            }
        };
    }

    /** A client that hands over once its request has left. */
    public static Dialogue handingClient() {
        return new Binary(Role.CLIENT) {
            @Override
            public Step opened() {
                return Step.await(Phase.GREETING, MESSAGE);
            }

            @Override
            public Step octets(byte[] greeting) {
                return greeting[1] == 'H'
                        ? new Step.HandOver(REQUEST)
                        : new Step.Decline(FailureReason.NOT_OFFERED, "");
            }
        };
    }

    /** The server of {@link #handingClient}. */
    public static Dialogue takingServer() {
        return new Binary(Role.SERVER) {
            @Override
            public Step opened() {
                return new Step.Await(Phase.COMMAND, GREETING, MESSAGE);
            }

            @Override
            public Step octets(byte[] message) {
                return message[1] == 'U' ? new Step.HandOver(Output.none()) : Step.violation("a request", "");
            }
        };
    }

    private abstract static class Binary implements Dialogue {

        private final Role role;

        Binary(Role role) {
            this.role = role;
        }

        @Override
        public String protocol() {
            return "binary";
        }

        @Override
        public Role role() {
            return role;
        }

        @Override
        public Step secured() {
            return Step.ready();
        }
    }
}
