package dev.starttls.conformance.domain;

import dev.starttls.core.dns.DnsResolver;
import java.net.Inet4Address;
import java.net.InetAddress;

/** What is done about addresses that the Internet does not reach, where the DNS names them: of this machine, of its network, of none. */
public enum PrivateAddresses {
    /** No connection is made to them: whoever has a domain can have it name any address. */
    REFUSED,
    /** They are as good as any other, for laboratories and private zones. */
    ALLOWED;

    /** Whether an address is of no use on the Internet (RFC 6890). */
    static boolean contain(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return true;
        }
        byte[] octets = address.getAddress();
        int first = octets[0] & 0xff;
        int second = octets[1] & 0xff;
        if (address instanceof Inet4Address) {
            boolean shared = first == 100 && second >= 64 && second < 128;
            boolean benchmarks = first == 198 && (second == 18 || second == 19);
            return first == 0 || first >= 240 || shared || benchmarks;
        }
        return (first & 0xfe) == 0xfc;
    }

    /** The same resolver without the addresses to which no connection is made. */
    public DnsResolver restrict(DnsResolver resolver) {
        return new PublicResolver(resolver, this);
    }

    /** Whether no connection is made to an address. */
    boolean refuse(InetAddress address) {
        return this == REFUSED && contain(address);
    }
}
