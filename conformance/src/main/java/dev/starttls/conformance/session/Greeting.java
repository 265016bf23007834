package dev.starttls.conformance.session;

import dev.starttls.conformance.connection.Received;
import java.util.List;

/** What came where the greeting was due. */
public sealed interface Greeting {
    /** In a few words, for a detail. */
    String description();

    /**
     * A greeting of the protocol; the server offers service.
     *
     * @param flaws what is not well formed in it, if it could still be read
     */
    record Ready(String description, List<String> flaws) implements Greeting {
        public Ready {
            flaws = List.copyOf(flaws);
        }
    }

    /** A greeting of the protocol; the server gives no service for the moment. */
    record Busy(String description) implements Greeting {}

    /** A greeting of the protocol; the server gives no service, which the check of the greeting judges. */
    record NoService(String description) implements Greeting {}

    /**
     * No greeting of this protocol.
     *
     * @param description the line and what is wrong with it, for a detail
     */
    record Foreign(String line, String description) implements Greeting {}

    /** No greeting came. */
    record Missing(Received instead) implements Greeting {
        @Override
        public String description() {
            return instead.description();
        }
    }
}
