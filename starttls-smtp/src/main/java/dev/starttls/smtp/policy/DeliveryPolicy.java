package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import javax.net.ssl.X509TrustManager;

/**
 * Where mail for a domain goes, and what each host has to prove first: the MX records, DANE, and MTA-STS where DANE does not apply.
 *
 * <pre>{@code
 * DeliveryPolicy policy = DeliveryPolicy.builder(resolver)
 *         .store(PolicyStore.inFolder(Path.of("/var/lib/mta/sts")))
 *         .build();
 * for (Candidate candidate : policy.forDomain("example.org")) {
 *     try (SmtpConnection mail = SmtpClient.to(candidate).connect()) {
 *         break;     // say MAIL FROM and the rest, on mail.channel()
 *     } catch (UpgradeException e) {
 *         System.out.println(candidate.host() + ": " + e.resultType());
 *     }
 * }
 * }</pre>
 *
 * <p>If no host takes the message, it is kept for later: whatever a policy forbids is a transient failure, until it is known that there is
 * no newer policy ({@link Destination#policyIsCurrent}, {@link #recheck}).
 *
 * <p>DANE comes first, and MTA-STS never overrides a failure of it (RFC 8461 section 2). Where it applies to a host, MTA-STS is not asked
 * for. In mode testing mail goes out as without a policy, and the {@link Builder#outcomes outcomes} have what would have failed.
 *
 * <p>Policies have to be refreshed, which takes a thread of yours: see {@link StsPolicies}, which {@link #sts} returns.
 *
 * <p>Safe for use by several threads; each waits for the look-ups that it needs.
 */
public final class DeliveryPolicy {

    private static final int SMTP = 25;
    private static final int STORED = 10_000;

    private final DnsResolver resolver;
    private final StsPolicies sts;
    private final HostDecision decision;
    private final DeliveryOutcomes outcomes;
    private final Random random;

    private DeliveryPolicy(Builder builder, PolicyFetcher fetcher) {
        resolver = builder.resolver;
        outcomes = builder.outcomes;
        random = builder.random;
        sts = new StsPolicies(resolver, fetcher, builder.store, builder.clock, random);
        decision = new HostDecision(
                resolver,
                builder.port,
                builder.verifying,
                builder.encrypting,
                builder.matching,
                builder.trust,
                outcomes);
    }

    /**
     * Begins with what has no default.
     *
     * @param resolver that everything is asked of
     * @return a builder with the defaults
     * @throws NullPointerException if it is null
     */
    public static Builder builder(DnsResolver resolver) {
        return new Builder(resolver);
    }

    /**
     * The hosts of a domain. It blocks for the look-ups of the MX records and of the MTA-STS policy, which may have to be fetched; what is
     * needed of each host is looked up when the destination is iterated.
     *
     * @param domain of the recipient; an international name is converted (RFC 3490). Of a smart host that has MX records its own name, which
     *     is the policy domain then (RFC 8461 section 3.4). An address literal, in brackets, has no policy
     * @return where to deliver
     * @throws IllegalArgumentException if it is neither a name nor an address literal
     */
    public Destination forDomain(String domain) {
        return destination(domain, Asking.SPARINGLY);
    }

    /**
     * The same, and the MTA-STS record is asked for in any case. For a message that is about to be returned for good because of a policy: if
     * no host takes it this time either and {@link Destination#policyIsCurrent}, it may be.
     *
     * @param domain of the recipient
     * @return where to deliver
     * @throws IllegalArgumentException if it is neither a name nor an address literal
     */
    public Destination recheck(String domain) {
        return destination(domain, Asking.AGAIN);
    }

    /**
     * The MTA-STS policies, to refresh them, to explain what is known of a domain, and to purge it.
     *
     * @return always the same
     */
    public StsPolicies sts() {
        return sts;
    }

    /**
     * Reports a session that was made without {@code SmtpClient.to(candidate)} and without {@link Candidate#listener}.
     *
     * @param candidate the host
     * @param report of the upgrade; one without TLS counts as a failure
     */
    public void succeeded(Candidate candidate, UpgradeReport report) {
        if (report.encrypted()) {
            candidate.listener().upgraded(report);
        } else {
            candidate.listener().declined(FailureReason.NOT_OFFERED);
        }
    }

