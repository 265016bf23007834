package dev.starttls.conformance.junit;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.baseline.Acceptances;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.profile.ProfileException;
import dev.starttls.conformance.profile.Scope;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.conformance.target.TrustedRoots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestReporter;

/**
 * The checks of one server as dynamic tests, for a build that has such a server running.
 *
 * <pre>{@code
 * class MyServerTest {
 *     @TestFactory
 *     Stream<DynamicNode> conformance() {
 *         return ConformanceTests.of("submission://localhost:2525").trust(Path.of("ca.pem")).skip("UP-S-19*").tests();
 *     }
 * }
 * }</pre>
 *
 * <p>Each check is a test named by its id and title. A failed check fails its test, with clause, transcript and fix in
 * the message; a warning passes and is printed or published, and so does a failure that is {@linkplain #accept
 * accepted}; a skipped or inconclusive check aborts its test with the reason. The server need not run before the first
 * test does.
 *
 * <p>Immutable: each method returns a new one.
 */
public final class ConformanceTests {
    private static final int PARALLEL = 4;

    private final Target target;
    private final TargetSettings settings;
    private final List<String> only;
    private final List<String> skip;
    private final Set<Level> levels;
    private final int parallel;
    private final List<Accepted> accepted;
    private final List<Profile> profiles;

    /** A finding to live with, as {@link Acceptances#add(String, String)} takes it. */
    private record Accepted(String finding, String reason) {}

    private ConformanceTests(
            Target target,
            TargetSettings settings,
            List<String> only,
            List<String> skip,
            Set<Level> levels,
            int parallel,
            List<Accepted> accepted,
            List<Profile> profiles) {
        this.target = target;
        this.settings = settings;
        this.only = only;
        this.skip = skip;
        this.levels = levels;
        this.parallel = parallel;
        this.accepted = accepted;
        this.profiles = profiles;
    }

