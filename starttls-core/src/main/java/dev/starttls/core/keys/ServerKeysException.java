package dev.starttls.core.keys;

import java.io.IOException;

/**
 * Keys or certificates that a server cannot be given. The message names the file, what was expected, what came and what to
 * try; it never shows a key, a password or a line of a file.
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
