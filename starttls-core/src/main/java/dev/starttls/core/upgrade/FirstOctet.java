package dev.starttls.core.upgrade;

import dev.starttls.core.wire.RecordHeader;
import java.util.List;

/** What the first octet of a peer shows: that the ports of plaintext and of implicit TLS were confused. */
final class FirstOctet {

    private FirstOctet() {}

    /** Whether a ClientHello can begin with it. */
    static boolean ofHandshake(byte octet) {
        return octet == RecordHeader.HANDSHAKE;
    }

    /** Whether a TLS record begins with it, and no line: it is a control character. */
    static boolean ofTlsOnly(byte octet) {
        return octet == RecordHeader.ALERT || octet == RecordHeader.HANDSHAKE;
    }

    static String tlsOnPlaintextPort(Dialogue dialogue) {
        return dialogue.role() == Role.CLIENT
                ? "The port speaks TLS from the first octet: use TlsPolicy.IMPLICIT, or the STARTTLS port"
                        + numbers(dialogue.startTlsPorts())
                : "The client speaks TLS from the first octet: it should use STARTTLS here, or "
                        + implicitTlsPort(dialogue);
    }

    static String plaintextOnTlsPort(Dialogue dialogue) {
        return dialogue.role() == Role.CLIENT
                ? "The port speaks plaintext first: use TlsPolicy.REQUIRED (STARTTLS), or the implicit-TLS port"
                        + numbers(dialogue.implicitTlsPorts())
                : "The client speaks plaintext first: it should use TLS from the first octet here, or a STARTTLS port"
                        + numbers(dialogue.startTlsPorts());
    }

    /** What may be wrong when nothing came at all. */
    static String silence(Phase phase, Dialogue dialogue, boolean implicit) {
        if (phase == Phase.GREETING && dialogue.role() == Role.CLIENT) {
            return "If this is " + implicitTlsPort(dialogue) + ", it waits for TLS: use TlsPolicy.IMPLICIT";
        }
        if (phase == Phase.HANDSHAKE && dialogue.role() == Role.CLIENT && implicit) {
            return "The port may not speak TLS from the first octet: try TlsPolicy.REQUIRED (STARTTLS), or "
                    + implicitTlsPort(dialogue) + ". If it does: " + Wording.handshakeCut(Role.CLIENT, true);
        }
        if (phase == Phase.HANDSHAKE && dialogue.role() == Role.SERVER) {
            return "The client may wait for a greeting in plaintext: on this port it should speak TLS from the first octet";
        }
        return "";
    }

    /** For a sentence: "an implicit-TLS port (465)". */
    static String implicitTlsPort(Dialogue dialogue) {
        return "an implicit-TLS port" + numbers(dialogue.implicitTlsPorts());
    }

    private static String numbers(List<Integer> ports) {
        return ports.isEmpty() ? "" : " " + ports.toString().replace('[', '(').replace(']', ')');
    }
}