    /**
     * All checks of a server.
     *
     * @param url as on the command line: {@code smtp://localhost:2525}, {@code imaps://127.0.0.1:9993}
     * @return tests of all checks of its protocol
     * @throws IllegalArgumentException if it is not a target; the message shows the right form
     */
    public static ConformanceTests of(String url) {
        try {
            return new ConformanceTests(
                    Target.parse(url),
                    TargetSettings.standard(),
                    List.of(),
                    List.of(),
                    EnumSet.allOf(Level.class),
                    PARALLEL,
                    List.of(),
                    List.of());
        } catch (TargetException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * The trusted roots for the server's certificate; those of the Java runtime unless set.
     *
     * @param pem a file with one or more certificates
     * @throws UncheckedIOException if it contains none
     */
    public ConformanceTests trust(Path pem) {
        try {
            return with(settings.withTrust(TrustedRoots.in(pem)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The trusted roots for the server's certificate; those of the Java runtime unless set. */
    public ConformanceTests trust(X509Certificate... roots) {
        return with(settings.withTrust(List.of(roots)));
    }

    /** The name sent in SNI and expected in the certificate; the host of the URL unless set. */
    public ConformanceTests serverName(String name) {
        return with(settings.withServerName(name));
    }

    /**
     * Credentials, for the checks that need a session after login.
     *
     * @param user of an account on the server
     * @param password called for each login; a new array each time, since the login clears it
     */
    public ConformanceTests login(String user, Supplier<char[]> password) {
        return with(settings.withLogin(new Login(user, password)));
    }

    /** The maximum wait for one answer; ten seconds unless set. */
    public ConformanceTests timeout(Duration answer) {
        if (answer.isNegative() || answer.isZero()) {
            throw new IllegalArgumentException("answer: expected a positive time, got " + answer);
        }
        return with(settings.withAnswer(answer));
    }

    /**
     * Only the checks with these ids or clauses; all unless set.
     *
     * @param globs {@code "UP-S-11"} (a to f), {@code "TLS-S-*"}, {@code "RFC 3207 4.2"}
     */
    public ConformanceTests only(String... globs) {
        return new ConformanceTests(
                target, settings, joined(only, List.of(globs)), skip, levels, parallel, accepted, profiles);
    }

    /** Not the checks with these ids or clauses, whatever {@link #only} says. */
    public ConformanceTests skip(String... globs) {
        return new ConformanceTests(
                target, settings, only, joined(skip, List.of(globs)), levels, parallel, accepted, profiles);
    }

    /**
     * Only checks of these levels; all unless set.
     *
     * @param first one of them
     * @param others perhaps none
     */
    public ConformanceTests levels(Level first, Level... others) {
        return new ConformanceTests(
                target, settings, only, skip, EnumSet.of(first, others), parallel, accepted, profiles);
    }

    /**
     * How many checks run at the same time, ahead of the tests that report their results; 4 unless set.
     *
     * @param checks at least 1
     */
    public ConformanceTests parallel(int checks) {
        if (checks < 1) {
            throw new IllegalArgumentException("checks: expected at least 1, got " + checks);
        }
        return new ConformanceTests(target, settings, only, skip, levels, checks, accepted, profiles);
    }

    /**
     * Accepts what a check finds, as {@code --accept} of the command does: a failure passes its test and is reported as a
     * warning, with the reason.
     *
     * @param finding {@code "UP-S-10"}, {@code "UP-S-10@smtp"} for the servers of one scheme, {@code
     *     "UP-S-10@smtp://localhost:2525"} for one server; the narrowest is taken
     * @param reason why, for whoever reads the warning
     * @throws IllegalArgumentException if there is no reason
     */
    public ConformanceTests accept(String finding, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("reason: expected why '" + finding + "' is accepted, got nothing");
        }
        return new ConformanceTests(
                target,
                settings,
                only,
                skip,
                levels,
                parallel,
                joined(accepted, List.of(new Accepted(finding, reason))),
                profiles);
    }

    /**
     * Judges the server also by a recommendation, as {@code --profile} of the command does: each of its rules is a test
     * after those of the checks. {@link #only}, {@link #skip} and {@link #levels} apply to them as to checks, but if
     * {@code only} names none of them, all are judged. The check {@code TLS-S-05b}, which finds what most rules are
     * about, is run for them; skip it and their tests are aborted.
     *
     * @param nameOrFile one of {@link Profile#NAMES}, or a file of rules in JSON
     * @throws IllegalArgumentException if there is no such file, or it is no profile
     */
    public ConformanceTests profile(String nameOrFile) {
        try {
            return new ConformanceTests(
                    target,
                    settings,
                    only,
                    skip,
                    levels,
                    parallel,
                    accepted,
                    joined(profiles, List.of(Profile.named(nameOrFile))));
        } catch (ProfileException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * The tests, to be returned by a {@code @TestFactory}. Warnings go to standard output.
     *
     * @return a test for each check, in a container for each family, between two that ask whether the server answers
     * @throws IllegalStateException if no check is left
     * @throws IllegalArgumentException if what is {@linkplain #accept accepted} is no finding of a check or a rule
     */
    public Stream<DynamicNode> tests() {
        return testsReportingTo(Warnings.printed());
    }

    /**
     * The same, with warnings as report entries of the factory: their key is the id.
     *
     * @param reporter a parameter of the {@code @TestFactory}
     * @return the same tests
     * @throws IllegalStateException if no check is left
     * @throws IllegalArgumentException if what is {@linkplain #accept accepted} is no finding of a check or a rule
     */
    public Stream<DynamicNode> tests(TestReporter reporter) {
        return testsReportingTo(Warnings.to(reporter));
    }

    private Stream<DynamicNode> testsReportingTo(Warnings warnings) {
        List<Check> known = new ArrayList<>(Suite.catalogue().all());
        profiles.forEach(profile -> known.addAll(profile.checks()));
        Acceptances acceptances = new Acceptances(known);
        accepted.forEach(each -> acceptances.add(each.finding(), each.reason()));
        Dialect dialect = Suite.dialect(target.scheme().protocol());
        Scope scope = Scope.of(Selection.of(only, skip, levels), profiles);
        Runner runner = new Runner(
                Suite.catalogue(), scope.checks(), RunSettings.of(parallel, settings.answer()), RunListener.none());
        List<Check> checks = runner.checks(target);
        if (checks.isEmpty()) {
            runner.close();
            throw new IllegalStateException("expected checks of " + target.url()
                    + ", but none is left by only, skip and levels: " + only + ", " + skip + ", " + levels);
        }
        return new ServerTests(
                        target,
                        checks,
                        scope.profiles(),
                        () -> runner.begin(target, settings, dialect),
                        result -> acceptances.accept(target, result),
                        warnings)
                .nodes()
                .onClose(runner::close);
    }

    private ConformanceTests with(TargetSettings changed) {
        return new ConformanceTests(target, changed, only, skip, levels, parallel, accepted, profiles);
    }

    private static <T> List<T> joined(List<T> before, List<T> more) {
        return Stream.concat(before.stream(), more.stream()).toList();
    }
}
