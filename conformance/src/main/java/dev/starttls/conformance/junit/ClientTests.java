package dev.starttls.conformance.junit;

import dev.starttls.conformance.baseline.Acceptances;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.client.run.ClientRunner;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.UntrustedClient;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.TestedClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestReporter;

/**
 * The cases of one client as dynamic tests, for a build of such a client.
 *
 * <pre>{@code
 * class MyClientTest {
 *     @TestFactory
 *     Stream<DynamicNode> conformance() {
 *         return ClientTests.imap((host, port, user, password, trust) -> {
 *             try (MyClient client = new MyClient(host, port, trust)) {
 *                 client.login(user, password);
 *                 client.fetch("INBOX");
 *             }
 *         }).skip("UP-C-02*").tests();
 *     }
 * }
 * }</pre>
 *
 * <p>Each case is a test named by its id and title, with a server of its own that is hostile in one way. The client is
 * called first with a well-behaved server, which is UP-C-00; what it does not do there, no case can observe. A failed case fails its test,
 * with clause, transcript and fix in the message; a warning passes and is printed or published, and so does a failure that
 * is {@linkplain #accept accepted}; a skipped or inconclusive case aborts its test with the reason.
 *
 * <p>Immutable: each method returns a new one.
 */
public final class ClientTests {
    private static final int PARALLEL = 4;

    private final Protocol protocol;
    private final ClientUnderTest client;
    private final ClientRunSettings settings;
    private final List<String> only;
    private final List<String> skip;
    private final Set<Level> levels;
    private final List<Accepted> accepted;

    /** A finding to live with, as {@link Acceptances#add(String, String)} takes it. */
    private record Accepted(String finding, String reason) {}

    private ClientTests(
            Protocol protocol,
            ClientUnderTest client,
            ClientRunSettings settings,
            List<String> only,
            List<String> skip,
            Set<Level> levels,
            List<Accepted> accepted) {
        this.protocol = protocol;
        this.client = client;
        this.settings = settings;
        this.only = only;
        this.skip = skip;
        this.levels = levels;
        this.accepted = accepted;
    }

    private static ClientTests of(Protocol protocol, MailClient client) {
        return new ClientTests(
                protocol,
                new FunctionClient(client),
                ClientRunSettings.of(ClientPolicy.REQUIRED).parallel(PARALLEL),
                List.of(),
                List.of(),
                EnumSet.allOf(Level.class),
                List.of());
    }

    /**
     * All cases of a client of SMTP: a submission client, or a server that relays.
     *
     * @param client runs it once
     * @return tests of all cases of its protocol
     */
    public static ClientTests smtp(MailClient client) {
        return of(Protocol.SMTP, client);
    }

    /**
     * All cases of a client of IMAP.
     *
     * @param client runs it once
     * @return tests of all cases of its protocol
     */
    public static ClientTests imap(MailClient client) {
        return of(Protocol.IMAP, client);
    }

    /**
     * All cases of a client of POP3.
     *
     * @param client runs it once
     * @return tests of all cases of its protocol
     */
    public static ClientTests pop3(MailClient client) {
        return of(Protocol.POP3, client);
    }

    /** How the function configures the client; {@link ClientPolicy#REQUIRED} unless set. */
    public ClientTests policy(ClientPolicy policy) {
        return with(new ClientRunSettings(
                policy,
                settings.host(),
                settings.listen(),
                settings.firstPort(),
                settings.timeout(),
                settings.patience(),
                settings.linger(),
                settings.parallel()));
    }

    /**
     * The name that the client is given and the certificates are for; {@code localhost} unless set. It has to resolve to
     * the loopback address. Some certificates can be wrong only for a name of several labels.
     */
    public ClientTests host(String name) {
        return with(settings.host(name));
    }

    /**
     * For a function that returns whatever happens, as one that puts a message into a queue: that it returns or throws says
     * nothing then, and what only that could show is inconclusive.
     */
    public ClientTests ignoringResult() {
        return new ClientTests(protocol, new UntrustedClient(client), settings, only, skip, levels, accepted);
    }

    /** How long one call of the client may last; 30 seconds unless set. */
    public ClientTests timeout(Duration call) {
        return with(settings.timeout(positive("call", call)));
    }

    /** How long a server that has fallen silent waits before it closes the connection; 3 seconds unless set. */
    public ClientTests patience(Duration silence) {
        return with(settings.patience(positive("silence", silence)));
    }

