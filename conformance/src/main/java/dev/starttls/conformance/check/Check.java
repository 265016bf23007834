package dev.starttls.conformance.check;

import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One check: an id that never changes, the clause it comes from, and the function that runs it. A check that several
 * protocols share has one instance per protocol, with the same id and title; clause, fix and level may differ.
 *
 * <pre>{@code
 * Check.of("SMTP-S-24", "REQUIRETLS is not offered in plaintext")
 *         .clause("RFC 8689 section 2").level(Level.MUST)
 *         .why("...").fix("...")
 *         .on(Scheme.SMTP, Scheme.SUBMISSION)
 *         .run(subject -> Verdict.pass("..."));
 * }</pre>
 *
 * @param why the attack or the failure that the rule prevents
 * @param fix how to fix what it finds; empty if there is no general advice
 * @param schemes where it applies; on other schemes of the same protocols it is skipped with the reason
 * @param elsewhere the reason for skipping it there
 * @param priority which checks a run starts first; reports are always in the order of the ids
 */
public record Check(
        String id,
        String title,
        String clause,
        Level level,
        String why,
        String fix,
        Set<Scheme> schemes,
        String elsewhere,
        Priority priority,
        CheckBody body) {

    public Check {
        schemes = Set.copyOf(schemes);
    }

    public static Draft of(String id, String title) {
        return new Draft(id, title);
    }

    /** The heading under which reports list it: {@code Upgrade}, {@code SMTP server}, {@code TLS layer}, {@code BSI profile}. */
    public String family() {
        String subject = id.substring(0, Math.max(0, id.indexOf('-')));
        return switch (subject) {
            case "UP" -> "Upgrade";
            case "TLS" -> "TLS layer";
            case "DNS" -> "Domain";
            // A rule of a profile has neither -S- nor -C-: BSI-01.
            default -> subject + (id.contains("-S-") ? " server" : id.contains("-C-") ? " client" : " profile");
        };
    }

    /** Whether it judges domains, and no server. */
    public boolean ofDomains() {
        return schemes.isEmpty();
    }

    /** The protocols it checks; none if it judges domains. */
    public Set<Protocol> protocols() {
        return schemes.stream()
                .map(Scheme::protocol)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Protocol.class)));
    }

    /** Whether the target speaks one of the protocols of this check. */
    public boolean concerns(Target target) {
        return protocols().contains(target.scheme().protocol());
    }

    /** Why the check does not apply to a target that it {@linkplain #concerns concerns}; empty if it does. */
    public Optional<String> notFor(Target target) {
        return schemes.contains(target.scheme()) ? Optional.empty() : Optional.of(elsewhere);
    }

    /** Runs it; if a connection cannot be made, the verdict is inconclusive. */
    public Verdict judge(CheckContext subject) {
        try {
            return body.run(subject).at(level);
        } catch (IOException e) {
            return Verdict.inconclusive("no connection: " + e.getMessage());
        }
    }

    /** Builds a check. */
    public static final class Draft {
        private final String id;
        private final String title;
        private String clause = "";
        private Level level = Level.MUST;
        private String why = "";
        private String fix = "";
        private Set<Scheme> schemes = EnumSet.noneOf(Scheme.class);
        private String elsewhere = "does not apply to this scheme";
        private Priority priority = Priority.NORMAL;

        private Draft(String id, String title) {
            this.id = id;
            this.title = title;
        }

        public Draft clause(String text) {
            clause = text;
            return this;
        }

        public Draft level(Level of) {
            level = of;
            return this;
        }

        public Draft why(String text) {
            why = text;
            return this;
        }

        public Draft fix(String text) {
            fix = text;
            return this;
        }

        public Draft on(Scheme... which) {
            schemes = EnumSet.copyOf(Arrays.asList(which));
            return this;
        }

        /** Starts it before the others, because it mostly waits. */
        public Draft early() {
            priority = Priority.EARLY;
            return this;
        }

        /** All schemes of the protocols, implicit TLS included. */
        public Draft on(Protocol... which) {
            return pick(scheme -> true, which);
        }

        /** No server: a domain, which is judged by its records and by what its servers have shown. */
        public Check onDomains() {
            schemes = EnumSet.noneOf(Scheme.class);
            return run(context -> Verdict.undecided("judged of a domain, not of a server"));
        }

        /** The schemes of the protocols that begin in plaintext. */
        public Draft onUpgraded(Protocol... which) {
            elsewhere = "there is no plaintext phase on an implicit-TLS port";
            return pick(scheme -> !scheme.implicitTls(), which);
        }

        /** The schemes of the protocols with TLS from the first byte. */
        public Draft onImplicit(Protocol... which) {
            elsewhere = "only for implicit TLS; on this port TLS starts with a command";
            return pick(Scheme::implicitTls, which);
        }

        private Draft pick(Predicate<Scheme> fits, Protocol... which) {
            Set<Protocol> protocols = EnumSet.copyOf(Arrays.asList(which));
            schemes = EnumSet.noneOf(Scheme.class);
            Arrays.stream(Scheme.values())
                    .filter(scheme -> protocols.contains(scheme.protocol()))
                    .filter(fits)
                    .forEach(schemes::add);
            return this;
        }

        public Check run(CheckBody body) {
            return new Check(id, title, clause, level, why, fix, schemes, elsewhere, priority, body);
        }
    }
}
