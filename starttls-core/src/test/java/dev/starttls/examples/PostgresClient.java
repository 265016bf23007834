package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;

/**
 * The client side of PostgreSQL's protocol 3 up to its StartupMessage: an SSLRequest, which the server answers by one octet.
 * The StartupMessage leaves in the segment of the client's Finished; what answers it is the application's to read.
 */
public final class PostgresClient implements Dialogue {

    /** Of the messages before the log-in, which have no type: four octets of length, which count themselves, then a code. */
    static final Frame STARTUP = Frame.sized(
            Integer.BYTES, first -> OptionalInt.of(ByteBuffer.wrap(first).getInt()));

    static final int SSL_REQUEST = 80877103;
    static final int PROTOCOL_3 = 3 << 16;

    private final Output startup;

    /** A dialogue that has not begun. */
    public PostgresClient(String user, String database) {
        ByteArrayOutputStream parameters = new ByteArrayOutputStream();
        for (String text : List.of("user", user, "database", database, "")) {
            parameters.writeBytes((text + "\0").getBytes(StandardCharsets.UTF_8));
        }
        startup = startup(PROTOCOL_3, parameters.toByteArray());
    }

    static Output startup(int code, byte... rest) {
        ByteBuffer message = ByteBuffer.allocate(2 * Integer.BYTES + rest.length);
        return Output.octets(
                message.putInt(message.capacity()).putInt(code).put(rest).array());
    }

    @Override
    public String protocol() {
        return "postgresql";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<Integer> startTlsPorts() {
        return List.of(5432);
    }

    @Override
    public Step opened() {
        return new Step.Propose(startup(SSL_REQUEST), Frame.exactly(1));
    }

    @Override
    public Step octets(byte[] reply) {
        return switch (reply[0]) {
            case 'S' -> Step.goAhead();
            case 'N' -> new Step.Decline(FailureReason.REFUSED, "N");
            // The text of the error is neither awaited nor shown: anyone may have sent it (CVE-2024-10977).
            case 'E' ->
                new Step.Fail(
                        FailureReason.TURNED_AWAY,
                        "Expected S or N, got E, an error",
                        "",
                        Output.none(),
                        "The server may be out of processes, or older than its SSLRequest: see what its log says");
            default -> Step.violation("S, N or E", "");
        };
    }

    @Override
    public Step secured() {
        return new Step.Ready(startup);
    }

    /** In plaintext, where the policy allows it. */
    @Override
    public Step declined(FailureReason reason) {
        return new Step.Ready(startup);
    }
}
