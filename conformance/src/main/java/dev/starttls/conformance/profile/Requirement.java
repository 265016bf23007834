package dev.starttls.conformance.profile;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.TlsInventory.Extent;
import dev.starttls.conformance.check.TlsInventory.Version;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.run.TargetReport;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a rule requires of a server. */
sealed interface Requirement {
    /** The verdict from what the checks found; undecided if they did not find it out. */
    Verdict judge(TargetReport report);

    /** The server accepts no other versions. */
    record Versions(List<String> allowed) implements Requirement {
        public Versions {
            allowed = List.copyOf(allowed);
        }

        @Override
        public Verdict judge(TargetReport report) {
            return inventory(report, inventory -> {
                List<String> accepted =
                        accepted(inventory).stream().map(Version::name).toList();
                return others("versions", accepted, allowed);
            });
        }
    }

    /** The server accepts no other cipher suites, in any version that has one of these. */
    record Suites(List<String> allowed) implements Requirement {
        public Suites {
            allowed = List.copyOf(allowed);
        }

        @Override
        public Verdict judge(TargetReport report) {
            return complete(report, accepted -> {
                List<String> suites = accepted.stream()
                        .flatMap(version -> version.suites().stream())
                        .distinct()
                        .toList();
                return others("cipher suites", suites, allowed);
            });
        }
    }

    /** The server uses no other groups for key exchange. */
    record Groups(List<String> allowed) implements Requirement {
        public Groups {
            allowed = List.copyOf(allowed);
        }

        @Override
        public Verdict judge(TargetReport report) {
            return complete(report, accepted -> others("groups", groups(accepted), allowed));
        }
    }

    /** No prime is shorter. */
    record DhBits(int least) implements Requirement {
        /** {@code ffdhe2048}, or {@code dhe 2048} for a prime of the server's own. */
        private static final Pattern FINITE_FIELD = Pattern.compile("(?:ffdhe|dhe )([0-9]+)");

        @Override
        public Verdict judge(TargetReport report) {
            return complete(
                    report,
                    accepted -> others(
                            "finite-field groups",
                            groups(accepted).stream()
                                    .filter(group -> bits(group).isPresent())
                                    .toList(),
                            group -> bits(group).orElseThrow() >= least,
                            List.of("primes of at least " + least + " bits")));
        }

        private static Optional<Integer> bits(String group) {
            Matcher matcher = FINITE_FIELD.matcher(group);
            return matcher.matches() ? Optional.of(Integer.valueOf(matcher.group(1))) : Optional.empty();
        }
    }

    /** The key of the server's certificate is not shorter. */
    record KeyBits(int rsa, int ec) implements Requirement {
        @Override
        public Verdict judge(TargetReport report) {
            return certificates(report, chain -> {
                PublicKey key = chain.get(0).getPublicKey();
                if (key instanceof RSAPublicKey each) {
                    return atLeast("RSA", each.getModulus().bitLength(), rsa);
                }
                if (key instanceof ECPublicKey each) {
                    return atLeast("EC", each.getParams().getCurve().getField().getFieldSize(), ec);
                }
                return Verdict.undecided("the rule is for keys of RSA and EC; this one is " + key.getAlgorithm());
            });
        }

        private static Verdict atLeast(String algorithm, int bits, int least) {
            String detail = "the certificate's key has " + algorithm + " " + bits + " bits";
            return bits >= least ? Verdict.pass(detail) : Verdict.fail(detail + "; the profile asks for " + least);
        }
    }

    /** The certificates have no other signatures, but for a root, whose signature counts for nothing. */
    record Signatures(List<String> allowed) implements Requirement {
        public Signatures {
            allowed = List.copyOf(allowed);
        }

        @Override
        public Verdict judge(TargetReport report) {
            return certificates(report, chain -> {
                List<String> signatures = chain.stream()
                        .filter(each -> !each.getSubjectX500Principal().equals(each.getIssuerX500Principal()))
                        .map(X509Certificate::getSigAlgName)
                        .distinct()
                        .toList();
                return others("signatures of certificates", signatures, allowed);
            });
        }
    }

    /** The certificate is valid for no longer. */
    record LifetimeDays(int most) implements Requirement {
        @Override
        public Verdict judge(TargetReport report) {
            return certificates(report, chain -> {
                X509Certificate leaf = chain.get(0);
                long days = Duration.between(
                                leaf.getNotBefore().toInstant(),
                                leaf.getNotAfter().toInstant())
                        .toDays();
                String detail = "the certificate is valid for " + days + " days";
                return days <= most
                        ? Verdict.pass(detail)
                        : Verdict.fail(detail + "; the profile asks for at most " + most);
            });
        }
    }

    /** This side's order of suites decides. */
    record Order(TlsInventory.Preference preference) implements Requirement {
        @Override
        public Verdict judge(TargetReport report) {
            return complete(report, accepted -> {
                List<String> others = new ArrayList<>();
                for (Version version : accepted) {
                    if (version.preference() != preference && version.preference() != TlsInventory.Preference.UNKNOWN) {
                        others.add(version.name());
                    }
                }
                return others.isEmpty()
                        ? Verdict.pass("the " + preference.key() + "'s order decides, or there is only one suite")
                        : Verdict.fail("the other side's order decides in " + String.join(", ", others)
                                + "; the profile asks for the " + preference.key() + "'s");
            });
        }
    }

    private static Verdict inventory(TargetReport report, Function<TlsInventory, Verdict> rule) {
        return report.inventory()
                .map(rule)
                .orElseGet(() -> Verdict.undecided("the check that finds versions, suites and groups, " + Profile.BASIS
                        + ", was not run, or found none"));
    }

    /** A violation counts at once; that there is none is known only when the scan is complete. */
    private static Verdict complete(TargetReport report, Function<List<Version>, Verdict> rule) {
        return inventory(report, inventory -> {
            List<Version> accepted = accepted(inventory);
            Verdict verdict = rule.apply(accepted);
            boolean whole = accepted.stream().allMatch(version -> version.extent() == Extent.WHOLE);
            return verdict.status() == Status.PASS && !whole
                    ? Verdict.undecided(verdict.detail() + "; but the server may accept more: the scan did not finish")
                    : verdict;
        });
    }

    private static Verdict certificates(TargetReport report, Function<List<X509Certificate>, Verdict> rule) {
        List<X509Certificate> chain =
                report.survey().tls().map(HandshakeResult.Done::chain).orElse(List.of());
        return chain.isEmpty() ? Verdict.undecided("the server sent no certificate") : rule.apply(chain);
    }

    private static List<Version> accepted(TlsInventory inventory) {
        return inventory.versions().stream().filter(Version::accepted).toList();
    }

    private static List<String> groups(List<Version> accepted) {
        return accepted.stream()
                .flatMap(version -> version.groups().stream())
                .distinct()
                .toList();
    }

    private static Verdict others(String noun, Collection<String> found, List<String> allowed) {
        return others(noun, found, allowed::contains, allowed);
    }

    private static Verdict others(String noun, Collection<String> found, Predicate<String> fits, List<String> allowed) {
        List<String> others = found.stream().filter(Predicate.not(fits)).toList();
        return others.isEmpty()
                ? Verdict.pass("no " + noun + " but these: " + (found.isEmpty() ? "none" : String.join(", ", found)))
                : Verdict.fail("accepted beyond the profile: " + String.join(", ", others) + "; the profile allows "
                        + String.join(", ", allowed));
    }
}
