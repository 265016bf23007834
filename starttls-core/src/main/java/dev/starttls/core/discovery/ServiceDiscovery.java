package dev.starttls.core.discovery;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord.Srv;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.wire.HostName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds where a user's mail is submitted and read, by the SRV records of the domain (RFC 6186, RFC 8314 section 5.1, RFC 2782).
 *
 * <pre>{@code
 * ServiceDiscovery domain = ServiceDiscovery.of("user@example.org");
 * for (ServiceEndpoint outgoing : domain.submission(resolver).endpoints()) {     // none: ask the user for a host
 *     SmtpClient.to(outgoing).connect();                // never without TLS; if it fails, the next one
 * }
 * domain.mailboxes(resolver).endpoints();               // IMAP and POP3, in the order of the domain
 * }</pre>
 *
 * <p>The order: the protocol whose records have the lowest priority first, IMAP where they are equal (RFC 6186 section 3.4); of one
 * protocol, TLS from the first octet before the upgrade (RFC 8314 section 3), which an attacker has more ways to disturb; then by
 * priority, and among those of one priority at random by their weights (RFC 2782). A record whose target is no host name, or whose
 * port is 0, is left out.
 *
 * <p>A domain that publishes nothing has no endpoints here: no name or port is guessed. A question that fails is an error, since what
 * was published may be what an attacker has suppressed. The records are for setting an account up; unless they are signed, what was
 * found then is to be kept, and not to be asked for at each connection (RFC 8314 section 5.1).
 *
 * <p>Immutable, and safe for use by several threads if its source of random numbers is, as {@link Random} is.
 */
public final class ServiceDiscovery {

    private static final List<MailService> SUBMISSION = List.of(MailService.SUBMISSIONS, MailService.SUBMISSION);
    private static final List<MailService> MAILBOXES =
            List.of(MailService.IMAPS, MailService.IMAP, MailService.POP3S, MailService.POP3);
    /** "The service is decidedly not available at this domain" (RFC 2782). */
    private static final String NOT_OFFERED = ".";

    /** Of one service: as many as fit into one answer of the DNS. */
    private static final int MAX_RECORDS = 2_000;

    private final String domain;
    private final Random random;

    private ServiceDiscovery(String domain, Random random) {
        this.domain = domain;
        this.random = random;
    }

    /**
     * The services for a mail address.
     *
     * @param address with an @, for instance {@code user@example.org}; an international domain is converted (RFC 3490)
     * @return nothing is asked yet
     * @throws IllegalArgumentException if there is no domain after the last @
     */
    public static ServiceDiscovery of(String address) {
        Objects.requireNonNull(address, "address: expected for instance user@example.org, got null");
        int at = address.lastIndexOf('@');
        if (at < 1) {
            throw new IllegalArgumentException("address: expected for instance user@example.org, got one without "
                    + (at < 0 ? "an @" : "a local part") + "; ofDomain takes a domain");
        }
        return ofDomain(address.substring(at + 1));
    }

    /**
     * The services of a domain.
     *
     * @param domain for instance {@code example.org}; an international one is converted (RFC 3490)
     * @return nothing is asked yet
     * @throws IllegalArgumentException if it is no name of the DNS; an address literal is none
     */
    public static ServiceDiscovery ofDomain(String domain) {
        Objects.requireNonNull(domain, "domain: expected for instance example.org, got null");
        String ascii = ServerIdentity.toAscii(domain);
        String name = HostName.of(ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii)
                .orElseThrow(() -> new IllegalArgumentException(
                        "domain: expected a name of the DNS, for instance example.org, got one with other characters,"
                                + " an empty or too long label, or an address"));
        return new ServiceDiscovery(name, new Random());
    }

    /**
     * The same with another source of random numbers, for tests: hosts of one priority are ordered by it.
     *
     * @param random with a seed, for instance
     */
    public ServiceDiscovery withRandom(Random random) {
        return new ServiceDiscovery(
                domain, Objects.requireNonNull(random, "random: expected a source of random numbers, got null"));
    }

    /**
     * Where mail is submitted.
     *
     * @param resolver asked twice, by this thread
     * @return in order
     * @throws DiscoveryException if it is not known what is published
     */
    public DiscoveredServices submission(DnsResolver resolver) throws DiscoveryException {
        return find(SUBMISSION, resolver);
    }

    /**
     * Where mail is read: by IMAP and by POP3.
     *
     * @param resolver asked four times, by this thread
     * @return in order
     * @throws DiscoveryException if it is not known what is published
     */
    public DiscoveredServices mailboxes(DnsResolver resolver) throws DiscoveryException {
        return find(MAILBOXES, resolver);
    }

    /**
     * Where some services are offered, for clients that speak one protocol alone.
     *
     * @param services in any order
     * @param resolver asked once for each, by this thread
     * @return in order
     * @throws DiscoveryException if it is not known what is published for one of them
     */
    public DiscoveredServices find(List<MailService> services, DnsResolver resolver) throws DiscoveryException {
        Map<MailService, DnsAnswer> answers = new EnumMap<>(MailService.class);
        for (MailService service : services) {
            answers.put(
                    service,
                    Objects.requireNonNull(
                            resolver.ask(question(service), DnsType.SRV),
                            "Expected an answer of the resolver, got null; DnsAnswer.Failed is for none"));
        }
        return decide(answers);
    }