    private static Duration positive(String name, Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + ": expected a positive time, got " + time);
        }
        return time;
    }

    /**
     * Only the cases with these ids or clauses, and UP-C-00, the call with a well-behaved server; all unless set.
     *
     * @param globs {@code "UP-C-04"} (a to c), {@code "TLS-C-*"}, {@code "RFC 3207 4.2"}
     */
    public ClientTests only(String... globs) {
        return new ClientTests(protocol, client, settings, joined(only, List.of(globs)), skip, levels, accepted);
    }

    /** Not the cases with these ids or clauses, whatever {@link #only} says; but UP-C-00 is a test in any case. */
    public ClientTests skip(String... globs) {
        return new ClientTests(protocol, client, settings, only, joined(skip, List.of(globs)), levels, accepted);
    }

    /**
     * Only cases of these levels; all unless set.
     *
     * @param first one of them
     * @param others perhaps none
     */
    public ClientTests levels(Level first, Level... others) {
        return new ClientTests(protocol, client, settings, only, skip, EnumSet.of(first, others), accepted);
    }

    /**
     * How many cases run at the same time, ahead of the tests that report their results; 4 unless set.
     *
     * @param cases at least 1
     */
    public ClientTests parallel(int cases) {
        if (cases < 1) {
            throw new IllegalArgumentException("cases: expected at least 1, got " + cases);
        }
        return with(settings.parallel(cases));
    }

    /**
     * Accepts what a case finds, as {@code --accept} of the command does: a failure passes its test and is reported as a
     * warning, with the reason.
     *
     * @param finding the id of a case
     * @param reason why, for whoever reads the warning
     * @throws IllegalArgumentException if there is no reason
     */
    public ClientTests accept(String finding, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("reason: expected why '" + finding + "' is accepted, got nothing");
        }
        return new ClientTests(
                protocol,
                client,
                settings,
                only,
                skip,
                levels,
                joined(accepted, List.of(new Accepted(finding, reason))));
    }

    /**
     * The tests, to be returned by a {@code @TestFactory}. Warnings go to standard output.
     *
     * @return a test for each case, in a container for each family, after one that asks whether the client connects
     * @throws IllegalStateException if no case is left
     * @throws IllegalArgumentException if what is {@linkplain #accept accepted} is no finding of a case
     */
    public Stream<DynamicNode> tests() {
        return testsReportingTo(Warnings.printed());
    }

    /**
     * The same, with warnings as report entries of the factory: their key is the id.
     *
     * @param reporter a parameter of the {@code @TestFactory}
     * @return the same tests
     * @throws IllegalStateException if no case is left
     * @throws IllegalArgumentException if what is {@linkplain #accept accepted} is no finding of a case
     */
    public Stream<DynamicNode> tests(TestReporter reporter) {
        return testsReportingTo(Warnings.to(reporter));
    }

    private Stream<DynamicNode> testsReportingTo(Warnings warnings) {
        List<ClientCase> all = ClientSuite.cases(protocol);
        Acceptances acceptances =
                new Acceptances(all.stream().map(ClientCase::check).toList());
        accepted.forEach(each -> acceptances.add(each.finding(), each.reason()));
        TestedClient tested = new TestedClient(protocol, settings.policy().key(), Optional.empty());
        Selection selection = Selection.of(only, skip, levels);
        List<ClientCase> cases = ClientSuite.selected(protocol, selection);
        if (cases.isEmpty()) {
            throw new IllegalStateException("expected cases of " + tested.url()
                    + ", but none is left by only, skip and levels: " + only + ", " + skip + ", " + levels);
        }
        List<Check> checks = cases.stream().map(ClientCase::check).toList();
        CaseTests tests = new CaseTests(
                tested,
                checks,
                this::runner,
                runner -> runner.begin(cases),
                result -> acceptances.accept(tested, result),
                warnings);
        return tests.nodes().onClose(tests::close);
    }

    private ClientRunner runner() {
        try {
            return new ClientRunner(ClientSuite.profile(protocol).dialect(), client, settings, RunListener.none());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ClientTests with(ClientRunSettings changed) {
        return new ClientTests(protocol, client, changed, only, skip, levels, accepted);
    }

    private static <T> List<T> joined(List<T> before, List<T> more) {
        return Stream.concat(before.stream(), more.stream()).toList();
    }
}
