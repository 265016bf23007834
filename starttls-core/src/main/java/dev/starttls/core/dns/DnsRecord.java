package dev.starttls.core.dns;

import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The data of one record. Names are in ASCII and lower case, without the dot at their end; the root is ".". Numbers are as they
 * were sent: those outside the range of their field are refused.
 */
public sealed interface DnsRecord {

    /**
     * The address of a host, of A or AAAA.
     *
     * @param address IPv4 or IPv6
     */
    record Address(InetAddress address) implements DnsRecord {

        /** There must be one. */
        public Address {
            Objects.requireNonNull(address, "address: expected an address, got null");
        }
    }

    /**
     * An alias.
     *
     * @param target the name that it is an alias of
     */
    record Cname(String target) implements DnsRecord {

        /** Writes the name in lower case, without a dot at its end. */
        public Cname {
            target = DnsRecord.name(target);
        }
    }

    /**
     * A host that takes mail.
     *
     * @param preference 0 to 65535; the lowest is tried first
     * @param exchange the host; "." says that the domain takes no mail (RFC 7505)
     */
    record Mx(int preference, String exchange) implements DnsRecord {

        /** Writes the name in lower case, without a dot at its end. */
        public Mx {
            within(preference, 65535, "preference");
            exchange = DnsRecord.name(exchange);
        }
    }

    /**
     * Text.
     *
     * @param strings of at most 255 octets each, one character for each octet (ISO 8859-1)
     */
    record Txt(List<String> strings) implements DnsRecord {

        /** Keeps its own copy. */
        public Txt {
            strings = List.copyOf(strings);
        }

        /**
         * The strings as one, joined without a space (RFC 7208 section 3.3, RFC 8461 section 3.1).
         *
         * @return one character for each octet
         */
        public String text() {
            return String.join("", strings);
        }
    }

    /**
     * Where a service is offered.
     *
     * @param priority 0 to 65535; the lowest is tried first
     * @param weight 0 to 65535; the share among those of one priority
     * @param port 0 to 65535
     * @param target the host; "." says that the service is not offered
     */
    record Srv(int priority, int weight, int port, String target) implements DnsRecord {

        /** Writes the name in lower case, without a dot at its end. */
        public Srv {
            within(priority, 65535, "priority");
            within(weight, 65535, "weight");
            within(port, 65535, "port");
            target = DnsRecord.name(target);
        }
    }

    /**
     * What a server's certificate has to be. Values that are not registered are kept: whether a record is usable is not decided
     * here.
     *
     * @param usage 0 to 255: 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218 section 2.1)
     * @param selector 0 to 255: 0 the certificate, 1 its public key
     * @param matchingType 0 to 255: 0 the whole, 1 SHA-256, 2 SHA-512
     * @param data what the certificate or the key, or its hash, is compared with: two hexadecimal digits for each octet
     */
    record Tlsa(int usage, int selector, int matchingType, String data) implements DnsRecord {

        /** Writes the data in lower case. */
        public Tlsa {
            within(usage, 255, "usage");
            within(selector, 255, "selector");
            within(matchingType, 255, "matchingType");
            data = data.toLowerCase(Locale.ROOT);
            if (data.length() % 2 != 0 || !data.chars().allMatch(HexFormat::isHexDigit)) {
                throw new IllegalArgumentException("data: expected two hexadecimal digits for each octet, got "
                        + data.length() + " characters: " + data.substring(0, Math.min(data.length(), 20)));
            }
        }

        /**
         * The data.
         *
         * @return a copy
         */
        public byte[] octets() {
            return HexFormat.of().parseHex(data);
        }

        /** As zone files and TLS reports have it: the three numbers, and the data in hexadecimal. */
        @Override
        public String toString() {
            return usage + " " + selector + " " + matchingType + " " + data;
        }
    }

    /**
     * Who may issue certificates for a domain.
     *
     * @param flags 0 to 255; 128 is set where an issuer that does not know the tag must not issue
     * @param tag for instance "issue", in lower case
     * @param value for instance "ca.example.net"
     */
    record Caa(int flags, String tag, String value) implements DnsRecord {

        /** Writes the tag in lower case. */
        public Caa {
            within(flags, 255, "flags");
            tag = tag.toLowerCase(Locale.ROOT);
            Objects.requireNonNull(value, "value: expected the value of a property, got null");
        }
    }

    /**
     * A name as records and answers have it: in lower case, without the dot at its end.
     *
     * @param name in ASCII, with or without the dot
     * @return "." for the root
     */
    static String name(String name) {
        Objects.requireNonNull(name, "name: expected a domain name, got null");
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.length() > 1 && lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static void within(int value, int max, String what) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(what + ": expected 0 to " + max + ", got " + value);
        }
    }
}
