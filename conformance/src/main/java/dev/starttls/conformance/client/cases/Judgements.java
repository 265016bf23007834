package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The verdicts that many cases share. */
public final class Judgements {
    /** Milliseconds; a client that waits less than this cannot be seen to wait less than usual. */
    private static final long SHORTEST_WAIT = 100;

    private static final long MUCH_SOONER = 4;
    private static final Set<String> FAREWELLS = Set.of("QUIT", "LOGOUT");
    private static final String FALSE_SUCCESS = "reports success, ";

    private Judgements() {}

    /**
     * Nothing but capability discovery and the upgrade was sent in plaintext, on any connection, and no success is
     * reported unless the client upgraded.
     */
    public static Verdict nothingExposed(Trial trial) {
        Verdict exposure = exposure(trial);
        if (exposure.status() == Status.FAIL) {
            return exposure;
        }
        if (trial.crashed()) {
            return Verdict.fail("crashed: " + trial.ending().words());
        }
        if (trial.secured()) {
            return Verdict.pass("upgraded, and sent nothing else in plaintext");
        }
        if (trial.succeeded()) {
            return falseSuccess("although nothing could be done without TLS");
        }
        return ended(trial);
    }

    /** Nothing but capability discovery and the upgrade was sent in plaintext, whatever else happened. */
    public static Verdict exposure(Trial trial) {
        return trial.exposed(Weight.COMMAND)
                .map(line -> Verdict.fail("sent " + line + " in plaintext"))
                .orElseGet(() -> Verdict.pass("sent nothing in plaintext that it must not send"));
    }

    /** The client did not go on: it ended, and not because its time was over. */
    public static Verdict ended(Trial trial) {
        if (trial.crashed()) {
            return Verdict.fail("crashed: " + trial.ending().words());
        }
        return trial.hung()
                ? Verdict.warn("sent nothing it must not send, and waited until it was ended")
                : Verdict.pass("gave up: " + trial.ending().words());
    }

    /**
     * The client reports no success, where the server cannot see what the client makes of it. A client that always says the
     * same of itself, or nothing, shows nothing.
     *
     * @param although why it must not report one: {@code although the message was cut}
     */
    public static Verdict noSuccessReported(Trial trial, Control control, String although) {
        if (trial.succeeded()) {
            return falseSuccess(although);
        }
        if (trial.crashed() || trial.hung()) {
            return ended(trial);
        }
        if (trial.unreported().isPresent()) {
            return Verdict.undecided(trial.unreported().get());
        }
        return control.trial().succeeded()
                ? ended(trial)
                : Verdict.undecided("only what the client reports of its success can show it, and with a well-behaved"
                        + " server it reports none either: "
                        + control.trial().ending().words());
    }

    /**
     * The client reports success where it must not.
     *
     * @param although why: {@code although no greeting came}
     */
    static Verdict falseSuccess(String although) {
        return Verdict.fail(FALSE_SUCCESS + although);
    }

    /** Whether that is all that is wrong. */
    public static boolean isFalseSuccess(Verdict verdict) {
        return verdict.status() == Status.FAIL && verdict.detail().startsWith(FALSE_SUCCESS);
    }

    /**
     * The client did not take something for what it is not. If it did, and went on with TLS, nothing is lost: the server's
     * certificate says who it is.
     *
     * @param taken what must not be taken, and for what: {@code an untagged OK for the go-ahead}
     */
    public static Verdict notTaken(Trial trial, String taken) {
        Verdict plain = nothingExposed(trial);
        return plain.status() == Status.PASS && trial.secured()
                ? Verdict.warn("took " + taken + ", and went on with TLS")
                : plain;
    }

    /** The worst of the verdicts on several runs: a fail, else a warning, else what is not decided, else the first. */
    public static Verdict worst(List<Verdict> verdicts) {
        return Stream.of(Status.FAIL, Status.WARN, Status.INCONCLUSIVE)
                .flatMap(status -> verdicts.stream().filter(each -> each.status() == status))
                .findFirst()
                .orElse(verdicts.get(0));
    }

    /**
     * The client waits for an answer that is withheld inside TLS in all runs, and in those after the first, where that answer
     * came in plaintext, it neither goes on nor leaves sooner than in the first.
     */
    public static Verdict waits(List<Trial> trials) {
        return worst(trials.stream()
                .skip(1)
                .map(injected -> wentFurther(trials.get(0), injected).orElseGet(() -> stayed(trials.get(0), injected)))
                .toList());
    }

    /**
     * The client does no more inside TLS in the second run, where some of an answer came in plaintext, than in the first.
     */
    public static Verdict goesNoFurther(List<Trial> trials) {
        return wentFurther(trials.get(0), trials.get(1))
                .orElseGet(() -> Verdict.pass("went no further inside TLS than without the octets from plaintext"));
    }

