package dev.starttls.conformance.client.server;

import java.util.Set;

/**
 * A line of the client, without its line end, as the server understands it.
 *
 * @param text one character per octet
 * @param tag of IMAP; empty in the other protocols, and where there is none
 * @param verb in upper case: {@code EHLO}, {@code UID FETCH}; one of the constants for what is no command
 * @param argument what follows the verb
 * @param weight how much it matters that it is readable
 */
public record ReceivedLine(String text, String tag, String verb, String argument, Weight weight) {
    /** A line of a message. */
    public static final String CONTENT = "(content)";

    /** The line that ends a message. */
    public static final String END_OF_CONTENT = "(end of content)";

    /** A part of a command of IMAP that is not its last: up to a literal, or the literal. */
    public static final String PIECE = "(piece)";

    /** The client's answer to a challenge of SASL. */
    public static final String RESPONSE = "(response)";

    /** A ClientHello, where it has in it what must not be readable. */
    public static final String HELLO = "(ClientHello)";

    private static final Set<String> BEGINNINGS = Set.of("AUTH", "AUTHENTICATE");

    /** Whether a user name or a password is in it: a command that only names the mechanism has none. */
    public boolean hasCredentials() {
        return weight == Weight.CREDENTIAL
                && !(BEGINNINGS.contains(verb) && argument.strip().indexOf(' ') < 0);
    }

    /** Whether the verb is this one, in upper or lower case. */
    public boolean is(String other) {
        return verb.equalsIgnoreCase(other);
    }
}
