package dev.starttls.conformance.tls.minimal;

import dev.starttls.conformance.tls.wire.Alert;
import java.io.IOException;

/** The server sent an alert where something else was expected. */
public final class AlertException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int level;
    private final int description;

    AlertException(Alert alert) {
        super(alert.toString());
        this.level = alert.level();
        this.description = alert.description();
    }

    public Alert alert() {
        return new Alert(level, description);
    }
}
