package dev.starttls.conformance.client.server;

/** The state of the protocol on one connection, in one layer. */
public interface DialectSession {
    /** What a well-behaved server sends first. */
    Reply greeting();

    /** Understands a line of the client, in the state that the session is in. */
    ReceivedLine understand(String line);

    /**
     * What a well-behaved server answers to the line that was understood last. It changes the state; it is called for every
     * line that the script has no other reply for.
     */
    Reply answer(ReceivedLine line);

    /** How many octets of a literal or a chunk follow before the next line; 0 for a line. */
    default int octetsExpected() {
        return 0;
    }

    /** Text of the script with what it stands for: tags of IMAP. */
    default String filled(String text) {
        return text;
    }
}
