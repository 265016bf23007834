package dev.starttls.core.nio;

import java.io.Closeable;

/** Closes what is given up anyway, for a reason that matters more than a failure to close. */
final class Quietly {

    private Quietly() {}

    static void close(Closeable abandoned) {
        try {
            abandoned.close();
        } catch (Throwable e) {
            // The caller is about to report why it was given up.
            return;
        }
    }
}
