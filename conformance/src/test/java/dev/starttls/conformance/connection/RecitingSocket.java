package dev.starttls.conformance.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.fuzz.FuzzInput;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Predicate;

/** A server in memory that says its octets, cut by their own length, and ends; it hears nothing. */
public final class RecitingSocket extends Socket {

    private final InputStream said;

    private RecitingSocket(byte[] octets, int piece) {
        this.said = new ByteArrayInputStream(octets) {
            @Override
            public synchronized int read(byte[] into, int from, int length) {
                return super.read(into, from, Math.min(length, piece));
            }
        };
    }

    /** A conversation with a server that says what the input has after its first octet, the size of the pieces. */
    private static Conversation conversation(FuzzInput input) {
        int piece = 1 + input.octet() * 8;
        return Conversation.over(new RecitingSocket(input.rest(), piece), new Transcript(), 1, Duration.ofSeconds(10));
    }

    /**
     * Reads all that the server says, with a reader that says whether there may be more: each time it takes an octet at
     * least, or it is at the end.
     */
    public static void readAll(FuzzInput input, Predicate<Conversation> reader) {
        int octets = input.remaining();
        try (Conversation conversation = conversation(input)) {
            for (int read = 0; reader.test(conversation); read++) {
                assertThat(read).as("read of " + octets + " octets").isLessThanOrEqualTo(octets);
            }
        }
    }

    @Override
    public InputStream getInputStream() {
        return said;
    }

    @Override
    public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public void setSoTimeout(int millis) {
        // Its octets are there at once.
    }
}
