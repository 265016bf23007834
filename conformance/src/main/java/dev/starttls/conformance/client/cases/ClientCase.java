package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.target.Protocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One case: what the server does, and how what the client does then is judged.
 *
 * <pre>{@code
 * ClientCase.of("UP-C-01a", "sends nothing where the upgrade is not offered")
 *         .clause("RFC 3207 section 6").level(Level.MUST)
 *         .why("...").fix("...")
 *         .on(Protocol.SMTP)
 *         .allowedWhenOpportunistic()
 *         .script(kit -> kit.benign().offer(Through.PLAINTEXT, "AUTH PLAIN"))
 *         .judge((trial, control) -> Judgements.nothingExposed(trial));
 * }</pre>
 *
 * @param check its id, title, clause, level, why and fix, as reports have them; it runs nothing itself
 * @param policies where it applies
 * @param elsewhere why it does not apply under the other policies
 * @param allowed the policies under which what it finds is allowed, and only a warning
 * @param needs what the client has to do with a well-behaved server, for the case to say something
 * @param hindrance the verdict where the case cannot be run, with the reason; empty where it can
 * @param sighting what a person at the client is asked, where the octets do not decide
 * @param scripts each is one run of the client
 */
public record ClientCase(
        Check check,
        Protocol protocol,
        Set<ClientPolicy> policies,
        String elsewhere,
        Set<ClientPolicy> allowed,
        Set<Control.Need> needs,
        Function<CaseKit, Optional<Verdict>> hindrance,
        Optional<Sighting> sighting,
        List<Function<CaseKit, Script>> scripts,
        Judge judge) {
    /** The case that judges what the client does with a well-behaved server. */
    public static final String CONTROL = "UP-C-00";

    public ClientCase {
        policies = Set.copyOf(policies);
        allowed = Set.copyOf(allowed);
        needs = Set.copyOf(needs);
        scripts = List.copyOf(scripts);
    }

    public static Draft of(String id, String title) {
        return new Draft(id, title);
    }

    /** Whether it judges what the client does with a well-behaved server. */
    public boolean isControl() {
        return id().equals(CONTROL);
    }

    public String id() {
        return check.id();
    }

    /**
     * The verdict under a policy. No policy allows credentials in plaintext after a handshake that failed: the server had
     * TLS, so that only an attack or a fault keeps the client from it (RFC 8314 section 5.1). Credentials in plaintext on a
     * connection that had TLS are a failure in every case, whatever it is about.
     */
    public Verdict verdict(List<Trial> trials, Control control) {
        Verdict found = judged(trials, control).at(check.level());
        Optional<String> incomplete = trials.stream()
                .flatMap(trial -> trial.evidence().incomplete().stream())
                .findFirst();
        if (incomplete.isPresent() && found.status() != Status.FAIL) {
            return Verdict.inconclusive(incomplete.get());
        }
        return found.status() == Status.FAIL
                        && allowed.contains(control.policy())
                        && trials.stream().noneMatch(Trial::exposedCredentialsAfterFailure)
                ? Verdict.allowed(found.detail())
                : found;
    }

    private Verdict judged(List<Trial> trials, Control control) {
        Verdict found = judge.judge(trials, control);
        return found.status() == Status.FAIL
                ? found
                : trials.stream()
                        .flatMap(trial -> trial.exposedAfterTls().stream())
                        .findFirst()
                        .map(sent -> Verdict.fail("sent " + sent + " in plaintext on a connection that had TLS"))
                        .orElse(found);
    }

    /** What the server does in each run of the client, otherwise than a well-behaved one: clauses to follow "the server". */
    public List<List<String>> deviations(CaseKit kit) {
        return scripts.stream().map(script -> script.apply(kit).deviations()).toList();
    }

    /** The deviations that all runs have. */
    public List<String> shared(CaseKit kit) {
        List<List<String>> all = deviations(kit);
        return all.get(0).stream()
                .filter(clause -> all.stream().allMatch(each -> each.contains(clause)))
                .toList();
    }

    /**
     * The deviations of one run that not all have.
     *
     * @param run from 0
     */
    public List<String> own(CaseKit kit, int run) {
        List<String> shared = shared(kit);
        return deviations(kit).get(run).stream()
                .filter(clause -> !shared.contains(clause))
                .toList();
    }

    /**
     * The first entry of a transcript of one of several runs: what sets it apart from the others. Empty if there is one run.
     *
     * @param run from 0
     */
    public Optional<Transcript.Entry> heading(CaseKit kit, int run) {
        if (scripts.size() == 1) {
            return Optional.empty();
        }
        List<String> own = own(kit, run);
        return Optional.of(new Transcript.Entry(
                0,
                0,
                Transcript.From.SUITE,
                Transcript.Through.PLAINTEXT,
                "run " + (run + 1) + " of " + scripts.size() + ": the server "
                        + (own.isEmpty() ? "behaves well where the others do not" : String.join("; it ", own))));
    }

    /** Why the case says nothing of the client; empty if it does. */
    public Optional<String> outOfReach(Control control) {
        return needs.stream()
                .sorted()
                .flatMap(need -> control.lacks(need).stream())
                .findFirst();
    }

    /** The verdict that the case has without any run: it does not apply, or cannot say anything of this client. */
    public Optional<Verdict> foregone(CaseKit kit) {
        return policies.contains(kit.control().policy())
                ? outOfReach(kit.control()).map(Verdict::undecided).or(() -> hindrance.apply(kit))
                : Optional.of(Verdict.skip(elsewhere));
    }

    /** Builds a case. */
    public static final class Draft {
        private final String id;
        private final String title;
        private String clause = "";
        private Level level = Level.MUST;
        private String why = "";
        private String fix = "";
        private Protocol protocol = Protocol.SMTP;
        private Set<ClientPolicy> policies = EnumSet.of(ClientPolicy.REQUIRED, ClientPolicy.OPPORTUNISTIC);
        private String elsewhere = "with TLS from the first octet there is no upgrade";
        private final Set<ClientPolicy> allowed = EnumSet.noneOf(ClientPolicy.class);
        private final Set<Control.Need> needs = EnumSet.noneOf(Control.Need.class);
        private Function<CaseKit, Optional<Verdict>> hindrance = kit -> Optional.empty();
        private Optional<Sighting> sighting = Optional.empty();
        private final List<Function<CaseKit, Script>> scripts = new ArrayList<>();

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

        public Draft on(Protocol of) {
            protocol = of;
            return this;
        }

        /** Only with TLS from the first octet. */
        public Draft onImplicit() {
            policies = EnumSet.of(ClientPolicy.IMPLICIT);
            elsewhere = "only for TLS from the first octet: run it with --policy implicit";
            return this;
        }

        /** With an upgrade and with TLS from the first octet. */
        public Draft underEachPolicy() {
            policies = EnumSet.allOf(ClientPolicy.class);
            return this;
        }

        /** Only where the user asks for the upgrade if there is one. */
        public Draft onOpportunistic() {
            policies = EnumSet.of(ClientPolicy.OPPORTUNISTIC);
            elsewhere = "only for an upgrade that is not required: run it with --policy opportunistic";
            return this;
        }

        /** What it finds is only a warning where the user does not require the upgrade. */
        public Draft allowedWhenOpportunistic() {
            allowed.add(ClientPolicy.OPPORTUNISTIC);
            return this;
        }

        /** Without this from the client, the case is inconclusive. */
        public Draft needs(Control.Need... what) {
            needs.addAll(Arrays.asList(what));
            return this;
        }

        /** Where this gives a verdict, the case is not run: it has the reason. */
        public Draft unless(Function<CaseKit, Optional<Verdict>> reason) {
            hindrance = reason;
            return this;
        }

        /** What the client must not show: a person at it is asked for it, where the octets do not decide. */
        public Draft mustNotShow(String what) {
            sighting = Optional.of(new Sighting(what));
            return this;
        }

        /** What the server does in one run of the client; the second call is for a second run. */
        public Draft script(Function<CaseKit, Script> next) {
            scripts.add(next);
            return this;
        }

        /** Judges the only run. */
        public ClientCase judge(BiFunction<Trial, Control, Verdict> judge) {
            if (scripts.size() != 1) {
                throw new IllegalStateException(id + ": expected one script, got " + scripts.size());
            }
            return judgeAll((trials, control) -> judge.apply(trials.get(0), control));
        }

        /** Judges all runs together. */
        public ClientCase judgeAll(Judge judge) {
            Check check = Check.of(id, title)
                    .clause(clause)
                    .level(level)
                    .why(why)
                    .fix(fix)
                    .on(protocol)
                    .run(context -> Verdict.undecided("a case for clients"));
            return new ClientCase(
                    check, protocol, policies, elsewhere, allowed, needs, hindrance, sighting, scripts, judge);
        }
    }
}
