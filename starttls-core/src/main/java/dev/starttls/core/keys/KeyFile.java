package dev.starttls.core.keys;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** The octets of a file with keys, or of a text in place of a file. Overwritten when closed. */
final class KeyFile implements AutoCloseable {

    /** Four times a bundle of all public authorities; a chain and a key have a hundredth of it. */
    static final int MAX_OCTETS = 1 << 20;

    final String name;
    final byte[] octets;

    private KeyFile(String name, byte[] octets) {
        this.name = name;
        this.octets = octets;
    }

    static KeyFile read(Path file) throws ServerKeysException {
        String name = file.toString();
        byte[] octets;
        // Bounded while reading: the size that a file system reports is 0 for a pipe, and may grow.
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(MAX_OCTETS + 1);
        } catch (NoSuchFileException e) {
            throw new ServerKeysException(
                    name,
                    "Expected a file, got none at this path; check it: relative paths begin at the working directory");
        } catch (AccessDeniedException e) {
            throw new ServerKeysException(
                    name, "Expected a file that this process may read, got one that it may not; check owner and mode");
        } catch (IOException e) {
            String what = Files.isDirectory(file) ? "a directory" : "the error " + e.getMessage();
            throw new ServerKeysException(
                    name, "Expected a file that can be read, got " + what + "; check the path", e);
        }
        return checked(name, octets);
    }

    /** A text of a configuration or a secret store, with a name for messages. */
    static KeyFile of(String name, String text) throws ServerKeysException {
        return checked(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static KeyFile checked(String name, byte[] octets) throws ServerKeysException {
        KeyFile file = new KeyFile(name, octets);
        if (octets.length > MAX_OCTETS) {
            file.close();
            throw new ServerKeysException(
                    name,
                    "Expected at most " + MAX_OCTETS
                            + " octets (1 MiB), got more; is it the right file? A chain and a key"
                            + " have a few thousand");
        }
        if (octets.length == 0) {
            throw new ServerKeysException(
                    name, "Expected certificates or a key, got an empty file; was it written completely?");
        }
        return file;
    }

    /** Whether it begins like DER, so that it is not text. */
    boolean looksLikeDer() {
        return octets.length > 1 && octets[0] == Der.SEQUENCE && (octets[1] & 0x80) != 0;
    }

    @Override
    public void close() {
        Arrays.fill(octets, (byte) 0);
    }
}
