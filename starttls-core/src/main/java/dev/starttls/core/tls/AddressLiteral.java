package dev.starttls.core.tls;

import dev.starttls.core.line.Ascii;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Parses the textual form of addresses strictly. java.net.InetAddress takes {@code 127.1} and {@code 2130706433} for addresses
 * too, and looks all other text up in the DNS.
 */
final class AddressLiteral {

    private static final byte[] NONE = {};
    private static final int GROUPS = 8;
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private AddressLiteral() {}

    /**
     * The octets of an address.
     *
     * @param text four decimal numbers (RFC 6943 section 3.1.1: no octal, no hexadecimal, none left out), or an IPv6 address
     *     (RFC 4291 section 2.2), also in brackets or with a zone (RFC 4007 section 11), which is ignored
     * @return 4 or 16, and 4 for an IPv4-mapped IPv6 address ({@code ::ffff:192.0.2.1}), as the JDK connects to it and shows it
     *     in certificates; 0 if the text is not an address
     */
    static byte[] octets(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String address = bracketed ? text.substring(1, text.length() - 1) : text;
        if (address.indexOf(':') < 0) {
            return bracketed ? NONE : ipv4(address);
        }
        int zone = address.indexOf('%');
        if (zone >= 0) {
            return zone + 1 < address.length() ? ipv6(address.substring(0, zone)) : NONE;
        }
        byte[] octets = ipv6(address);
        return mapped(octets) ? Arrays.copyOfRange(octets, 12, 16) : octets;
    }

    /** RFC 4291 section 2.5.5.2. */
    private static boolean mapped(byte[] octets) {
        return octets.length == 2 * GROUPS && Arrays.equals(octets, 0, 12, MAPPED, 0, 12);
    }

    private static byte[] ipv4(String text) {
        if (text.isEmpty() || !Ascii.digit(text.charAt(text.length() - 1))) {
            return NONE;
        }
        String[] decimals = text.split("\\.", -1);
        if (decimals.length != 4) {
            return NONE;
        }
        byte[] octets = new byte[4];
        for (int i = 0; i < 4; i++) {
            int number = number(decimals[i]);
            if (number < 0 || number > 255) {
                return NONE;
            }
            octets[i] = (byte) number;
        }
        return octets;
    }

    /** A decimal number of at most three digits, without a leading zero; -1 if the text is not one. */
    private static int number(String digits) {
        if (digits.isEmpty() || digits.length() > 3 || (digits.length() > 1 && digits.charAt(0) == '0')) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            if (!Ascii.digit(digits.charAt(i))) {
                return -1;
            }
            number = number * 10 + digits.charAt(i) - '0';
        }
        return number;
    }

    private static byte[] ipv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] all = groups(text, true);
            return all.length == 2 * GROUPS ? all : NONE;
        }
        byte[] front = groups(text.substring(0, gap), false);
        byte[] back = groups(text.substring(gap + 2), true);
        boolean broken = (front.length == 0 && gap > 0) || (back.length == 0 && gap + 2 < text.length());
        if (broken || front.length + back.length > 2 * GROUPS - 2) {
            return NONE;
        }
        byte[] all = Arrays.copyOf(front, 2 * GROUPS);
        System.arraycopy(back, 0, all, all.length - back.length, back.length);
        return all;
    }

    /** Groups of up to four hexadecimal digits, the last perhaps an IPv4 address; empty if there are none or one is malformed. */
    private static byte[] groups(String text, boolean last) {
        String[] groups = text.split(":", -1);
        if (groups.length > GROUPS) {
            return NONE;
        }
        ByteBuffer octets = ByteBuffer.allocate(2 * GROUPS + 2);
        for (int i = 0; i < groups.length; i++) {
            String group = groups[i];
            if (last && i == groups.length - 1 && group.indexOf('.') >= 0) {
                byte[] tail = ipv4(group);
                if (tail.length == 0) {
                    return NONE;
                }
                octets.put(tail);
            } else if (hexadecimal(group)) {
                octets.putShort((short) Integer.parseInt(group, 16));
            } else {
                return NONE;
            }
        }
        return Arrays.copyOf(octets.array(), octets.position());
    }

    private static boolean hexadecimal(String digits) {
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (!Ascii.digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) {
                return false;
            }
        }
        return !digits.isEmpty() && digits.length() <= 4;
    }
}
