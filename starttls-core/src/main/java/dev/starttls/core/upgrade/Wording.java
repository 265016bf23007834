package dev.starttls.core.upgrade;

import dev.starttls.core.line.Ascii;

/** The texts of messages for people: on one line, without control characters, of bounded length. */
final class Wording {

    /** Several times the usual length of a reply: enough to recognize it, and little enough for one line of a log. */
    private static final int MAX_LINE = 200;
    /** An engine's message, with the names of a certificate in it. */
    private static final int MAX_DETAIL = 600;

    /** Advice where a client gets octets that the server cannot have sent yet. */
    static final String IMPOSTOR = "Someone in the middle may be answering in the server's name";

    private Wording() {}

    /** A line of the peer. */
    static String printable(String line) {
        return printable(line, MAX_LINE);
    }

    /** The detail of this side or of the engine. */
    static String detail(String words) {
        return printable(words, MAX_DETAIL);
    }

    /** What the peer owes in a phase; of a client, a line or not. */
    static String awaited(Phase phase, Role role, boolean line) {
        if (role == Role.SERVER && phase != Phase.HANDSHAKE) {
            return phase == Phase.CONNECT
                    ? "the rest of what precedes the session"
                    : line ? "the client's next line" : "the client's next message";
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

    /** What a server's operator may try where nothing more is known; empty where the advice of the reason is right for servers too. */
    static String adviceToServer(FailureReason reason) {
        return reason == FailureReason.PROTOCOL_VIOLATION
                ? "See which client it is: it may not speak this protocol or be faulty, or something in the middle rewrites"
                        + " what it sends; its log may say more"
                : "";
    }

    /** What may be wrong when a dialogue ends early or does not go on. */
    static String dialogueCut(Phase phase, Role role) {
        if (role == Role.SERVER) {
            return "The client has gone, is slow, or something in the middle has cut it off: see its log";
        }
        return switch (phase) {
            case COMMAND ->
                "Something in the middle may not let STARTTLS through (a firewall or proxy that inspects the protocol): try an"
                        + " implicit-TLS port or another network, or ask the server's operator what its log says";
            default ->
                "The server may be overloaded or turn this client away, or something in the middle may cut it off: try again"
                        + " later or from another network, or ask its operator what its log says";
        };
    }

    /** How to accept more of a peer that has exceeded a bound of {@link UpgradeLimits}. */
    static String tooMuch(String setting) {
        return "If the peer is known to send as much, raise the bound: " + raised(setting);
    }

    /** The end of a sentence: how to wait longer for a peer. A client has a setting for the time of a phase alone. */
    static String tooSlow(Role role, String setting) {
        return "; if the peer is only slow, raise the bound: "
                + (role == Role.CLIENT && setting.equals(PhaseClock.TIME_PER_PHASE) ? "timeout(...)" : raised(setting));
    }

    /** The limits are set together: to begin from the default ones would reset the others. */
    private static String raised(String setting) {
        return setting + "(...) of the UpgradeLimits that are given by limits(...)";
    }

    /** What may be wrong when a handshake ends without an alert, or does not go on. */
    static String handshakeCut(Role role, boolean implicit) {
        String middle = implicit
                ? "something in the middle may cut TLS (a firewall, a proxy that inspects it)"
                : "something in the middle may let STARTTLS through and then cut TLS (a firewall or proxy that inspects the protocol)";
        return role == Role.CLIENT
                ? "The server may not accept this ClientHello (a version, the server name, its size) or may have no"
                        + " certificate, or " + middle
                        + ": try TlsSettings.Builder.versions(\"TLSv1.2\") and another network, or ask the server's operator"
                        + " what its log says"
                : "The client may have refused this server's certificate, or found no version or suite in common, without"
                        + " saying so: see its log; if no client gets further, " + middle;
    }

    /** Words of any origin, of at most so many characters and "...". */
    static String printable(String words, int max) {
        return words.length() > max ? Ascii.printable(words.substring(0, max)) + "..." : Ascii.printable(words);
    }
}
