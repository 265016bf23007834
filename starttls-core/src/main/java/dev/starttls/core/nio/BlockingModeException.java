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

    @Override
    public String getMessage() {
        return message;
    }
}
