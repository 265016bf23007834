package dev.starttls.conformance.embedded;

import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;

/** Servers that run inside the command, on free loopback ports, built on this project's own server dialogues. */
@FunctionalInterface
public interface EmbeddedServers {
    /**
     * Starts them.
     *
     * @throws IOException if a port could not be opened
     */
    Running start() throws IOException;

    /** The servers while they run. */
    interface Running extends AutoCloseable {
        /** Where they listen. */
        List<Target> targets();

        /** The roots of their certificates. */
        List<X509Certificate> trust();

        /** Credentials that the servers with a login accept. */
        Login login();

        /** Stops them and closes their ports. */
        @Override
        void close();
    }
}
