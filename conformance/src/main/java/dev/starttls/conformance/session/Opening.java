package dev.starttls.conformance.session;

import dev.starttls.conformance.check.Subject;
import java.io.IOException;

/** How a session is opened: a fresh connection on which nothing was said. */
@FunctionalInterface
public interface Opening<T extends Talk> {
    /**
     * Connects.
     *
     * @throws IOException if that fails
     */
    T open(Subject subject) throws IOException;
}