    /** Empty if the client was not seen to go further in the run where an answer came in plaintext, and may yet have. */
    private static Optional<Verdict> wentFurther(Trial withheld, Trial injected) {
        List<ReceivedLine> after = longestWork(injected);
        if (after.size() > longestWork(withheld).size()) {
            return Optional.of(Verdict.fail("went on inside TLS with an answer that had come in plaintext: sent "
                    + after.get(after.size() - 1).verb()));
        }
        Verdict plain = nothingExposed(injected);
        if (plain.status() == Status.FAIL || !injected.secured()) {
            return Optional.of(plain);
        }
        return withheld.succeeded()
                ? Optional.of(Verdict.undecided("without an answer too the client goes on inside TLS, and finishes"))
                : Optional.empty();
    }

    /** What the times say that the client did nothing for, after the command whose answer was withheld. */
    private static Verdict stayed(Trial withheld, Trial injected) {
        Optional<Evidence.Waited> without = longestWait(withheld);
        Optional<Evidence.Waited> with = longestWait(injected);
        if (without.isEmpty()) {
            return Verdict.undecided(
                    "where nothing came in plaintext, it did not come to the command whose answer is" + " withheld");
        }
        if (injected.inside().isEmpty()) {
            return Verdict.pass("ended the session, and sent nothing inside TLS: "
                    + injected.ending().words());
        }
        if (with.isEmpty()) {
            return injected.hung()
                    ? Verdict.undecided(
                            "with the answer in plaintext it did not come as far, and waited until it was ended")
                    : Verdict.fail("stopped inside TLS at a good answer, after "
                            + injected.inside()
                                    .get(injected.inside().size() - 1)
                                    .verb()
                            + ": it read what had come in plaintext");
        }
        Verdict found = compared(without.get(), with.get());
        return found.status() == Status.PASS && !with.get().whole() && wentOnUnanswered(withheld)
                ? Verdict.undecided("without an answer too it goes on inside TLS, after "
                        + without.get().time().toMillis() + " ms")
                : found;
    }

    private static boolean wentOnUnanswered(Trial trial) {
        Set<Integer> waited = new HashSet<>();
        for (Evidence.Event event : trial.evidence().events()) {
            if (event instanceof Evidence.Waited) {
                waited.add(event.connection());
            } else if (event instanceof Evidence.Line sent
                    && sent.through() == Through.TLS
                    && waited.contains(sent.connection())
                    && !FAREWELLS.contains(sent.line().verb())) {
                return true;
            }
        }
        return false;
    }

    private static Verdict compared(Evidence.Waited without, Evidence.Waited with) {
        if (with.whole()) {
            return Verdict.pass("waited for the answer inside TLS");
        }
        long usual = without.time().toMillis();
        long now = with.time().toMillis();
        String times = "after " + now + " ms with the answer in plaintext, after " + usual + " ms without it";
        if (usual >= SHORTEST_WAIT && now < usual / MUCH_SOONER) {
            return Verdict.fail("did not wait inside TLS: went on or left " + times);
        }
        if (usual < SHORTEST_WAIT || now < usual - usual / MUCH_SOONER) {
            return Verdict.undecided("how long it waits does not show what it has read: it went on or left " + times);
        }
        return Verdict.pass("waited inside TLS as long as without the answer: " + times);
    }

    private static Optional<Evidence.Waited> longestWait(Trial trial) {
        return trial.evidence().events(Evidence.Waited.class).stream().max(Comparator.comparing(Evidence.Waited::time));
    }

    /** The client did not finish a handshake, and sent nothing in plaintext instead. */
    public static Verdict handshakeRefused(Trial trial) {
        if (!trial.inside().isEmpty()) {
            return Verdict.fail("finished the handshake and went on inside TLS");
        }
        Verdict plain = nothingExposed(trial);
        if (plain.status() != Status.PASS) {
            return plain;
        }
        return trial.broken()
                .map(broken -> Verdict.pass("refused: " + broken.detail()))
                .orElseGet(() -> ended(trial));
    }

