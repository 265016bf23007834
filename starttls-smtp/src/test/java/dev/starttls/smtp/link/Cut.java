package dev.starttls.smtp.link;

import dev.starttls.core.upgrade.Phase;
import java.util.Locale;

/** Where a connection is cut: at the first segment that begins with some octets, which is lost as well. */
enum Cut {
    AFTER_THE_GREETING(0, Sender.CLIENT, "EHLO", Phase.CAPABILITY),
    AFTER_EHLO(2, Sender.CLIENT, "STARTTLS", Phase.COMMAND),
    AFTER_STARTTLS(4, Sender.SERVER, "220 2.0.", Phase.COMMAND),
    AT_THE_CLIENT_HELLO(6, Sender.CLIENT, "\u0016\u0003", Phase.HANDSHAKE),
    AT_THE_SERVER_HELLO(8, Sender.SERVER, "\u0016\u0003\u0003", Phase.HANDSHAKE),
    /** The client has sent its Finished and takes the handshake for done; the server does not (RFC 8446 section 4.4.4). */
    AT_THE_CLIENTS_FINISHED(10, Sender.CLIENT, "\u0014\u0003\u0003", Phase.RECAPABILITY),
    /** The server's first records of data after the client's Finished; those of its handshake look the same. */
    AFTER_THE_HANDSHAKE(12, Sender.SERVER, "\u0017\u0003\u0003", Phase.RECAPABILITY);

    private final int offset;
    private final Sender sender;
    private final String octets;
    private final Phase phase;

    Cut(int offset, Sender sender, String octets, Phase phase) {
        this.offset = offset;
        this.sender = sender;
        this.octets = octets;
        this.phase = phase;
    }

    /** The side that sends the segment. */
    private enum Sender {
        CLIENT,
        SERVER
    }

    /** What the client waits for in vain. */
    Phase phase() {
        return phase;
    }

    /** The ports are its own, so that all are cut in one run: for a loop and for a thread. */
    int port(int first) {
        return first + offset;
    }

    /** The sets of client ports that the rules fill. */
    static String sets() {
        return """
                set cut { type inet_service; flags dynamic; size 1024; }
                set finished { type inet_service; flags dynamic; size 1024; }
                """;
    }

    /** A rule that notes the port of a client whose second flight begins. */
    static String finished() {
        return "@ih,0,24 0x140303 add @finished { tcp sport }\n";
    }

    /** A rule of nftables that adds the client's port to the set {@code cut}, and does something else. */
    String rule(int first, String verdict) {
        StringBuilder hex = new StringBuilder();
        octets.chars().forEach(octet -> hex.append(String.format(Locale.ROOT, "%02x", octet)));
        return String.format(
                Locale.ROOT,
                "tcp %s %d-%d %s@ih,0,%d 0x%s add @cut { tcp %s } %s%n",
                sender == Sender.CLIENT ? "dport" : "sport",
                port(first),
                port(first) + 1,
                this == AFTER_THE_HANDSHAKE ? "tcp dport @finished " : "",
                octets.length() * 8,
                hex,
                sender == Sender.CLIENT ? "sport" : "dport",
                verdict);
    }
}
