package dev.starttls.conformance.tls.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** An immutable string of octets. */
public final class OctetString {

    /** The empty string of octets. */
    public static final OctetString NONE = new OctetString(new byte[0]);

    private final byte[] octets;

    private OctetString(byte[] octets) {
        this.octets = octets;
    }

    /** A copy of {@code octets}. */
    public static OctetString of(byte[] octets) {
        return new OctetString(octets.clone());
    }

    /** A copy of {@code length} octets of {@code octets} from {@code offset} on. */
    public static OctetString of(byte[] octets, int offset, int length) {
        return new OctetString(Arrays.copyOfRange(octets, offset, offset + length));
    }

    /** The octets written as hexadecimal digits; blanks between them are ignored. */
    public static OctetString hex(String digits) {
        return new OctetString(HexFormat.of().parseHex(digits.replace(" ", "")));
    }

    /** The characters of {@code text}, one octet each. */
    public static OctetString ascii(String text) {
        return new OctetString(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@code length} octets of zero. */
    public static OctetString zeros(int length) {
        return new OctetString(new byte[length]);
    }

    /** A new array with the octets. */
    public byte[] array() {
        return octets.clone();
    }

    public int length() {
        return octets.length;
    }

    public boolean isEmpty() {
        return octets.length == 0;
    }

    /** The octet at {@code index} as a number from 0 to 255. */
    public int at(int index) {
        return octets[index] & 0xff;
    }

    /** The octets from {@code from} up to, but not including, {@code to}. */
    public OctetString slice(int from, int to) {
        return new OctetString(Arrays.copyOfRange(octets, from, to));
    }

    /** The first {@code limit} octets, or all if there are fewer. */
    public OctetString first(int limit) {
        return slice(0, Math.min(limit, octets.length));
    }

    /** These octets followed by {@code more}. */
    public OctetString and(OctetString more) {
        byte[] joined = Arrays.copyOf(octets, octets.length + more.octets.length);
        System.arraycopy(more.octets, 0, joined, octets.length, more.octets.length);
        return new OctetString(joined);
    }

    /** The same octets with the bits of {@code mask} flipped at {@code index}. */
    public OctetString flipped(int index, int mask) {
        byte[] changed = octets.clone();
        changed[index] ^= (byte) mask;
        return new OctetString(changed);
    }

    /** Whether they begin with {@code prefix}. */
    public boolean startsWith(OctetString prefix) {
        return octets.length >= prefix.octets.length
                && Arrays.equals(octets, 0, prefix.octets.length, prefix.octets, 0, prefix.octets.length);
    }

    /** Whether they end with {@code suffix}. */
    public boolean endsWith(OctetString suffix) {
        int from = octets.length - suffix.octets.length;
        return from >= 0 && Arrays.equals(octets, from, octets.length, suffix.octets, 0, suffix.octets.length);
    }

    /** One character per octet, with non-printable ones escaped; safe for a terminal. */
    public String text() {
        StringBuilder text = new StringBuilder(octets.length);
        for (byte octet : octets) {
            switch (octet) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (octet >= ' ' && octet < 0x7f) {
                        text.append((char) octet);
                    } else {
                        text.append("\\x").append(HexFormat.of().toHexDigits(octet));
                    }
                }
            }
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OctetString that && Arrays.equals(octets, that.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    /** Hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(octets);
    }
}
