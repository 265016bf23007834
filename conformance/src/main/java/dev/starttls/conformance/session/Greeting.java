package dev.starttls.conformance.session;

import dev.starttls.conformance.speak.Received;

/** What came where the greeting was due, as far as it tells one kind of server from another. */
public sealed interface Greeting {
    /** The protocol's own, and the server is at our service. */
    record Ready() implements Greeting {}

    /** The protocol's own, but the server gives no service: a matter for the check of the greeting. */
    record NoService() implements Greeting {}

    /**
     * No greeting of this protocol.
     *
     * @param told the line and what is wrong with it, for a detail
     */
    record Foreign(String line, String told) implements Greeting {}

    /** None. */
    record Missing(Received instead) implements Greeting {}
}
