package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckContext;
import java.io.IOException;

/** How a session is opened: a fresh connection on which nothing was said. */
@FunctionalInterface
public interface Opening<T extends ProtocolSession> {
    /**
     * Connects.
     *
     * @throws IOException if that fails
     */
    T open(CheckContext subject) throws IOException;
}
