package dev.starttls.conformance.target;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Addresses that begin with the same bits: {@code 192.0.2.0/28}, {@code 2001:db8::/64} (RFC 4632 section 3.1).
 *
 * @param first its first address
 * @param bits how many bits all have in common
 */
public record AddressBlock(InetAddress first, int bits) {
    private static final int MAX_FREE = 62;

    private static final List<AddressBlock> PRIVATE = List.of(
            block("0.0.0.0", 8),
            block("10.0.0.0", 8),
            block("100.64.0.0", 10),
            block("127.0.0.0", 8),
            block("169.254.0.0", 16),
            block("172.16.0.0", 12),
            block("192.0.0.0", 24),
            block("192.168.0.0", 16),
            block("198.18.0.0", 15),
            block("224.0.0.0", 3),
            block("::", 127),
            block("64:ff9b:1::", 48),
            block("fc00::", 7),
            block("fe80::", 10),
            block("fec0::", 10),
            block("ff00::", 8));

    /** The octet at which an IPv4 address stands in the IPv6 addresses of a block. */
    private static final Map<AddressBlock, Integer> IPV4_INSIDE =
            Map.of(block("::", 96), 12, block("64:ff9b::", 96), 12, block("2002::", 16), 2);

    /** Clears the other bits. */
    public AddressBlock {
        int all = first.getAddress().length * Byte.SIZE;
        if (bits < 0 || bits > all) {
            throw new IllegalArgumentException("bits: expected 0 to " + all + ", got " + bits);
        }
        first = masked(first, bits);
    }

    private static AddressBlock block(String literal, int bits) {
        try {
            return new AddressBlock(InetAddress.getByName(literal), bits);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(literal, e);
        }
    }

    /**
     * Reads an address with or without {@code /BITS}.
     *
     * @return empty if the text is something else, such as a name
     */
    public static Optional<AddressBlock> parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        // No name gets to the name service.
        if (!literal.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
                || (slash >= 0 && !text.substring(slash + 1).matches("[0-9]{1,3}"))) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.getByName(literal);
            int all = address.getAddress().length * Byte.SIZE;
            return Optional.of(
                    new AddressBlock(address, slash < 0 ? all : Integer.parseInt(text.substring(slash + 1))));
        } catch (UnknownHostException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static InetAddress masked(InetAddress address, int bits) {
        byte[] octets = address.getAddress();
        for (int i = 0; i < octets.length; i++) {
            int kept = Math.max(0, Math.min(Byte.SIZE, bits - i * Byte.SIZE));
            octets[i] &= (byte) (0xff << (Byte.SIZE - kept));
        }
        return of(octets);
    }

    private static InetAddress of(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 octets are an address", e);
        }
    }

    /** Whether the address is one of them. */
    public boolean contains(InetAddress address) {
        return address.getAddress().length == first.getAddress().length
                && Arrays.equals(masked(address, bits).getAddress(), first.getAddress());
    }

    /** How many there are, if that can be counted at all: at most 2<sup>62</sup>. */
    public Optional<Long> size() {
        int free = first.getAddress().length * Byte.SIZE - bits;
        return free > MAX_FREE ? Optional.empty() : Optional.of(1L << free);
    }

    /**
     * One of them.
     *
     * @param index 0 to the {@link #size} - 1
     */
    public InetAddress at(long index) {
        byte[] octets = first.getAddress();
        long rest = index;
        for (int i = octets.length - 1; rest != 0; i--) {
            octets[i] |= (byte) rest;
            rest >>>= Byte.SIZE;
        }
        return of(octets);
    }

    /**
     * Whether no server of the public Internet has the address: loopback, link-local, private use (RFC 1918, RFC 4193), shared
     * (RFC 6598), multicast, reserved; or an address of IPv6 that leads to such a one of IPv4 (RFC 6052, RFC 3056).
     */
    public static boolean isPrivate(InetAddress address) {
        return PRIVATE.stream().anyMatch(block -> block.contains(address))
                || IPV4_INSIDE.entrySet().stream()
                        .anyMatch(inside -> inside.getKey().contains(address)
                                && isPrivate(of(Arrays.copyOfRange(
                                        address.getAddress(), inside.getValue(), inside.getValue() + 4))));
    }

    /** Whether that is so of all addresses of a block. */
    public static boolean isPrivate(AddressBlock block) {
        return PRIVATE.stream().anyMatch(one -> one.bits <= block.bits && one.contains(block.first));
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + bits;
    }
}
