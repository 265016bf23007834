package dev.starttls.core.hosts;

import java.util.Optional;

/**
 * Remembers with which services TLS was used, so that a later session without it, or with an older version, is noticed (RFC
 * 3207 section 6, RFC 8314 section 5). Implement it to share it between machines; {@code dev.starttls.core.hosts.file} keeps it in
 * a file.
 *
 * <pre>{@code
 * TlsHistory history = TlsHistory.inMemory(10_000);
 * SmtpClient.to("mx.example.org", 25).policy(TlsPolicy.OPPORTUNISTIC).blockDowngrades(history).connect();
 * history.forget(new HostService("mx.example.org", 25, "smtp"));  // its operator has turned TLS off
 * }</pre>
 *
 * <p>It is kept apart from {@link HostMemory}, which is about speed, is right to forget, and is written only where commands are sent
 * unasked: whoever shares that one with less trusted code, or empties it, opens no way for a downgrade.
 *
 * <p>A use counts whether or not the certificate was verified: this is trust on first use. What an attacker on the path can do:
 *
 * <ul>
 *   <li>Before the first use, everything: nothing is remembered yet.
 *   <li>Answer in TLS with a certificate of its own, now and later, where nothing is verified: the history proves that there
 *       was TLS, not with whom. It is no substitute for verification, and takes the place of none (RFC 8314 section 5.4).
 *   <li>Answer in TLS for a host that has none, once: from then on, until the expiry, a client that blocks downgrades sends the real
 *       host nothing. That delays mail, and discloses none; {@link #forget} ends it.
 *   <li>Have a client use TLS with many hosts of the attacker's, so that others are forgotten: see {@link #inMemory}.
 * </ul>
 *
 * <p>Called by the threads that drive connections, several at once: an implementation must be safe for use by several threads,
 * must not block, and has to bound what it holds. What it throws ends the connection for which it was called.
 */
public interface TlsHistory {

    /** Remembers nothing. */
    TlsHistory NONE = new TlsHistory() {

        @Override
        public Optional<TlsUse> recall(HostService service) {
            return Optional.empty();
        }

        @Override
        public void used(HostService service, TlsUse use) {}

        @Override
        public void forget(HostService service) {}
    };

    /**
     * What is remembered of a service.
     *
     * @param service any
     * @return the last use, however old: whether that is recent enough is not decided here ({@link TlsUse#within}); empty if none is
     *     remembered
     */
    Optional<TlsUse> recall(HostService service);

    /**
     * Remembers that TLS was used, as {@link TlsUse#following} what was remembered before; atomically.
     *
     * @param service with which
     * @param use now
     */
    void used(HostService service, TlsUse use);

    /**
     * Forgets a service: it may be spoken to in plaintext again. For people who know that its operator has turned TLS off.
     *
     * @param service any; without effect if nothing is remembered
     */
    void forget(HostService service);

    /**
     * Makes a history in this process.
     *
     * <p>When it is full, the least recently used service is forgotten, but new ones do not drive out those that have lasted, whose
     * first and last use are a day or more apart: as long as more than a quarter of all are new, the one that is forgotten is new.
     * An attacker who leads a client to any number of hosts within a day, by mail that bounces to them for instance, has it forget
     * none of those that have lasted, if these fill no more than three quarters. Make it larger than the number of hosts that are
     * visited in the time of the expiry; one usually takes 1 to 2 KB.
     *
     * @param services the maximum number, at least 1
     * @return an empty history, safe for use by several threads
     * @throws IllegalArgumentException if {@code services} is less than 1
     */
    static RecentTlsUses inMemory(int services) {
        return new RecentTlsUses(services);
    }
}
