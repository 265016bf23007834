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

    /** A greeting that the protocol has for a client that is not served, for the moment or at all. */
    record Refusal(String description) implements Greeting {}

    /** Neither a greeting that offers service nor one that refuses it; the check of the greeting judges it. */
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
