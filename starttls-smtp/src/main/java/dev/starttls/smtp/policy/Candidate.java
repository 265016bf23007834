package dev.starttls.smtp.policy;

import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A host that takes a domain's mail, and what it has to prove first. {@code SmtpClient.to(candidate)} obeys it:
 *
 * <pre>{@code
 * try (SmtpConnection mail = SmtpClient.to(candidate).connect()) {
 *     System.out.println(candidate.host() + " has proved " + candidate.requirement());
 * }
 * }</pre>
 *
 * <p>A host that must not be used stays in its place among the others, and connecting to it fails at once: it counts as one that cannot be
 * reached, and none is left out before they are tried in their order (RFC 8461 sections 5.1 and 8.4).
 *
 * <p>Immutable, and safe for use by several threads.
 */
public final class Candidate {

    /** How it is reached. */
    record Place(String host, int port, int preference, List<InetAddress> addresses) {}

    private final Place place;
    private final Requirement requirement;
    private final TlsSettings tls;
    private final Optional<Exclusion> exclusion;
    private final ReportedPolicy reportedAs;
    private final UpgradeListener outcomes;

    private record Exclusion(FailureReason reason, String detail) {}

    /** One that may be used. */
    Candidate(
            Place place,
            Requirement requirement,
            TlsSettings tls,
            ReportedPolicy reportedAs,
            UpgradeListener outcomes) {
        this(place, requirement, tls, Optional.empty(), reportedAs, outcomes);
    }

    private Candidate(
            Place place,
            Requirement requirement,
            TlsSettings tls,
            Optional<Exclusion> exclusion,
            ReportedPolicy reportedAs,
            UpgradeListener outcomes) {
        this.place = place;
        this.requirement = requirement;
        this.tls = tls;
        this.exclusion = exclusion;
        this.reportedAs = reportedAs;
        this.outcomes = outcomes;
    }

    /** The same, which must not be used. */
    Candidate excluded(FailureReason reason, String detail) {
        return new Candidate(place, requirement, tls, Optional.of(new Exclusion(reason, detail)), reportedAs, outcomes);
    }

    /**
     * The host.
     *
     * @return its name, in ASCII and lower case, without a dot at its end; an address where the domain was an address literal
     */
    public String host() {
        return place.host();
    }

    /**
     * The port.
     *
     * @return 25 unless set for the policy
     */
    public int port() {
        return place.port();
    }

    /**
     * The preference of the MX record.
     *
     * @return 0 to 65535; 0 without a record
     */
    public int preference() {
        return place.preference();
    }

    /**
     * The addresses of the host, as the resolver has them.
     *
     * @return empty only if it {@link #unreachable must not be used}
     */
    public List<InetAddress> addresses() {
        return place.addresses();
    }

    /**
     * What the host has to prove.
     *
     * @return to be looked at; {@link #tlsPolicy} and {@link #tls} carry it out
     */
    public Requirement requirement() {
        return requirement;
    }

    /**
     * What is done about TLS.
     *
     * @return {@link TlsPolicy#OPPORTUNISTIC} if nothing is required, else {@link TlsPolicy#REQUIRED}
     */
    public TlsPolicy tlsPolicy() {
        return requirement instanceof Requirement.Nothing ? TlsPolicy.OPPORTUNISTIC : TlsPolicy.REQUIRED;
    }

    /**
     * How TLS is spoken with the host, the verification of its certificate included. The name is {@link #host}, also that sent by SNI
     * (RFC 8461 section 7.1) unless these settings have another.
     *
     * @return settings
     */
    public TlsSettings tls() {
        return tls;
    }

    /**
     * Why the host must not be used, as connecting to it reports it: the policy does not have it ({@link FailureReason#HOST_EXCLUDED}), it
     * has no address ({@link FailureReason#CONNECT_FAILED}), or DANE cannot be decided. A message is kept for later, if no other host takes
     * it.
     *
     * @return a new exception; empty if the host may be used
     */
    public Optional<UpgradeException> unreachable() {
        return exclusion.map(why -> new UpgradeException(
                why.reason(), Phase.CONNECT, why.detail() + "; " + host() + " counts as one that cannot be reached"));
    }

    /**
     * The policy under which sessions with the host are counted in a TLS report.
     *
     * @return of the type of DANE, of MTA-STS, or of none
     */
    public ReportedPolicy reportedAs() {
        return reportedAs;
    }

    /**
     * The listener that makes {@link DeliveryOutcome}s of what becomes of connections: for a client of your own, which {@code
     * SmtpClient.to(candidate)} is not.
     *
     * @return to be set where the connection is set up
     */
    public UpgradeListener listener() {
        return outcomes;
    }

    /**
     * The same, and another that hears of everything after it.
     *
     * @param other a listener of your own
     * @return both as one
     */
    public UpgradeListener listener(UpgradeListener other) {
        return new BothListeners(
                outcomes,
                Objects.requireNonNull(other, "other: expected a listener, got null; try UpgradeListener.NONE"));
    }

    /** One line for people. */
    @Override
    public String toString() {
        return "Candidate[" + host() + ":" + port() + ", preference=" + preference() + ", " + requirement
                + exclusion.map(why -> ", unreachable: " + why.reason()).orElse("") + "]";
    }
}
