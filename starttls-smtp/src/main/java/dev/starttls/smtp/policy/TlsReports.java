package dev.starttls.smtp.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Counts what becomes of sessions, for each day of UTC and each domain, and makes reports of the days that are over (RFC 8460 section
 * 4.1).
 *
 * <pre>{@code
 * TlsReports reports = TlsReports.of("Company-X", "tlsrpt@company-x.example");
 * reports.failed("example.org", policy, ReportedFailure.of(TlsResultType.CERTIFICATE_EXPIRED).withMxHost("mx.example.org"), now);
 * for (TlsReport report : reports.take(now)) {     // once a day will do
 *     send(report, resolver.ask(TlsReportRecord.nameFor(report.domain()), DnsType.TXT));
 * }
 * }</pre>
 *
 * <p>A report is one of a domain of recipients and a day, and goes to where the TLSRPT record of that domain says. In it, sessions are counted for each policy that they were under, and of those that failed
 * alike there is one detail with their number. Sessions that deliver reports are not to be counted (RFC 8460 section 3).
 *
 * <p>Memory is bounded, since any domain that mail is sent to adds to it: where there is no room for another
 * detail, sessions are counted under their result type alone, or in the summary alone; where there is none for the text of another
 * policy, under the policy without its text, and where there is none for that, they are
 * counted by {@link #dropped} alone. A domain has a share of the room for a day's texts and details, the 64th part or 64 KiB if that is
 * more, and as much for policies without text; and details and long texts of all domains together take half of the room at most. So
 * domains with long policies and many kinds of failures may cost others details, and no sessions. Days that nobody has taken for {@value #MAX_DAYS} days are dropped, and so are sessions of a day
 * before those in memory, or of a time before 1970 or after 9999, which no report could have.
 *
 * <p>Safe for use by several threads; no call waits for more than the memory.
 */
public final class TlsReports {

    /** Unless set. */
    public static final long DEFAULT_MAX_OCTETS = 33_554_432;

    /** The maximum number of days in memory. */
    public static final int MAX_DAYS = 7;

    /** The maximum number of details of failures under one policy: a report of so many is read by no person. */
    public static final int MAX_FAILURES = 500;

    /** Of the room, what a domain may take on a day with details and texts. */
    private static final int SHARES = 64;
    /** A share is no less than that: so much does a usual domain need. */
    private static final long MIN_SHARE_OCTETS = 65_536;
    /** The text of a policy up to which it is short: that of a usual domain. */
    private static final int SHORT_OCTETS = 4_096;

    private static final int ENTRY_OCTETS = 256;
    private static final int TEXT_OCTETS = 56;

    private final String organization;
    private final String contact;
    private final long maxOctets;
    private final Supplier<String> ids;
    private final NavigableMap<LocalDate, Map<String, Map<ReportedPolicy, Sessions>>> days = new TreeMap<>();
    private long octets;
    private long dispensable;
    private long dropped;

    /** Those under one policy on one day. */
    private static final class Sessions {

        private final Map<ReportedFailure, Long> failures = new LinkedHashMap<>();
        private long successful;
        private long failed;
        private long octets;
        /** Of the octets, those of the policy with its text, and of details: what a domain has a share for. */
        private long detailed;
        /** Of the octets, those of a policy without text, for which it has another. */
        private long bare;
        /** Of the octets, those of details and of a long text: what may take half of the room. */
        private long dispensable;

        ReportedSessions of(ReportedPolicy policy) {
            List<ReportedFailure> details = new ArrayList<>();
            failures.forEach((failure, count) -> details.add(failure.withSessions(count)));
            return new ReportedSessions(policy, successful, failed, details);
        }
    }

    private TlsReports(String organization, String contact, long maxOctets, Supplier<String> ids) {
        this.organization = required(organization, "organization: expected the name of who reports");
        this.contact = required(contact, "contact: expected an address to write to");
        if (maxOctets < 0) {
            throw new IllegalArgumentException("maxOctets: expected 0 or more, got " + maxOctets);
        }
        this.maxOctets = maxOctets;
        this.ids = Objects.requireNonNull(ids, "ids: expected a function that makes identifiers, got null");
    }

    private static String required(String text, String expected) {
        Objects.requireNonNull(text, expected + ", got null");
        if (text.isBlank()) {
            throw new IllegalArgumentException(expected + ", got none");
        }
        return text;
    }

    /**
     * Reports of an organization, of which nothing is counted yet.
     *
     * @param organization that reports, for instance "Company-X"
     * @param contact of the people who are responsible for the reports: an address, whose domain is the one that sends them (RFC 8460
     *     section 5.3)
     * @return reports bounded to {@link #DEFAULT_MAX_OCTETS}, whose identifiers are random UUIDs
     */
    public static TlsReports of(String organization, String contact) {
        return of(organization, contact, DEFAULT_MAX_OCTETS, () -> UUID.randomUUID()
                .toString());
    }

    /**
     * The same with another bound and other identifiers.
     *
     * @param organization that reports
     * @param contact of the people who are responsible for the reports
     * @param maxOctets that texts and counts may take in memory, estimated; 0 or more
     * @param ids a new identifier for each report: letters, digits, hyphens, dots and "@", since it becomes part of a header
     * @return reports
     * @throws IllegalArgumentException if a text is blank, or the bound negative
     */
    public static TlsReports of(String organization, String contact, long maxOctets, Supplier<String> ids) {
        return new TlsReports(organization, contact, maxOctets, ids);
    }

    /**
     * A session went well.
     *
     * @param domain of the recipient, or the name of a smart host, which the report goes to
     * @param policy that it was under; {@link ReportedPolicy#none} counts too
     * @param when it was
     */
    public synchronized void succeeded(String domain, ReportedPolicy policy, Instant when) {
        add(domain, policy, 1, 0, List.of(), when);
    }

    /**
     * Sessions failed, or would have in enforcing mode.
     *
     * @param domain of the recipient, or the name of a smart host, which the report goes to
     * @param policy that they were under
     * @param failure that they have in common, with their number
     * @param when it was
     */
    public synchronized void failed(String domain, ReportedPolicy policy, ReportedFailure failure, Instant when) {
        add(domain, policy, 0, failure.sessions(), List.of(failure), when);
    }

    /**
     * Counts the outcomes of a {@code DeliveryPolicy}.
     *
     * @param clock asked for the time of each
     * @return takes them, from any thread
     */
    public DeliveryOutcomes outcomes(InstantSource clock) {
        return outcome -> add(outcome, clock.instant());
    }

    private synchronized void add(DeliveryOutcome outcome, Instant when) {
        Optional<ReportedFailure> failure = ReportedFailure.of(outcome);
        add(
                outcome.domain(),
                outcome.policy(),
                failure.isPresent() ? 0 : 1,
                failure.isPresent() ? 1 : 0,
                failure.stream().toList(),
                when);
    }

    /**
     * Adds what was counted before: by another process, or by this one before it was started again ({@link #snapshot}).
     *
     * @param report of one day; its organization, contact and identifier are not kept. One that was read from JSON needs its domain back first:
     *     {@link TlsReport#withDomain}
     */
    public synchronized void add(TlsReport report) {
        for (ReportedSessions sessions : report.sessions()) {
            add(
                    report.domain(),
                    sessions.policy(),
                    sessions.successful(),
                    sessions.failed(),
                    sessions.failures(),
                    report.begin());
        }
    }

    private static LocalDate day(Instant when) {
        return LocalDate.ofInstant(when, ZoneOffset.UTC);
    }

    private void add(
            String recipients,
            ReportedPolicy policy,
            long successful,
            long failed,
            List<ReportedFailure> failures,
            Instant when) {
        if (!TlsReport.reportable(when)) {
            dropped = sum(dropped, sum(successful, failed));
            return;
        }
        LocalDate day = day(when);
        String domain = recipients.toLowerCase(Locale.ROOT);
        Optional<Sessions> room = under(day, domain, policy)
                .or(() -> under(day, domain, new ReportedPolicy(policy.type(), policy.domain(), List.of(), List.of())));
        if (room.isEmpty()) {
            dropped = sum(dropped, sum(successful, failed));
            return;
        }
        Sessions sessions = room.get();
        sessions.successful = sum(sessions.successful, successful);
        sessions.failed = sum(sessions.failed, failed);
        Map<ReportedPolicy, Sessions> policies = of(day, domain);
        for (ReportedFailure failure : failures) {
            if (!counted(policies, sessions, failure.withSessions(1), failure.sessions())) {
                boolean unusedInSummaryAlone = counted(policies, sessions, general(failure), failure.sessions());
            }
        }
    }

    /** Those under a policy; empty if they are not counted yet and there is no room for them. */
    private Optional<Sessions> under(LocalDate day, String domain, ReportedPolicy policy) {
        Map<ReportedPolicy, Sessions> policies = of(day, domain);
        Sessions counted = policies.get(policy);
        if (counted != null) {
            return Optional.of(counted);
        }
        long needed = ENTRY_OCTETS
                + octets(policy.strings())
                + octets(policy.mxHosts())
                + octets(List.of(domain, policy.domain()));
        boolean late = days.size() == MAX_DAYS && day.isBefore(days.firstKey());
        boolean text = !policy.strings().isEmpty() || !policy.mxHosts().isEmpty();
        long taken = sum(policies, text ? counts -> counts.detailed : counts -> counts.bare);
        boolean isLong = needed > SHORT_OCTETS;
        if (late || taken + needed > share() || !room(needed, isLong)) {
            return Optional.empty();
        }
        Sessions sessions = new Sessions();
        sessions.detailed = text ? needed : 0;
        sessions.bare = text ? 0 : needed;
        take(sessions, needed, isLong);
        days.computeIfAbsent(day, unused -> new TreeMap<>())
                .computeIfAbsent(domain, unused -> new LinkedHashMap<>())
                .put(policy, sessions);
        forgetOldDays();
        return Optional.of(sessions);
    }

    private long share() {
        return Math.max(MIN_SHARE_OCTETS, maxOctets / SHARES);
    }

    private Map<ReportedPolicy, Sessions> of(LocalDate day, String domain) {
        return days.getOrDefault(day, Map.of()).getOrDefault(domain, Map.of());
    }

    private static long sum(Map<ReportedPolicy, Sessions> policies, ToLongFunction<Sessions> kind) {
        return policies.values().stream().mapToLong(kind).sum();
    }

    private boolean room(long needed, boolean canBeDoneWithout) {
        return octets + needed <= maxOctets && (!canBeDoneWithout || dispensable + needed <= maxOctets / 2);
    }

    private void take(Sessions sessions, long needed, boolean canBeDoneWithout) {
        sessions.octets += needed;
        octets += needed;
        if (canBeDoneWithout) {
            sessions.dispensable += needed;
            dispensable += needed;
        }
    }

    /** Its result type alone, which takes little room. */
    private static ReportedFailure general(ReportedFailure failure) {
        return failure.type()
                .map(ReportedFailure::of)
                .orElseGet(() -> ReportedFailure.of(TlsResultType.VALIDATION_FAILURE));
    }

    private boolean counted(
            Map<ReportedPolicy, Sessions> policies, Sessions sessions, ReportedFailure failure, long count) {
        Long before = sessions.failures.get(failure);
        if (before == null) {
            long needed = ENTRY_OCTETS
                    + octets(List.of(
                            failure.resultType(),
                            failure.sendingAddress().orElse(""),
                            failure.mxHost().orElse(""),
                            failure.mxHelo().orElse(""),
                            failure.receivingAddress().orElse(""),
                            failure.additionalInformation().orElse(""),
                            failure.reasonCode().orElse("")));
            // Those of the result types alone come on top: there are eleven.
            boolean detail = !failure.equals(general(failure));
            boolean shared = !detail
                    || (sessions.failures.size() < MAX_FAILURES
                            && sum(policies, counts -> counts.detailed) + needed <= share());
            if (!shared || !room(needed, detail)) {
                return false;
            }
            sessions.detailed += detail ? needed : 0;
            take(sessions, needed, detail);
        }
        sessions.failures.put(failure, sum(before == null ? 0 : before, count));
        return true;
    }

    /** A number of sessions stays one that reports can have. */
    private static long sum(long left, long right) {
        return Math.min(ReportedFailure.MAX_SESSIONS, left + right);
    }

    private static long octets(List<String> texts) {
        return texts.stream()
                .mapToLong(text -> TEXT_OCTETS + 2L * text.length())
                .sum();
    }

    private void forgetOldDays() {
        while (days.size() > MAX_DAYS) {
            for (ReportedSessions lost : sessions(days.firstEntry().getValue())) {
                dropped = sum(dropped, sum(lost.successful(), lost.failed()));
            }
            remove(days.pollFirstEntry().getValue());
        }
    }

    private void remove(Map<String, Map<ReportedPolicy, Sessions>> day) {
        for (Map<ReportedPolicy, Sessions> domain : day.values()) {
            for (Sessions sessions : domain.values()) {
                octets -= sessions.octets;
                dispensable -= sessions.dispensable;
            }
        }
    }

    private static List<ReportedSessions> sessions(Map<String, Map<ReportedPolicy, Sessions>> day) {
        List<ReportedSessions> all = new ArrayList<>();
        day.values().forEach(domain -> domain.forEach((policy, sessions) -> all.add(sessions.of(policy))));
        return all;
    }

    /**
     * Takes the reports of the days that are over. What comes for one of these days later makes another report. If what makes identifiers
     * throws, nothing is taken.
     *
     * @param now the time; a session that has not ended at the end of the day can be counted after it, so that some minutes after
     *     midnight are a good time
     * @return one for each day and domain, by day and then by domain; empty if none is over
     */
    public synchronized List<TlsReport> take(Instant now) {
        NavigableMap<LocalDate, Map<String, Map<ReportedPolicy, Sessions>>> over = days.headMap(day(now), false);
        // All of them before one is removed: what makes identifiers is the application's code, and may throw.
        List<TlsReport> reports = reports(over);
        over.values().forEach(this::remove);
        over.clear();
        return reports;
    }

    /**
     * What is counted, that of today too, and still is afterwards: to be kept over a restart, each with its {@link TlsReport#domain}, which
     * its JSON does not have.
     *
     * @return one for each day and domain, by day and then by domain
     */
    public synchronized List<TlsReport> snapshot() {
        return reports(days);
    }

    private List<TlsReport> reports(Map<LocalDate, Map<String, Map<ReportedPolicy, Sessions>>> some) {
        List<TlsReport> reports = new ArrayList<>();
        some.forEach((day, domains) -> reports.addAll(reports(day, domains)));
        return reports;
    }

    private List<TlsReport> reports(LocalDate day, Map<String, Map<ReportedPolicy, Sessions>> domains) {
        Instant begin = day.atTime(LocalTime.MIDNIGHT).toInstant(ZoneOffset.UTC);
        Instant end = begin.plus(Duration.ofDays(1)).minusSeconds(1);
        List<TlsReport> reports = new ArrayList<>();
        domains.forEach((domain, policies) -> {
            List<ReportedSessions> sessions = new ArrayList<>();
            policies.forEach((policy, counts) -> sessions.add(counts.of(policy)));
            reports.add(new TlsReport(domain, organization, begin, end, contact, ids.get(), sessions));
        });
        return reports;
    }

    /**
     * The sessions that were counted nowhere else, because there was no room or nobody has taken their day.
     *
     * @return 0 or more
     */
    public synchronized long dropped() {
        return dropped;
    }
}