    /**
     * Reports a failure of a connection that was made without {@code SmtpClient.to(candidate)} and without {@link Candidate#listener}.
     *
     * @param candidate the host
     * @param why it failed; what has nothing to do with TLS is not counted
     */
    public void failed(Candidate candidate, UpgradeException why) {
        candidate.listener().failed(why);
    }

    private enum Asking {
        SPARINGLY,
        AGAIN
    }

    private Destination destination(String domain, Asking asking) {
        Objects.requireNonNull(domain, "domain: expected the name of a domain, got null");
        if (domain.startsWith("[")) {
            return literal(domain);
        }
        String name = DomainName.require(domain);
        DnsAnswer mx = Contained.ask(resolver, name, DnsType.MX);
        if (mx instanceof DnsAnswer.Failed failed) {
            return new Destination(
                    name,
                    new Destination.Undeliverable(
                            Destination.Kind.LOOKUP_FAILED,
                            "Expected the MX records of " + name + ", got " + failed.cause() + ": " + failed.detail()));
        }
        if (MxHosts.refuseMail(mx)) {
            return new Destination(
                    name,
                    new Destination.Undeliverable(
                            Destination.Kind.NO_MAIL,
                            "Expected a host that takes mail for " + name
                                    + ", got an MX record which says that none does"));
        }
        StsResult result = asking == Asking.AGAIN ? sts.recheck(name) : sts.of(name);
        result.failure().ifPresent(failure -> report(name, result, failure));
        List<DnsRecord.Mx> hosts = MxHosts.of(name, mx, random);
        return new Destination(
                name, result, hosts.size(), index -> decision.of(name, mx, hosts.get(index), result.policy()));
    }

    private void report(String name, StsResult result, StsResult.Failure failure) {
        ReportedPolicy policy = result.policy()
                .map(kept -> ReportedPolicy.of(name, kept))
                .orElseGet(() -> ReportedPolicy.withoutText(name));
        outcomes.add(
                new DeliveryOutcome(name, policy, "", List.of(), Optional.of(failure.resultType()), failure.detail()));
    }

    /** RFC 5321 section 4.1.3. */
    private Destination literal(String domain) {
        String inside = domain.endsWith("]") ? domain.substring(1, domain.length() - 1) : "";
        String address = inside.regionMatches(true, 0, "IPv6:", 0, 5) ? inside.substring(5) : inside;
        if (!ServerIdentity.isAddress(address)) {
            throw new IllegalArgumentException(
                    "domain: expected a name, or an address in brackets, got \"" + DomainName.shown(domain) + "\"");
        }
        InetAddress known;
        try {
            known = InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("domain: expected an address in brackets, got " + domain, e);
        }
        Candidate candidate = decision.ofLiteral(new Candidate.Place(address, decision.port(), 0, List.of(known)));
        return new Destination(
                domain,
                new StsResult.NoPolicy("an address literal has no policy", Optional.empty()),
                1,
                index -> candidate);
    }

    /** One line for people. */
    @Override
    public String toString() {
        return "DeliveryPolicy[port " + decision.port() + "]";
    }

    /** Collects settings; each setter returns this. Not safe for use by several threads. */
    public static final class Builder {

        private final DnsResolver resolver;
        private Optional<PolicyFetcher> fetcher = Optional.empty();
        private PolicyStore store = PolicyStore.inMemory(STORED);
        private InstantSource clock = Clock.systemUTC();
        private DeliveryOutcomes outcomes = DeliveryOutcomes.NONE;
        private Random random = new Random();
        private int port = SMTP;
        private TlsSettings verifying = TlsSettings.defaults();
        private TlsSettings encrypting =
                TlsSettings.builder().verification(Verification.NONE).build();
        private Supplier<TlsSettings.Builder> matching = TlsSettings::builder;
        private Optional<X509TrustManager> trust = Optional.empty();

        private Builder(DnsResolver resolver) {
            this.resolver = Objects.requireNonNull(resolver, "resolver: expected a DnsResolver, got null");
        }

