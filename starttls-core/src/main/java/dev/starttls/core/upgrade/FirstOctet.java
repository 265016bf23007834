package dev.starttls.core.upgrade;

/** What the first octet of a peer gives away: the two ports that people mix up. */
final class FirstOctet {

    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;

    private FirstOctet() {}

    /** Whether a ClientHello can begin with it. */
    static boolean ofHandshake(byte octet) {
        return octet == HANDSHAKE;
    }

    /** Whether a line of a mail protocol cannot begin with it, but a TLS record does. */
    static boolean ofTlsOnly(byte octet) {
        return octet == ALERT || octet == HANDSHAKE;
    }

    static String tlsOnPlaintextPort(Role role) {
        return role == Role.CLIENT
                ? "The port speaks TLS from the first octet: use TlsPolicy.IMPLICIT, or the STARTTLS port (25, 587, 143,"
                        + " 110)"
                : "The client speaks TLS from the first octet: it should use STARTTLS here, or an implicit-TLS port (465,"
                        + " 993, 995)";
    }

    static String plaintextOnTlsPort(Role role) {
        return role == Role.CLIENT
                ? "The port speaks plaintext first: use TlsPolicy.REQUIRED (STARTTLS), or the implicit-TLS port (465, 993,"
                        + " 995)"
                : "The client speaks plaintext first: it should use TLS from the first octet here, or a STARTTLS port (25,"
                        + " 587, 143, 110)";
    }

    /** What may be wrong when nothing came at all. */
    static String silence(Phase phase, Role role) {
        if (phase == Phase.GREETING && role == Role.CLIENT) {
            return "If this is an implicit-TLS port (465, 993, 995), it waits for TLS: use TlsPolicy.IMPLICIT";
        }
        if (phase == Phase.HANDSHAKE && role == Role.SERVER) {
            return "The client may wait for a greeting in plaintext: on this port it should speak TLS from the first octet";
        }
        return "";
    }
}
