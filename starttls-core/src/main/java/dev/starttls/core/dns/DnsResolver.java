package dev.starttls.core.dns;

/**
 * Asks the DNS. Implement it with the resolver that you have; policies and discovery ask through it, and this library has none.
 *
 * <pre>{@code
 * DnsResolver resolver = (name, type) -> new DnsAnswer.Absent(name, DnsAnswer.Security.INSECURE);
 * }</pre>
 *
 * <p>{@link DnsAnswer.Security#SECURE} must be said only of what was validated by this process, or by a resolver whose word is
 * trusted and comes over a channel that nobody can change: one on the loopback interface, or one that is reached over TLS and
 * whose name was verified. The AD bit of any other resolver proves nothing (RFC 4035 section 4.9.3, RFC 7672 section 2.1.1).
 *
 * <p>Called by the thread that decides, which may wait for the answer; several threads may ask at once.
 */
@FunctionalInterface
public interface DnsResolver {

    /**
     * Asks for the records of one type, and follows aliases (CNAME, DNAME); asked for {@link DnsType#CNAME} itself, it does
     * not. It returns within a time of its own, some seconds, and may cache.
     *
     * @param name in ASCII, without the dot at its end; names of services begin with underscores
     * @param type of the records
     * @return what came; a resolver that fails says so by {@link DnsAnswer.Failed}, and never by {@link DnsAnswer.Absent}
     */
    DnsAnswer ask(String name, DnsType type);
}
