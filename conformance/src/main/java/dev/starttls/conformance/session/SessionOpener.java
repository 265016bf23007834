package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckContext;
import java.io.IOException;

/** Opens a session: a new connection on which nothing has been sent. */
@FunctionalInterface
public interface SessionOpener<T extends ProtocolSession> {
    /**
     * Connects.
     *
     * @throws IOException if that fails
     */
    T open(CheckContext context) throws IOException;
}
