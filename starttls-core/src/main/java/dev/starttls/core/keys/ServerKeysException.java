package dev.starttls.core.keys;

import java.io.IOException;

/**
 * Keys or certificates that cannot be used. The message has the file, what was expected, what was found and what to try; it
 * never has a key, a password or a line of a file.
 */
public final class ServerKeysException extends IOException {

    private static final long serialVersionUID = 1;

    ServerKeysException(String where, String problem) {
        super(where + ": " + problem);
    }

    ServerKeysException(String where, String problem, Throwable cause) {
        super(where + ": " + problem, cause);
    }
}
