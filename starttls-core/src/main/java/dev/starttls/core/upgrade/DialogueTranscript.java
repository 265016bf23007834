package dev.starttls.core.upgrade;

import java.util.Objects;

/**
 * Records what a dialogue says and hears, in the clear and inside TLS, with what is secret concealed: to find out why an upgrade
 * failed. Unset unless asked for, and then it costs nothing.
 *
 * <pre>{@code
 * SmtpClient.to("mail.example.org", 587).transcript(entry -> log.debug(entry.toString())).connect();
 * // mail.example.org:587 CLIENT RECEIVED PLAINTEXT 220 mail.example.org ESMTP
 * }</pre>
 *
 * <p>The dialogue decides what of a line may be shown ({@link Dialogue#shown(Direction, String)}): those of this project show no
 * user name, no password, nothing of a SASL exchange and nothing of a message. What a server's handler answers is shown, so that it
 * must not repeat a secret. What the application says once the dialogue has handed the connection over is not recorded, and neither
 * are octets that are not a whole line.
 *
 * <p>An entry is recorded when a line was received, before the dialogue answers it, or when one is said; the last ones before a
 * failure may not have left. Called by the thread that drives the connection, in the middle of its work: return soon, and do
 * not use the connection. What it throws is reported by {@link UpgradeListener#uncaught} and changes nothing but that this connection
 * has no further entries.
 *
 * <p>One may serve any number of connections, whose threads may call it at once.
 */
@FunctionalInterface
public interface DialogueTranscript {

    /** Records nothing. Where it is set, no dialogue is asked either. */
    DialogueTranscript NONE = entry -> {};

    /** Stands for what is not shown, whatever its length. */
    String CONCEALED = "***";

    /** The maximum number of characters of an entry's text: a whole line of SMTP (RFC 5321 section 4.5.3.1.5); "..." follows. */
    int MAX_TEXT = 512;

    /**
     * The maximum number of entries of one connection: an upgrade has some twenty, of a server's longer session only the beginning
     * is recorded. A peer that says more makes no log grow.
     */
    int MAX_ENTRIES = 1_000;

    /** Which way. */
    enum Direction {
        /** From this side. */
        SENT,
        /** From the peer. */
        RECEIVED
    }

    /** How octets cross the network. */
    enum Protection {
        /** In the clear. */
        PLAINTEXT,
        /** Inside TLS. */
        TLS
    }

    /**
     * A line, or octets that the dialogue has asked for as a whole.
     *
     * @param peer the other side
     * @param role of this side
     * @param direction which way
     * @param protection in the clear or inside TLS
     * @param text what is shown: printable ASCII, on one line, at most {@value #MAX_TEXT} characters and "..."
     */
    record Entry(Peer peer, Role role, Direction direction, Protection protection, String text) {
        /** Checks that nothing is missing. */
        public Entry {
            Objects.requireNonNull(peer, "peer");
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(direction, "direction");
            Objects.requireNonNull(protection, "protection");
            Objects.requireNonNull(text, "text");
        }

        /** For people and logs, on one line. */
        @Override
        public String toString() {
            return peer + " " + role + " " + direction + " " + protection + " " + text;
        }
    }

    /**
     * Takes an entry.
     *
     * @param entry in the order in which things were said and heard
     */
    void add(Entry entry);
}
