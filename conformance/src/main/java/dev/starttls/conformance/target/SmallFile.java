package dev.starttls.conformance.target;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that the user named and that is read as a whole: one that has no end, as a device, must not fill the memory. */
public final class SmallFile {
    /** Ten times the root certificates of all operating systems together. */
    public static final int MAX_OCTETS = 4 << 20;

    private SmallFile() {}

    /**
     * The octets of the file.
     *
     * @throws IOException if it cannot be read, or has more than {@link #MAX_OCTETS}; the message says so and names the file
     */
    public static byte[] octets(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAX_OCTETS + 1);
            if (octets.length > MAX_OCTETS) {
                throw new IOException("expected at most " + MAX_OCTETS + " octets, got more");
            }
            return octets;
        } catch (IOException e) {
            throw UnreadableFile.exception(file, e);
        }
    }

    /**
     * The text of the file.
     *
     * @throws IOException if it cannot be read, has more than {@link #MAX_OCTETS} or is not in UTF-8; the message says so
     *     and names the file
     */
    public static String text(Path file) throws IOException {
        byte[] octets = octets(file);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (IOException e) {
            throw UnreadableFile.exception(file, e);
        }
    }
}