    /**
     * The name whose SRV records are asked for, for those who ask by themselves.
     *
     * @param service wanted
     * @return for instance {@code _imaps._tcp.example.org}
     */
    public String question(MailService service) {
        return service.labels() + "." + domain;
    }

    /**
     * What follows from the answers. Nothing is asked.
     *
     * @param answers to {@link #question}, for each service that is wanted
     * @return in order
     * @throws DiscoveryException if one of them is a failure
     */
    public DiscoveredServices decide(Map<MailService, DnsAnswer> answers) throws DiscoveryException {
        Map<MailService, DnsAnswer> ordered = new TreeMap<>(answers);
        Set<MailService> notOffered = EnumSet.noneOf(MailService.class);
        Map<String, List<Srv>> usable = new LinkedHashMap<>();
        Map<String, List<ServiceEndpoint>> endpoints = new LinkedHashMap<>();
        for (Map.Entry<MailService, DnsAnswer> each : ordered.entrySet()) {
            MailService service = each.getKey();
            List<Srv> records = recordsOf(service, each.getValue());
            if (!records.isEmpty()
                    && records.stream().allMatch(record -> record.target().equals(NOT_OFFERED))) {
                notOffered.add(service);
            }
            List<Srv> good = records.stream()
                    .filter(ServiceDiscovery::connectable)
                    .limit(MAX_RECORDS)
                    .toList();
            usable.computeIfAbsent(service.protocol(), protocol -> new ArrayList<>())
                    .addAll(good);
            // In the order of the services: TLS from the first octet first.
            List<ServiceEndpoint> found = endpoints.computeIfAbsent(service.protocol(), protocol -> new ArrayList<>());
            inOrder(good).forEach(record -> found.add(endpoint(service, record, each.getValue())));
        }
        List<ServiceEndpoint> all = new ArrayList<>();
        // A stable sort: IMAP stays before POP3 where they are equal.
        endpoints.keySet().stream()
                .sorted(Comparator.comparingInt(protocol -> lowestPriority(usable.get(protocol))))
                .forEach(protocol -> all.addAll(endpoints.get(protocol)));
        return new DiscoveredServices(all, notOffered);
    }

    private List<Srv> recordsOf(MailService service, DnsAnswer answer) throws DiscoveryException {
        if (answer instanceof DnsAnswer.Failed failed) {
            throw new DiscoveryException(service, question(service), failed.cause(), failed.detail());
        }
        List<Srv> records = answer.records(Srv.class);
        if (records.isEmpty() && answer instanceof DnsAnswer.Found) {
            throw new DiscoveryException(
                    service, question(service), DnsAnswer.Failure.SERVER_FAILURE, "records of other types alone");
        }
        return records;
    }

    private ServiceEndpoint endpoint(MailService service, Srv record, DnsAnswer answer) {
        String host = HostName.of(record.target()).orElseThrow();
        boolean inside = host.equals(domain) || host.endsWith("." + domain);
        TargetTrust unsigned = inside ? TargetTrust.SAME_DOMAIN : TargetTrust.UNCONFIRMED;
        return new ServiceEndpoint(
                service, domain, host, record.port(), answer.secure() ? TargetTrust.SIGNED : unsigned);
    }

    private static boolean connectable(Srv record) {
        return record.port() > 0 && HostName.of(record.target()).isPresent();
    }

    private static int lowestPriority(List<Srv> records) {
        OptionalInt lowest = records.stream().mapToInt(Srv::priority).min();
        return lowest.orElse(Integer.MAX_VALUE);
    }

    private List<Srv> inOrder(List<Srv> records) {
        Map<Integer, List<Srv>> byPriority = new TreeMap<>();
        records.forEach(record -> byPriority
                .computeIfAbsent(record.priority(), priority -> new ArrayList<>())
                .add(record));
        List<Srv> ordered = new ArrayList<>();
        byPriority.values().forEach(equal -> ordered.addAll(byWeight(equal)));
        return ordered;
    }

    /** As RFC 2782 has it: those of weight 0 first, then the first whose running sum reaches a number up to the sum of all. */
    private List<Srv> byWeight(List<Srv> records) {
        List<Srv> left = new ArrayList<>(records);
        left.sort(Comparator.comparing(record -> record.weight() > 0));
        List<Srv> ordered = new ArrayList<>();
        while (!left.isEmpty()) {
            int sum = left.stream().mapToInt(Srv::weight).sum();
            int chosen = random.nextInt(sum + 1);
            int at = 0;
            int running = left.get(0).weight();
            while (running < chosen) {
                at++;
                running += left.get(at).weight();
            }
            ordered.add(left.remove(at));
        }
        return ordered;
    }
}
