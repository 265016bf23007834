package dev.starttls.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of the PROXY protocol, version 1 or 2, by which a load balancer says whose connection it passes on. Takes no octet
 * after its end: what follows is the client's, or a ClientHello.
 *
 * <pre>{@code
 * ProxyHeader header = new ProxyHeader();
 * while (header.wanted() > 0) {
 *     header.take(read(header.wanted()));     // as many octets at most
 * }
 * header.client();
 * }</pre>
 */
final class ProxyHeader {

    /** Section 2.1 of the specification: no header of version 1 is longer. */
    private static final int MAX_TEXT = 107;
    /** Addresses and what else a balancer says of a connection; the length could be 65,535. */
    private static final int MAX_BINARY = 4_096;
    /** "PROXY UNKNOWN" with CRLF, the shortest header of all. */
    private static final int SHORTEST = 15;
    /** The signature, version, command, family and length of version 2. */
    private static final int FIXED = 16;

    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WORD = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern TEXT = Pattern.compile(
            "PROXY TCP(4 [0-9.]+ [0-9.]+|6 [0-9A-Fa-f:.]+ [0-9A-Fa-f:.]+) (0|[1-9]\\d{0,4}) (0|[1-9]\\d{0,4})");
    private static final Pattern QUAD = Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}");

    private byte[] octets = {};
    private boolean over;
    private Optional<InetSocketAddress> client = Optional.empty();

    /** How many octets may be read next; 0 at the end. */
    int wanted() {
        if (over) {
            return 0;
        }
        if (octets.length < SHORTEST) {
            return SHORTEST - octets.length;
        }
        if (begins(WORD)) {
            return 1;
        }
        return octets.length < FIXED ? FIXED - octets.length : FIXED + length() - octets.length;
    }

    /** Takes octets, no more than are wanted. */
    void take(ByteBuffer next) throws IOException {
        byte[] all = Arrays.copyOf(octets, octets.length + next.remaining());
        next.get(all, octets.length, next.remaining());
        octets = all;
        if (!begins(WORD) && !begins(SIGNATURE)) {
            throw new IOException("Expected a header of the PROXY protocol, got something else");
        }
        if (begins(WORD) && octets.length >= SHORTEST) {
            if (octets[octets.length - 2] == '\r' && octets[octets.length - 1] == '\n') {
                text(new String(octets, 0, octets.length - 2, StandardCharsets.US_ASCII));
                over = true;
            } else if (octets.length >= MAX_TEXT) {
                throw new IOException("Expected a header of at most " + MAX_TEXT + " octets, got more");
            }
        } else if (octets.length >= FIXED) {
            if (length() > MAX_BINARY) {
                throw new IOException("Expected at most " + MAX_BINARY + " octets of a header, got " + length());
            }
            if (octets.length == FIXED + length()) {
                binary();
                over = true;
            }
        }
    }

    /** The client; empty where the balancer speaks for itself, for instance to see whether the server is there. */
    Optional<InetSocketAddress> client() {
        return client;
    }

    private boolean begins(byte[] beginning) {
        int count = Math.min(beginning.length, octets.length);
        return Arrays.equals(beginning, 0, count, octets, 0, count);
    }

    private int length() {
        return ByteBuffer.wrap(octets).getShort(FIXED - 2) & 0xFFFF;
    }

    private void text(String line) throws IOException {
        if (line.equals("PROXY UNKNOWN") || line.startsWith("PROXY UNKNOWN ")) {
            return;
        }
        Matcher matcher = TEXT.matcher(line);
        String[] words = line.split(" ", -1);
        if (!matcher.matches()
                || (words[1].equals("TCP4") && !QUAD.matcher(words[2]).matches())
                || Integer.parseInt(words[4]) > 65_535
                || Integer.parseInt(words[5]) > 65_535) {
            throw new IOException("Expected addresses and ports in a header of version 1, got others");
        }
        // A literal: no name is looked up.
        client = Optional.of(new InetSocketAddress(InetAddress.getByName(words[2]), Integer.parseInt(words[4])));
    }

    private void binary() throws IOException {
        int command = octets[12] & 0xFF;
        int family = octets[13] & 0xFF;
        if (command == 0x20) {
            return;
        }
        int address = family == 0x11 ? 4 : family == 0x21 ? 16 : 0;
        if (command != 0x21 || address == 0 || length() < 2 * address + 4) {
            throw new IOException("Expected a TCP connection over IPv4 or IPv6 in a header of version 2, got another");
        }
        int port = ByteBuffer.wrap(octets).getShort(FIXED + 2 * address) & 0xFFFF;
        client = Optional.of(new InetSocketAddress(
                InetAddress.getByAddress(Arrays.copyOfRange(octets, FIXED, FIXED + address)), port));
    }
}
