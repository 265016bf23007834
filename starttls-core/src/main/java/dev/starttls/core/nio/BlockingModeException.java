package dev.starttls.core.nio;

import java.nio.channels.IllegalBlockingModeException;

/** With a message: the JDK's exception takes none. */
final class BlockingModeException extends IllegalBlockingModeException {

    private static final long serialVersionUID = 1L;

    private final String message;

    /**
     * With a message.
     *
     * @param message what was expected, what came, and what to do
     */
    BlockingModeException(String message) {
        this.message = message;
    }

    /** An upgrade that is to block has a transport that does not. */
    static BlockingModeException nonBlocking() {
        return new BlockingModeException(
                "Expected a blocking transport, got a non-blocking one: call advance() instead of upgrade()");
    }

    /** The same, found out in the middle of it. */
    static BlockingModeException returnedWithout() {
        return new BlockingModeException("Expected a transport that blocks until it has read or written an octet,"
                + " got one that returned without: call advance() instead of upgrade()");
    }

    @Override
    public String getMessage() {
        return message;
    }
}
