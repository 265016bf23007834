package dev.starttls.core.hosts;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * When and how TLS was used with a service. Whether the server's certificate was verified is not part of it: see {@link
 * TlsHistory}.
 *
 * <pre>{@code
 * Instant now = Instant.now();
 * TlsUse use = new TlsUse(now, now, "TLSv1.3", List.of("STARTTLS", "SIZE 10240000"), Optional.empty());
 * use.within(TlsUse.DEFAULT_EXPIRY, now);
 * }</pre>
 *
 * @param firstUsed when it was used for the first time, as far as that is remembered
 * @param lastUsed when it was used last
 * @param version that was agreed on last, for instance "TLSv1.3"
 * @param offered the capabilities announced before TLS the last time, as they were sent; at most {@value #MAX_OFFERED} of at most
 *     {@value #MAX_LENGTH} characters. For people: an attacker can have written them
 * @param keyHash {@code sha256/} and the hash of the public key of the last certificate, in Base64 (RFC 7469 section 2.4); empty if
 *     there was no certificate. For people: it is not compared, since keys change with certificates
 */
public record TlsUse(
        Instant firstUsed, Instant lastUsed, String version, List<String> offered, Optional<String> keyHash) {

    /** The maximum number of capabilities: servers announce ten to thirty. */
    public static final int MAX_OFFERED = 64;

    /** The maximum length of a capability, a version and a hash, in characters: several times the longest in use. */
    public static final int MAX_LENGTH = 200;

    /**
     * How long a use is relied on unless something else is set: 30 days. Of a host that has had TLS, a longer silence is rarer than
     * a change of its operator's mind; MTA-STS policies of a few weeks are usual (RFC 8461 section 3.2).
     */
    public static final Duration DEFAULT_EXPIRY = Duration.ofDays(30);

    /** Of the years that have four digits. */
    private static final Instant END = Instant.parse("9999-12-31T00:00:00Z");

    /**
     * Checks the bounds, and keeps its own copy.
     *
     * @throws IllegalArgumentException if something is longer, a time is before 1970 or after 9999, or the first use is later
     *     than the last
     */
    public TlsUse {
        Objects.requireNonNull(firstUsed, "firstUsed: expected a time, got null");
        Objects.requireNonNull(lastUsed, "lastUsed: expected a time, got null");
        Objects.requireNonNull(version, "version: expected for instance TLSv1.3, got null");
        Objects.requireNonNull(keyHash, "keyHash: expected a hash or Optional.empty(), got null");
        offered = List.copyOf(offered);
        if (firstUsed.isBefore(Instant.EPOCH) || !lastUsed.isBefore(END)) {
            throw new IllegalArgumentException("firstUsed, lastUsed: expected times from " + Instant.EPOCH + " to "
                    + END + ", got " + firstUsed + " and " + lastUsed);
        }
        if (firstUsed.isAfter(lastUsed)) {
            throw new IllegalArgumentException(
                    "firstUsed: expected no later time than that of the last use, " + lastUsed + ", got " + firstUsed);
        }
        if (offered.size() > MAX_OFFERED) {
            throw new IllegalArgumentException(
                    "offered: expected at most " + MAX_OFFERED + " capabilities, got " + offered.size());
        }
        requireShort("version", version);
        keyHash.ifPresent(hash -> requireShort("keyHash", hash));
        offered.forEach(capability -> requireShort("offered", capability));
    }

    /**
     * Whether the last use is recent enough to be relied on. One that seems to lie in the future is: the clock was wrong then, or is
     * wrong now, and an attacker who can set the clock is not to be able to age what is remembered by setting it back.
     *
     * @param expiry how long a use is relied on
     * @param now the time now
     * @return true up to and including the expiry
     */
    public boolean within(Duration expiry, Instant now) {
        return Duration.between(lastUsed, now).compareTo(expiry) <= 0;
    }

    /**
     * This use as the one that follows another: it takes the place of that, but for the time of the first use.
     *
     * @param earlier what was remembered before
     * @return what is to be remembered now
     */
    public TlsUse following(TlsUse earlier) {
        return earlier.firstUsed.isBefore(firstUsed)
                ? new TlsUse(earlier.firstUsed, lastUsed, version, offered, keyHash)
                : this;
    }

    private static void requireShort(String what, String value) {
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    what + ": expected at most " + MAX_LENGTH + " characters, got " + value.length());
        }
    }
}
