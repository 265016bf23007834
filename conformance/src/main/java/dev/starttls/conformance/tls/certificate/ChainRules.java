package dev.starttls.conformance.tls.certificate;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Judges whether a chain is complete, trusted, within its validity and signed with digests that are not broken (RFC
 * 5280, 9155).
 */
public final class ChainRules {

    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_USAGE = "2.5.29.37.0";

    /** Twice as many as clients take; of others nothing is looked at. */
    private static final int MAX_CERTIFICATES = 20;
    /** A chain in order needs one for each; a hostile one could ask for each of each. */
    private static final int MAX_SIGNATURES = 100;

    private final List<X509Certificate> roots;
    private final Instant now;

    /**
     * The rules at one point in time.
     *
     * @param roots the trusted certificates; an intermediate or the server's own certificate may be among them
     * @param now the time to judge at
     */
    public ChainRules(List<X509Certificate> roots, Instant now) {
        this.roots = List.copyOf(roots);
        this.now = now;
    }

    /**
     * Judges the chain that a server sent.
     *
     * @param sent its certificates, its own first
     */
    public ChainVerdict judge(List<X509Certificate> sent) {
        if (sent.isEmpty()) {
            return new ChainVerdict(List.of("the server sent no certificate"), List.of(), List.of(), false, false);
        }
        ChainVerdict verdict = judged(sent.subList(0, Math.min(MAX_CERTIFICATES, sent.size())));
        if (sent.size() <= MAX_CERTIFICATES) {
            return verdict;
        }
        List<String> remarks = new ArrayList<>(verdict.remarks());
        remarks.add(
                sent.size() + " certificates were sent, of which the first " + MAX_CERTIFICATES + " were looked at");
        return new ChainVerdict(verdict.faults(), remarks, verdict.path(), verdict.rooted(), verdict.disordered());
    }

    private ChainVerdict judged(List<X509Certificate> sent) {
        Signatures signatures = new Signatures();
        List<X509Certificate> path = path(sent, signatures);
        X509Certificate top = path.get(path.size() - 1);
        Optional<X509Certificate> root = rootOf(top);
        List<String> faults = new ArrayList<>();
        if (root.isEmpty()) {
            faults.add(untrusted(top));
        }
        path.forEach(certificate -> time(certificate).ifPresent(faults::add));
        path.stream().filter(certificate -> !roots.contains(certificate)).forEach(certificate -> weak(certificate)
                .ifPresent(faults::add));
        purpose(sent.get(0)).ifPresent(faults::add);
        if (faults.isEmpty()) {
            validated(path, root.orElseThrow()).ifPresent(faults::add);
        }
        List<String> names = new ArrayList<>(path.stream().map(ChainRules::name).toList());
        root.filter(trusted -> !trusted.equals(top)).map(ChainRules::name).ifPresent(names::add);
        return new ChainVerdict(
                faults,
                remarks(sent, path, signatures),
                names,
                root.isPresent(),
                faults.isEmpty() && disordered(sent, path));
    }

    /**
     * The path from the server's certificate up, as far as the sent certificates reach: the shortest path to a root if
     * there is one, because cross-signed issuers allow several. Each certificate is visited once, however many were
     * sent.
     */
    private List<X509Certificate> path(List<X509Certificate> sent, Signatures signatures) {
        Map<X509Certificate, List<X509Certificate>> paths = new LinkedHashMap<>();
        Deque<X509Certificate> waiting = new ArrayDeque<>();
        List<X509Certificate> longest = List.of(sent.get(0));
        paths.put(sent.get(0), longest);
        waiting.add(sent.get(0));
        while (!waiting.isEmpty()) {
            X509Certificate certificate = waiting.remove();
            List<X509Certificate> path = paths.get(certificate);
            if (rootOf(certificate).isPresent()) {
                return path;
            }
            longest = path.size() > longest.size() ? path : longest;
            for (X509Certificate issuer : sent) {
                if (!paths.containsKey(issuer) && signatures.hold(issuer, certificate)) {
                    List<X509Certificate> longer = new ArrayList<>(path);
                    longer.add(issuer);
                    paths.put(issuer, longer);
                    waiting.add(issuer);
                }
            }
        }
        return longest;
    }

    Optional<X509Certificate> rootOf(X509Certificate certificate) {
        return roots.stream()
                .filter(root -> root.equals(certificate))
                .findFirst()
                .or(() ->
                        roots.stream().filter(root -> issued(root, certificate)).findFirst());
    }

