package dev.starttls.examples;

import dev.starttls.core.nio.PrefaceDialogue;
import dev.starttls.core.nio.PrefaceStep;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Peer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The header of the PROXY protocol, version 1 or 2, by which a load balancer says whose connection it passes on. It is believed of
 * known balancers alone.
 *
 * <pre>{@code
 * server.preface(ProxyProtocol.from(Set.of(InetAddress.getByName("192.0.2.10")), ProxyProtocol.Others.REFUSE));
 * }</pre>
 */
final class ProxyProtocol implements PrefaceDialogue {

    /** What becomes of connections that come from no balancer. */
    enum Others {
        /** They are closed. */
        REFUSE,
        /** They are clients, by their own address, and send no header. */
        SERVE
    }

    /** Section 2.1 of the specification: no header of version 1 is longer. */
    private static final int MAX_TEXT = 107;
    /** Addresses and what else a balancer says of a connection; the length could be 65,535. */
    private static final int MAX_BINARY = 4_096;
    /** The signature, version, command, family and length of version 2. */
    private static final int FIXED = 16;
    /** Where a path of a Unix-domain socket ends. */
    private static final int MAX_PATH = 108;

    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WORD = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final String QUAD = "(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?! )|(?= ))){4}";
    /** With a colon, so that no word is taken for a name and looked up. */
    private static final String HEXTETS = "[0-9A-Fa-f]*:[0-9A-Fa-f:.]*";

    private static final Pattern TEXT = Pattern.compile(
            "PROXY (?:TCP4 (?<v4>Q) Q|TCP6 (?<v6>H) H) (?<port>0|[1-9]\\d{0,4}) (?<other>0|[1-9]\\d{0,4})\r\n"
                    .replace("Q", QUAD)
                    .replace("H", HEXTETS));
    private static final Pattern UNKNOWN = Pattern.compile("PROXY UNKNOWN(?: [^\r\n]*)?\r\n");

    private ProxyProtocol() {}

    /** Reads a header on the connections of these addresses, and on no other. */
    static Function<Peer, PrefaceDialogue> from(Set<InetAddress> balancers, Others others) {
        Set<String> trusted =
                balancers.stream().map(InetAddress::getHostAddress).collect(Collectors.toUnmodifiableSet());
        return from -> trusted.contains(from.host()) ? new ProxyProtocol() : new Stranger(others);
    }

    @Override
    public PrefaceStep opened() {
        return PrefaceStep.read(Frame.sized(1, ProxyProtocol::length));
    }

    /** How long the header is, as soon as it says so; what is none ends where that shows. */
    private static OptionalInt length(byte[] first) {
        boolean text = begins(first, WORD);
        boolean over = text
                ? first.length >= MAX_TEXT || (first[first.length - 1] == '\n' && first[first.length - 2] == '\r')
                : !begins(first, SIGNATURE) || (first.length >= FIXED && rest(first) > MAX_BINARY);
        if (over) {
            return OptionalInt.of(first.length);
        }
        return text || first.length < FIXED ? OptionalInt.empty() : OptionalInt.of(FIXED + rest(first));
    }

    @Override
    public PrefaceStep received(byte[] header) {
        try {
            return begins(header, WORD) ? text(header) : binary(header);
        } catch (UnknownHostException e) {
            return refusal("an address in a header of version 1", header);
        }
    }

    private static PrefaceStep text(byte[] header) throws UnknownHostException {
        String line = new String(header, StandardCharsets.US_ASCII);
        if (UNKNOWN.matcher(line).matches()) {
            return PrefaceStep.accept();
        }
        Matcher matcher = TEXT.matcher(line);
        if (!matcher.matches()
                || Integer.parseInt(matcher.group("port")) > 65_535
                || Integer.parseInt(matcher.group("other")) > 65_535) {
            return refusal("a header of the PROXY protocol, version 1 or 2", header);
        }
        // A literal: no name is looked up.
        String literal = Optional.ofNullable(matcher.group("v4")).orElse(matcher.group("v6"));
        return accept(InetAddress.getByName(literal), Integer.parseInt(matcher.group("port")));
    }

    private static PrefaceStep binary(byte[] header) throws UnknownHostException {
        if (header.length < FIXED || header.length != FIXED + rest(header)) {
            return refusal("a header of the PROXY protocol, version 1 or 2, of at most " + MAX_BINARY, header);
        }
        int command = header[12] & 0xFF;
        int family = header[13] & 0xFF;
        if (command == 0x20 || (command == 0x21 && family == 0)) {
            // LOCAL: the balancer speaks for itself, to see whether the server is there. UNSPEC: it does not say for
            // whom.
            return PrefaceStep.accept();
        }
        boolean known = command == 0x21 && (family == 0x11 || family == 0x21 || family == 0x31);
        int address = family == 0x11 ? 4 : family == 0x21 ? 16 : MAX_PATH;
        if (!known || rest(header) < 2 * address + (family == 0x31 ? 0 : 4)) {
            return refusal("a stream over IPv4, IPv6 or a Unix-domain socket in a header of version 2", header);
        }
        byte[] source = Arrays.copyOfRange(header, FIXED, FIXED + address);
        if (family == 0x31) {
            String path = new String(source, StandardCharsets.ISO_8859_1);
            return PrefaceStep.accept(new Peer("unix:" + path.split("\0", 2)[0], -1));
        }
        // What follows the addresses are TLVs, which are skipped.
        return accept(InetAddress.getByAddress(source), ByteBuffer.wrap(header).getShort(FIXED + 2 * address) & 0xFFFF);
    }

    private static PrefaceStep accept(InetAddress address, int port) {
        return PrefaceStep.accept(new Peer(address.getHostAddress(), port));
    }

    private static PrefaceStep refusal(String expected, byte[] got) {
        return new PrefaceStep.Refuse(
                expected,
                new String(got, 0, Math.min(got.length, MAX_TEXT), StandardCharsets.US_ASCII),
                "See whether the balancer sends the header to this port: send-proxy-v2 of HAProxy");
    }

    private static boolean begins(byte[] octets, byte[] beginning) {
        int count = Math.min(beginning.length, octets.length);
        return Arrays.equals(beginning, 0, count, octets, 0, count);
    }

    /** The octets after the fixed ones of version 2. */
    private static int rest(byte[] header) {
        return ByteBuffer.wrap(header).getShort(FIXED - 2) & 0xFFFF;
    }

    /** A connection that comes from no balancer. */
    private record Stranger(Others others) implements PrefaceDialogue {

        @Override
        public PrefaceStep opened() {
            return others == Others.SERVE
                    ? PrefaceStep.accept()
                    : new PrefaceStep.Refuse(
                            "a connection of a known balancer", "", "Add its address to the balancers if it is one");
        }

        @Override
        public PrefaceStep received(byte[] octets) {
            throw new IllegalStateException("Expected nothing to be read of a stranger");
        }
    }
}
