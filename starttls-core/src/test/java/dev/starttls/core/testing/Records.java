package dev.starttls.core.testing;

/** Looks at octets from outside: are they TLS records, and nothing else? */
public final class Records {

    private Records() {}

    /**
     * Why the octets are no sequence of TLS records of which the last may be cut off; empty if they are.
     *
     * @param octets as they went over the wire
     * @param from where to begin
     */
    public static String fault(byte[] octets, int from) {
        int at = from;
        while (at < octets.length) {
            int type = octets[at] & 0xff;
            if (type < 20 || type > 23) {
                return "no record type at octet " + at + ": " + type;
            }
            if (at + 1 < octets.length && octets[at + 1] != 3) {
                return "no version at octet " + (at + 1) + ": " + octets[at + 1];
            }
            if (at + 5 > octets.length) {
                return "";
            }
            int length = ((octets[at + 3] & 0xff) << 8) | (octets[at + 4] & 0xff);
            if (length > 16_384 + 2_048) {
                return "a record too long at octet " + at + ": " + length;
            }
            at += 5 + length;
        }
        return "";
    }
}
