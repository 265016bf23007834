package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The server side of PostgreSQL's protocol 3 up to the StartupMessage; authentication and all that follows are the
 * application's.
 */
public final class PostgresServer implements Dialogue {

    static final int CANCEL_REQUEST = 80877102;
    static final int GSS_REQUEST = 80877104;

    private final TlsPolicy policy;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private Phase phase = Phase.CAPABILITY;

    /**
     * A dialogue that has not begun.
     *
     * @param policy that of the connection's settings
     */
    public PostgresServer(TlsPolicy policy) {
        this.policy = policy;
    }

    /** What the StartupMessage has said, for instance of "user"; only what came on this side of the upgrade. */
    public Map<String, String> parameters() {
        return parameters;
    }

    @Override
    public String protocol() {
        return "postgresql";
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public Step opened() {
        return awaitStartup(Output.none());
    }

    @Override
    public Step secured() {
        phase = Phase.RECAPABILITY;
        parameters.clear();
        return awaitStartup(Output.none());
    }

    @Override
    public Step octets(byte[] message) {
        if (message.length < 2 * Integer.BYTES) {
            return Step.violation("a message with a code", "");
        }
        boolean secure = phase == Phase.RECAPABILITY;
        return switch (ByteBuffer.wrap(message).getInt(Integer.BYTES)) {
            case PostgresClient.SSL_REQUEST -> {
                if (secure) {
                    yield Step.violation("a StartupMessage inside TLS", "");
                }
                yield policy == TlsPolicy.DISABLED ? awaitStartup(octet('N')) : new Step.Proceed(octet('S'));
            }
            case GSS_REQUEST -> awaitStartup(octet('N'));
            case CANCEL_REQUEST -> new Step.Close(Output.none());
            case PostgresClient.PROTOCOL_3 -> {
                if (policy == TlsPolicy.REQUIRED && !secure) {
                    yield new Step.Close(error("28000", "This server takes encrypted connections only"));
                }
                started(message);
                yield Step.ready();
            }
            default -> new Step.Close(error("0A000", "Unsupported protocol"));
        };
    }

    private void started(byte[] message) {
        String text =
                new String(Arrays.copyOfRange(message, 2 * Integer.BYTES, message.length), StandardCharsets.UTF_8);
        List<String> words = Arrays.asList(text.split("\0", -1));
        for (int i = 0; i + 1 < words.size() && !words.get(i).isEmpty(); i += 2) {
            parameters.put(words.get(i), words.get(i + 1));
        }
    }

    private Step awaitStartup(Output output) {
        return new Step.Await(phase, output, PostgresClient.STARTUP);
    }

    /** An ErrorResponse. */
    private static Output error(String code, String text) {
        return message('E', "SFATAL\0VFATAL\0C" + code + "\0M" + text + "\0\0");
    }

    /** A message with a type. */
    static Output message(char type, String content) {
        byte[] octets = content.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(type);
        message.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .putInt(Integer.BYTES + octets.length)
                .array());
        message.writeBytes(octets);
        return Output.octets(message.toByteArray());
    }

    private static Output octet(char octet) {
        return Output.octets((byte) octet);
    }
}
