package dev.starttls.conformance.domain;

import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.core.dns.DnsResolver;
import java.net.InetAddress;

/** What is done about addresses that the Internet does not reach, where the DNS or a block of addresses names them: of this machine, of its network, of none. */
public enum PrivateAddresses {
    /** No connection is made to them: whoever has a domain can have it name any address. */
    REFUSED,
    /** They are as good as any other, for laboratories and private zones. */
    ALLOWED;

    /** The same resolver without the addresses to which no connection is made. */
    public DnsResolver restrict(DnsResolver resolver) {
        return new PublicResolver(resolver, this);
    }

    /** Whether no connection is made to an address. */
    public boolean refuse(InetAddress address) {
        return this == REFUSED && AddressBlock.isPrivate(address);
    }
}