        /**
         * What fetches MTA-STS policies.
         *
         * @param used {@link HttpsPolicyFetcher} with the same resolver, unless set
         * @throws NullPointerException if it is null
         */
        public Builder fetcher(PolicyFetcher used) {
            fetcher = Optional.of(Objects.requireNonNull(used, "used: expected a PolicyFetcher, got null"));
            return this;
        }

        /**
         * Where MTA-STS policies are kept.
         *
         * @param used in memory, for 10,000 domains, unless set; with {@link PolicyStore#inFolder} they outlive the process, which
         *     protects better
         * @throws NullPointerException if it is null
         */
        public Builder store(PolicyStore used) {
            store = Objects.requireNonNull(used, "used: expected a PolicyStore, got null");
            return this;
        }

        /**
         * The time.
         *
         * @param used that of the system, unless set
         * @throws NullPointerException if it is null
         */
        public Builder clock(InstantSource used) {
            clock = Objects.requireNonNull(used, "used: expected a clock, got null; try Clock.systemUTC()");
            return this;
        }

        /**
         * What hears of the outcome of sessions, for TLS reports.
         *
         * @param used {@link DeliveryOutcomes#NONE} unless set
         * @throws NullPointerException if it is null
         */
        public Builder outcomes(DeliveryOutcomes used) {
            outcomes = Objects.requireNonNull(used, "used: expected DeliveryOutcomes, got null");
            return this;
        }

        /**
         * The port of all hosts.
         *
         * @param number 25 unless set; 1 to 65535
         * @throws IllegalArgumentException if it is out of bounds
         */
        public Builder port(int number) {
            if (number < 1 || number > 65_535) {
                throw new IllegalArgumentException("number: expected a port from 1 to 65535, got " + number);
            }
            port = number;
            return this;
        }

        /**
         * How TLS is spoken with hosts whose certificate a trusted root must vouch for.
         *
         * @param settings the defaults unless set, with the JDK's roots
         * @throws IllegalArgumentException if they turn verification off
         * @throws NullPointerException if they are null
         */
        public Builder verifyingTls(TlsSettings settings) {
            verifying = VerifyingSettings.require(settings);
            return this;
        }

        /**
         * How TLS is spoken with hosts that need to prove nothing.
         *
         * @param settings the defaults unless set; with {@link Verification#NONE}, and without a context of your own, whose trust manager
         *     would be asked
         * @throws IllegalArgumentException if they do not turn verification off
         * @throws NullPointerException if they are null
         */
        public Builder encryptingTls(TlsSettings settings) {
            Objects.requireNonNull(settings, "settings: expected TlsSettings, got null");
            if (settings.verification().filter(Verification.NONE::equals).isEmpty()) {
                throw new IllegalArgumentException(
                        "settings: expected Verification.NONE for hosts that prove nothing, got "
                                + settings.verification().map(Object::toString).orElse("what the policy decides"));
            }
            encrypting = settings;
            return this;
        }

        /**
         * What judges certificates in mode testing, where it refuses nothing: the same trust as that of {@link #verifyingTls}.
         *
         * @param manager of the JDK's roots unless set
         * @throws NullPointerException if it is null
         */
        public Builder trust(X509TrustManager manager) {
            trust = Optional.of(Objects.requireNonNull(manager, "manager: expected a trust manager, got null"));
            return this;
        }

        /**
         * How TLS is spoken with hosts that have TLSA records; DANE adds the rule that judges the certificate, and the name for SNI.
         *
         * @param settings called for each such host, for a new builder without a verification, a rule or a context of its own; {@link
         *     TlsSettings#builder} unless set
         * @throws NullPointerException if it is null
         */
        public Builder daneTls(Supplier<TlsSettings.Builder> settings) {
            matching = Objects.requireNonNull(
                    settings, "settings: expected a supplier of builders, got null; try TlsSettings::builder");
            return this;
        }

        /** For tests, which want the same order each time. */
        Builder random(Random used) {
            random = used;
            return this;
        }

        /** {@return the policy, which keeps what has been set so far} */
        public DeliveryPolicy build() {
            return new DeliveryPolicy(this, fetcher.orElseGet(() -> new HttpsPolicyFetcher(resolver)));
        }
    }
}
