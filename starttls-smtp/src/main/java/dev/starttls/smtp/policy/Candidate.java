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

    /**
     * How TLS is spoken where a message asks for something else than the policy.
     *
     * @param verifying with a host whose certificate a trusted root must vouch for
     * @param encrypting with one that proves nothing
     */
    record Settings(TlsSettings verifying, TlsSettings encrypting) {}

    private final Place place;
    private final Requirement requirement;
    private final TlsSettings tls;
    private final Settings settings;
    private final RequireTls.MxName mxName;
    private final Optional<Exclusion> exclusion;
    private final ReportedPolicy reportedAs;
    private final UpgradeListener outcomes;

    private record Exclusion(FailureReason reason, String detail) {}

    /** One that may be used. */
    Candidate(
            Place place,
            Requirement requirement,
            TlsSettings tls,
            Settings settings,
            RequireTls.MxName mxName,
            ReportedPolicy reportedAs,
            UpgradeListener outcomes) {
        this.place = place;
        this.requirement = requirement;
        this.tls = tls;
        this.settings = settings;
        this.mxName = mxName;
        this.exclusion = Optional.empty();
        this.reportedAs = reportedAs;
        this.outcomes = outcomes;
    }

    private Candidate(
            Candidate same,
            Requirement requirement,
            TlsSettings tls,
            Optional<Exclusion> exclusion,
            UpgradeListener outcomes) {
        place = same.place;
        this.requirement = requirement;
        this.tls = tls;
        settings = same.settings;
        mxName = same.mxName;
        this.exclusion = exclusion;
        reportedAs = same.reportedAs;
        this.outcomes = outcomes;
    }

    /** The same, which must not be used. */
    Candidate excluded(FailureReason reason, String detail) {
        return new Candidate(this, requirement, tls, Optional.of(new Exclusion(reason, detail)), outcomes);
    }

    /**
     * The same host for a message that requires TLS (RFC 8689 section 2): it has to prove its certificate also where its domain has no
     * policy that asks for it. What fails then is counted for reports as any other failure is.
     *
     * <pre>{@code
     * try (SmtpConnection mail = SmtpClient.to(candidate.authenticated()).connect()) {
     *     mail.requireTls().missing();     // empty: MAIL FROM with REQUIRETLS
     * }
     * }</pre>
     *
     * @return this one if it has to prove its certificate anyway; else one that has to prove it by a trusted root and its name
     */
    public Candidate authenticated() {
        return certificate() == RequireTls.Certificate.NOT_VERIFIED
                ? new Candidate(
                        this, new Requirement.TrustedCertificate(host()), settings.verifying(), exclusion, outcomes)
                : this;
    }

    /**
     * The same host for a message with {@code TLS-Required: No} (RFC 8689 section 4.2.2, {@link TlsRequiredHeader}): neither DANE nor MTA-STS
     * counts, TLS is used where it is offered, and a host that a policy excludes may be used. No {@link DeliveryOutcome} comes of it, since no
     * policy was applied.
     *
     * @return one that has to prove nothing; {@link #unreachable} only if it has no address
     */
    public Candidate opportunistic() {
        return new Candidate(
                this,
                new Requirement.Nothing(),
                settings.encrypting(),
                exclusion.filter(why -> addresses().isEmpty()),
                UpgradeListener.NONE);
    }

    /**
     * How the name of the host was validated, which a message that requires TLS depends on (RFC 8689 section 2).
     *
     * @return {@link RequireTls.MxName#DNSSEC} if the MX records are signed, {@link RequireTls.MxName#MTA_STS} if the domain's policy has the
     *     host, in whatever mode
     */
    public RequireTls.MxName mxName() {
        return mxName;
    }

    /**
     * How the certificate of the host is verified, inside TLS.
     *
     * @return as the {@link #requirement} has it
     */
    public RequireTls.Certificate certificate() {
        if (requirement instanceof Requirement.Dane) {
            return RequireTls.Certificate.DANE;
        }
        return requirement instanceof Requirement.TrustedCertificate
                ? RequireTls.Certificate.PKIX
                : RequireTls.Certificate.NOT_VERIFIED;
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