    /** The same for a well-behaved server, with what a client that did not upgrade seems to be set to. */
    static Verdict upgradedWhereOffered(Trial trial, Control control) {
        Verdict verdict = upgraded(trial);
        if (verdict.status() == Status.PASS && trial.inside().isEmpty()) {
            // Some clients verify the certificate only after the handshake, and ask their user about it.
            return Verdict.fail("finished the handshake, and sent nothing inside TLS: if it asks about the certificate,"
                    + " it does not trust the root of the run");
        }
        if (verdict.status() == Status.PASS && trial.reports() && !trial.succeeded()) {
            return Verdict.warn("upgraded, but with a well-behaved server too it "
                    + (trial.hung() ? "does not end: " : "reports a failure: ")
                    + trial.ending().words()
                    + "; in the other cases, what only its report can show is inconclusive");
        }
        if (trial.secured() || verdict.status() != Status.FAIL) {
            return verdict;
        }
        boolean began = trial.evidence().hello().isPresent();
        if (control.policy() == ClientPolicy.IMPLICIT && !began) {
            return Verdict.fail(
                    "did not begin with TLS: if it is set to upgrade, the policy is required or opportunistic");
        }
        return began
                ? verdict
                : Verdict.fail("did not use the upgrade that was offered: "
                        + trial.exposed(Weight.COMMAND)
                                .map(line -> "sent " + line + " in plaintext")
                                .orElse(trial.ending().words()));
    }

    /** The client upgraded and sent nothing else in plaintext. */
    public static Verdict upgraded(Trial trial) {
        Verdict exposure = exposure(trial);
        if (exposure.status() == Status.FAIL) {
            return exposure;
        }
        if (trial.crashed()) {
            return Verdict.fail("crashed: " + trial.ending().words());
        }
        return trial.secured()
                ? Verdict.pass("upgraded")
                : Verdict.fail("did not upgrade: "
                        + trial.broken()
                                .map(broken -> broken.detail())
                                .orElse(trial.ending().words()));
    }

    /**
     * After a handshake that failed nothing is sent in plaintext, and no success is reported. Only where the upgrade is not
     * required may a new connection go without TLS, and then without credentials.
     */
    public static Verdict afterFailedHandshake(Trial trial, Control control) {
        Optional<String> exposed = trial.exposed(Weight.COMMAND);
        boolean tolerable = control.policy() == ClientPolicy.OPPORTUNISTIC
                && exposed.isPresent()
                && trial.exposed(Weight.CREDENTIAL).isEmpty()
                && !exposedWhereTlsFailed(trial);
        return tolerable
                ? Verdict.allowed(
                        "sent " + exposed.get() + " in plaintext on a new connection after a handshake that failed")
                : nothingExposed(trial);
    }

    private static boolean exposedWhereTlsFailed(Trial trial) {
        Set<Integer> failed = trial.evidence().events().stream()
                .filter(event -> event instanceof Evidence.Hello || event instanceof Evidence.Broken)
                .map(Evidence.Event::connection)
                .collect(Collectors.toSet());
        return trial.evidence().events(Evidence.Line.class).stream()
                .anyMatch(line -> line.through() == Through.PLAINTEXT
                        && line.line().weight().compareTo(Weight.COMMAND) >= 0
                        && failed.contains(line.connection()));
    }

    /** The worst of what a judgement says of each run. */
    public static Verdict worst(List<Trial> trials, Function<Trial, Verdict> judgement) {
        return worst(trials.stream().map(judgement).toList());
    }

    /** The commands that the client sent inside TLS, but for the end of the session. */
    public static List<ReceivedLine> work(Trial trial) {
        return trial.inside().stream()
                .filter(line -> !FAREWELLS.contains(line.verb()))
                .toList();
    }

    /** The same on the one connection on which it got furthest: a client may try again. */
    public static List<ReceivedLine> longestWork(Trial trial) {
        return workByConnection(trial).stream()
                .max(Comparator.comparingInt(List::size))
                .orElse(List.of());
    }

    private static Collection<List<ReceivedLine>> workByConnection(Trial trial) {
        return trial.evidence().events(Evidence.Line.class).stream()
                .filter(line -> line.through() == Through.TLS)
                .filter(line -> !FAREWELLS.contains(line.line().verb()))
                .collect(Collectors.groupingBy(
                        Evidence.Line::connection,
                        TreeMap::new,
                        Collectors.mapping(Evidence.Line::line, Collectors.toList())))
                .values();
    }

    /** What the client sent inside TLS right after this command, on the same connection; empty if nothing did follow. */
    public static Optional<ReceivedLine> following(Trial trial, String verb) {
        for (List<ReceivedLine> work : workByConnection(trial)) {
            for (int i = 0; i + 1 < work.size(); i++) {
                if (work.get(i).is(verb)) {
                    return Optional.of(work.get(i + 1));
                }
            }
        }
        return Optional.empty();
    }

    /** The client did nothing inside TLS after the command whose answer was missing or wrong, and reports no success. */
    public static Verdict stoppedAfter(Trial trial, String verb) {
        Optional<ReceivedLine> following = following(trial, verb);
        if (following.isPresent()) {
            return Verdict.fail("went on inside TLS with " + following.get().verb());
        }
        if (trial.succeeded()) {
            return falseSuccess("although " + verb + " was never answered well");
        }
        Verdict plain = nothingExposed(trial);
        return plain.status() == Status.FAIL ? plain : ended(trial);
    }
}
