package dev.starttls.core.upgrade;

/** How things are told to a person: on one line, without control characters, not too long. */
final class Wording {

    private static final int MOST = 200;
    private static final int MOST_DETAIL = 600;

    private Wording() {}

    /** A line of the peer. */
    static String printable(String line) {
        return printable(line, MOST);
    }

    /** What this side, or the engine, has to say of it. */
    static String detail(String words) {
        return printable(words, MOST_DETAIL);
    }

    /** What the peer owes in a phase. */
    static String awaited(Phase phase, Role role) {
        if (role == Role.SERVER && phase != Phase.HANDSHAKE) {
            return "the client's next line";
        }
        return switch (phase) {
            case CONNECT -> "a connection";
            case GREETING -> "the server's greeting";
            case CAPABILITY -> "the server's answer about its capabilities";
            case COMMAND -> "the server's reply to the upgrade command";
            case HANDSHAKE -> "the peer's part of the TLS handshake";
            case RECAPABILITY -> "the server's answer about its capabilities inside TLS";
        };
    }

    private static String printable(String words, int most) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < words.length() && i < most; i++) {
            char c = words.charAt(i);
            shown.append(c < 32 || c >= 127 ? '?' : c);
        }
        return words.length() > most ? shown.append("...").toString() : shown.toString();
    }
}
