package dev.starttls.core.upgrade;

import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.hosts.TlsUse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/**
 * Whether a client notices that there is less TLS than it has used with the server before, and what follows (RFC 3207 section 6):
 * {@link TlsPolicy#OPPORTUNISTIC} once, and required from then on.
 *
 * <pre>{@code
 * TlsHistory history = TlsHistory.inMemory(10_000);
 * UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)
 *         .withDowngrades(DowngradeDetection.blocking(history, InstantSource.system()));
 * }</pre>
 *
 * <p>Each session that has become ready inside TLS is remembered, also with implicit TLS, and whether or not the certificate was
 * verified; {@link TlsHistory} says what an attacker can do with that. The history is asked once, when a connection begins. If it has
 * a use of TLS within the expiry, then
 *
 * <ul>
 *   <li>a server that does not offer the upgrade, refuses it or greets with PREAUTH is reported by {@link
 *       UpgradeListener#downgraded}, and under {@link Response#BLOCK} the connection fails, with the reason that it would have under
 *       {@link TlsPolicy#REQUIRED}. Its message says what is remembered, and how to forget it;
 *   <li>under {@link Response#BLOCK}, {@link UpgradeListener#blocked} is called for whatever else fails, a handshake for instance. It
 *       fails under any policy; what follows must not be another connection without TLS;
 *   <li>an older version of TLS than that of the last use is reported, and goes on: servers give up a version, too. It is reported
 *       once, since then it is that of the last use.
 * </ul>
 *
 * <p>What is verified stays as the policy and the {@link dev.starttls.core.tls.TlsSettings} have it. Under {@link
 * TlsPolicy#DISABLED}, and on servers, nothing is asked, remembered or reported.
 *
 * @param history what is remembered
 * @param response to a server that had TLS and has none
 * @param expiry how long a use is relied on since the last one, which each use renews; positive, at most {@link #MAX_EXPIRY}
 * @param clock the time now; called by the threads that drive connections, twice for each connection
 */
public record DowngradeDetection(TlsHistory history, Response response, Duration expiry, InstantSource clock) {

    /** Ten years: who sets more means to require TLS. */
    public static final Duration MAX_EXPIRY = Duration.ofDays(3_650);

    /** Nothing is remembered and nothing is noticed. */
    public static final DowngradeDetection NONE =
            new DowngradeDetection(TlsHistory.NONE, Response.REPORT, TlsUse.DEFAULT_EXPIRY, () -> Instant.EPOCH);

    /** What follows where a server that had TLS has none. */
    public enum Response {
        /** The listener hears of it, and the policy decides. */
        REPORT,
        /** The listener hears of it, and nothing is sent in plaintext: once TLS, always TLS. */
        BLOCK
    }

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if the expiry is not positive, or is longer than {@link #MAX_EXPIRY}
     * @throws NullPointerException if one is null
     */
    public DowngradeDetection {
        Objects.requireNonNull(history, "history: expected a TlsHistory, got null; try TlsHistory.inMemory(10_000)");
        Objects.requireNonNull(response, "response: expected a Response, got null; try Response.BLOCK");
        Objects.requireNonNull(expiry, "expiry: expected a positive time, got null; try TlsUse.DEFAULT_EXPIRY");
        Objects.requireNonNull(clock, "clock: expected an InstantSource, got null; try InstantSource.system()");
        if (expiry.isNegative() || expiry.isZero() || expiry.compareTo(MAX_EXPIRY) > 0) {
            throw new IllegalArgumentException("expiry: expected a positive time, at most " + MAX_EXPIRY.toDays()
                    + " days, got " + expiry + "; TlsPolicy.REQUIRED is for ever");
        }
    }

    /**
     * Downgrades are reported, and the policy decides; a use is relied on for 30 days.
     *
     * @param history what is remembered
     * @param clock the time now
     * @return under {@link Response#REPORT}
     */
    public static DowngradeDetection reporting(TlsHistory history, InstantSource clock) {
        return new DowngradeDetection(history, Response.REPORT, TlsUse.DEFAULT_EXPIRY, clock);
    }

    /**
     * Once TLS, always TLS, for 30 days after the last use.
     *
     * @param history what is remembered
     * @param clock the time now
     * @return under {@link Response#BLOCK}
     */
    public static DowngradeDetection blocking(TlsHistory history, InstantSource clock) {
        return new DowngradeDetection(history, Response.BLOCK, TlsUse.DEFAULT_EXPIRY, clock);
    }

    /**
     * The same with another time.
     *
     * @param expiry positive, at most {@link #MAX_EXPIRY}
     * @throws IllegalArgumentException if it is not positive, or is longer
     */
    public DowngradeDetection withExpiry(Duration expiry) {
        return new DowngradeDetection(history, response, expiry, clock);
    }

    /** For people and logs, on one line. */
    @Override
    public String toString() {
        return history == TlsHistory.NONE ? "none" : response + " within " + expiry;
    }
}