    static boolean issued(X509Certificate issuer, X509Certificate subject) {
        if (!issuer.getSubjectX500Principal().equals(subject.getIssuerX500Principal())) {
            return false;
        }
        try {
            subject.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Which certificates of a chain have issued which, each looked at once, and not too many of them. */
    private static final class Signatures {
        private final Map<List<X509Certificate>, Boolean> known = new HashMap<>();
        private int left = MAX_SIGNATURES;

        boolean hold(X509Certificate issuer, X509Certificate subject) {
            if (!issuer.getSubjectX500Principal().equals(subject.getIssuerX500Principal())) {
                return false;
            }
            Boolean before = known.get(List.of(issuer, subject));
            if (before != null || left == 0) {
                return before != null && before;
            }
            left--;
            boolean issued = issued(issuer, subject);
            known.put(List.of(issuer, subject), issued);
            return issued;
        }
    }

    private static String untrusted(X509Certificate top) {
        return issued(top, top)
                ? quoted(top) + " is self-signed and not among the trusted roots"
                : "the issuer of " + quoted(top) + ", '"
                        + top.getIssuerX500Principal().getName()
                        + "', was not sent and is not among the trusted roots (chain incomplete, or its root unknown)";
    }

    private Optional<String> time(X509Certificate certificate) {
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            return Optional.of(quoted(certificate) + " expired at "
                    + certificate.getNotAfter().toInstant());
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return Optional.of(quoted(certificate) + " is not valid before "
                    + certificate.getNotBefore().toInstant());
        }
        return Optional.empty();
    }

    private static Optional<String> weak(X509Certificate certificate) {
        String algorithm = CertificateFacts.signature(certificate);
        String name = algorithm.toUpperCase(Locale.ROOT).replace("-", "");
        boolean broken = name.contains("MD2") || name.contains("MD5") || name.contains("SHA1");
        return broken ? Optional.of(quoted(certificate) + " is signed with " + algorithm) : Optional.empty();
    }

    private static Optional<String> purpose(X509Certificate leaf) {
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            boolean serves = usages == null || usages.contains(SERVER_AUTH) || usages.contains(ANY_USAGE);
            return serves
                    ? Optional.empty()
                    : Optional.of(quoted(leaf) + " is not meant for servers: its extended key usage is " + usages);
        } catch (CertificateParsingException e) {
            return Optional.of(quoted(leaf) + " has an extended key usage that cannot be read");
        }
    }

    /** All the other rules of RFC 5280 section 6: basic constraints, key usage, name constraints, path length. */
    private Optional<String> validated(List<X509Certificate> path, X509Certificate root) {
        List<X509Certificate> below =
                path.stream().filter(certificate -> !certificate.equals(root)).collect(Collectors.toList());
        if (below.isEmpty()) {
            return Optional.empty();
        }
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(below), parameters);
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            return Optional.of("the path is not valid: " + e.getMessage());
        }
    }

    /**
     * Whether the certificates of the path came in another order than that of the path; others between them are not
     * needed, but do not change the order.
     */
    private boolean disordered(List<X509Certificate> sent, List<X509Certificate> path) {
        int last = -1;
        List<X509Certificate> whole = new ArrayList<>(path);
        rootOf(path.get(path.size() - 1)).filter(root -> !path.contains(root)).ifPresent(whole::add);
        for (X509Certificate certificate : whole) {
            int position = sent.indexOf(certificate);
            if (position >= 0 && position < last) {
                return true;
            }
            last = Math.max(last, position);
        }
        return false;
    }

    /** Those from which a path leads to the server's own, for this client or for one with other roots. */
    private static Set<X509Certificate> issuers(List<X509Certificate> sent, Signatures signatures) {
        Set<X509Certificate> found = new LinkedHashSet<>(sent.subList(0, 1));
        Deque<X509Certificate> waiting = new ArrayDeque<>(found);
        while (!waiting.isEmpty()) {
            X509Certificate subject = waiting.remove();
            for (X509Certificate issuer : sent) {
                if (!found.contains(issuer) && signatures.hold(issuer, subject)) {
                    found.add(issuer);
                    waiting.add(issuer);
                }
            }
        }
        return found;
    }

    private List<String> remarks(List<X509Certificate> sent, List<X509Certificate> path, Signatures signatures) {
        List<String> remarks = new ArrayList<>();
        if (disordered(sent, path)) {
            remarks.add("the certificates were not sent in the order of the chain (RFC 5246 section 7.4.2)");
        }
        Set<X509Certificate> useful = issuers(sent, signatures);
        if (signatures.left == 0) {
            remarks.add("of the signatures between the certificates only " + MAX_SIGNATURES + " were verified");
        }
        long unused = sent.stream()
                .filter(certificate -> !useful.contains(certificate) && !roots.contains(certificate))
                .count();
        if (unused > 0) {
            remarks.add(unused + " of the " + sent.size() + " certificates sent are not needed");
        }
        return remarks;
    }

    private static String quoted(X509Certificate certificate) {
        return "'" + name(certificate) + "'";
    }

    private static String name(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        return subject.isEmpty() ? "serial " + certificate.getSerialNumber() : subject;
    }
}
