package dev.starttls.conformance.session;

import dev.starttls.conformance.speak.Received;
import java.util.List;

/** What came where the greeting was due. */
public sealed interface Greeting {
    /** In a few words, for a detail. */
    String told();

    /**
     * A greeting of the protocol; the server offers service.
     *
     * @param flaws what is not well formed in it, if it could be read all the same
     */
    record Ready(String told, List<String> flaws) implements Greeting {
        public Ready {
            flaws = List.copyOf(flaws);
        }
    }

    /** A greeting of the protocol; the server gives no service for the moment. */
    record Busy(String told) implements Greeting {}

    /** A greeting of the protocol; the server gives no service, which the check of the greeting judges. */
    record NoService(String told) implements Greeting {}

    /**
     * No greeting of this protocol.
     *
     * @param told the line and what is wrong with it, for a detail
     */
    record Foreign(String line, String told) implements Greeting {}

    /** No greeting came. */
    record Missing(Received instead) implements Greeting {
        @Override
        public String told() {
            return instead.told();
        }
    }
}
