package dev.starttls.conformance.tls;

import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.tls.manual.AlertException;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.Octets;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;

/** What a wait for application data brought. */
sealed interface Heard {

    /**
     * At least one octet.
     *
     * @param octets the data
     */
    record Data(Octets octets) implements Heard {}

    /** Nothing in time; the connection stands. */
    record Silence() implements Heard {}

    /**
     * The session ended.
     *
     * @param ending how
     * @param detail the name of the alert, or what was wrong; may be empty
     */
    record Ended(Ending ending, String detail) implements Heard {

        private static final String PEER_ALERT = "Received fatal alert: ";

        /** What an exception of the engine or of the stream below it says. */
        static Heard by(IOException e) {
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            if (e instanceof SSLException) {
                int alert = message.indexOf(PEER_ALERT);
                return alert >= 0
                        ? new Ended(Ending.ALERT, message.substring(alert + PEER_ALERT.length()))
                        : new Ended(Ending.NOT_TLS, message);
            }
            if (e instanceof AlertException alert) {
                return new Ended(Ending.ALERT, alert.alert().name());
            }
            if (e instanceof SocketTimeoutException) {
                return new Silence();
            }
            if (e instanceof EOFException) {
                return new Ended(Ending.FIN, "");
            }
            return e instanceof MalformedException
                    ? new Ended(Ending.NOT_TLS, message)
                    : new Ended(Ending.RESET, message);
        }
    }

    /** In a few words, for a detail. */
    default String told() {
        if (this instanceof Data data) {
            return "data: " + data.octets().first(80).text();
        }
        if (this instanceof Ended ended) {
            return "the session was " + ended.ending().told()
                    + (ended.detail().isEmpty() ? "" : " (" + ended.detail() + ")");
        }
        return "silence";
    }
}
