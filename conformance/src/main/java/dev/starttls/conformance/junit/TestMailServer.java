package dev.starttls.conformance.junit;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.client.run.ClientServers;
import dev.starttls.conformance.client.run.OpenCase;
import dev.starttls.conformance.client.server.Canary;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A mail server that a test sends its client to, well-behaved or hostile as a case has it. It listens from the first call
 * of {@link #port} on. Safe for use by several threads.
 *
 * <p>What a case needs the client to do with a well-behaved server, it cannot see by itself: for a verdict that says
 * more than that nothing went wrong, send the client to {@link #wellBehaved} first.
 */
public final class TestMailServer {
    private static final String DOMAIN = "example.org";

    private final ClientCase one;
    private final ClientServers servers;
    private Optional<TestMailServer> control = Optional.empty();
    private Optional<OpenCase> open = Optional.empty();
    private Optional<CheckResult> result = Optional.empty();

    private TestMailServer(ClientCase one, ClientServers servers) {
        this.one = one;
        this.servers = servers;
    }

    static TestMailServer of(StartTlsServer wanted) throws IOException {
        ClientServers servers = ClientServers.of(
                ClientSuite.profile(wanted.protocol()).dialect(),
                ClientRunSettings.of(wanted.policy()).host(wanted.host()),
                ClientPki.create(wanted.host()));
        String id = wanted.value().equals(StartTlsServer.BENIGN)
                ? ClientCase.CONTROL
                : wanted.value().toUpperCase(Locale.ROOT);
        return new TestMailServer(named(id, wanted.protocol()), servers);
    }

    /** The case; an id of which no letter is given, and of which there are several, is not one case. */
    private static ClientCase named(String id, Protocol protocol) {
        return ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().equalsIgnoreCase(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("@StartTlsServer: expected the id of a case for "
                        + protocol + ", such as UP-C-01a, or " + StartTlsServer.BENIGN + "; got " + id));
    }

    /** {@return the name to connect to, which its certificate is for} */
    public String host() {
        return servers.settings().host();
    }

    /**
     * The port to connect to.
     *
     * @return that of this run
     * @throws UncheckedIOException if no port can be opened
     * @throws IllegalStateException if the last run is over
     */
    public int port() {
        int port = opened().port();
        if (port == 0) {
            throw new IllegalStateException(one.id() + ": the server is closed, since the verdict was asked for");
        }
        return port;
    }

    /** {@return the user to log in as} */
    public String user() {
        return opened().user();
    }

    /** {@return the password to log in with} */
    public String password() {
        return opened().password();
    }

    /** {@return the one root to trust} */
    public X509Certificate trust() {
        return servers.pki().root();
    }

    /**
     * A well-behaved server beside this one, with the same trust. It is of use before this one is: a client that logs in
     * there is known to do so.
     */
    public synchronized TestMailServer wellBehaved() {
        if (control.isEmpty()) {
            control = Optional.of(
                    new TestMailServer(ClientSuite.control(servers.dialect().protocol()), servers));
        }
        return control.get();
    }

    private synchronized OpenCase opened() {
        try {
            if (open.isEmpty()) {
                open = Optional.of(new OpenCase(one, servers, observed(), 0, () -> Canary.of(one.id(), DOMAIN)));
                open.get().open();
            }
            return open.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the client did with the well-behaved server, if it was sent there. */
    private Control observed() {
        return control.flatMap(TestMailServer::trial)
                .map(trial -> new Control(
                        servers.settings().policy(), servers.settings().host(), trial))
                .orElseGet(servers::nothingKnown);
    }

    private synchronized Optional<Trial> trial() {
        return open.flatMap(each -> {
            each.endRun();
            return each.trials().stream().findFirst();
        });
    }

    /** {@return how many runs of the client the case is judged by; more than one for those that compare two} */
    public int runs() {
        return one.scripts().size();
    }

    /**
     * Ends this run of the client, and starts the server of the next, which has another port, user and password.
     *
     * @throws IllegalStateException if this is the last
     * @throws UncheckedIOException if no port can be opened
     */
    public void nextRun() {
        OpenCase now = opened();
        if (now.run() == runs()) {
            throw new IllegalStateException(one.id() + ": expected at most " + runs() + " runs of the client");
        }
        now.endRun();
        try {
            now.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the lines that the client sent in plaintext in this run} */
    public List<String> plaintext() {
        return lines(Through.PLAINTEXT);
    }

    /** {@return the lines that the client sent inside TLS in this run} */
    public List<String> inside() {
        return lines(Through.TLS);
    }

    private List<String> lines(Through through) {
        return opened().evidence().lines(through).stream()
                .map(ReceivedLine::text)
                .toList();
    }

    /** {@return what was sent and received in all runs so far, with the password concealed: for a message} */
    public List<String> transcript() {
        return opened().transcript().stream().map(Transcript.Entry::toString).toList();
    }

    /**
     * The verdict of the case, when the client is done. Waits a moment for connections to end, and closes the server. The
     * client's own word for its success is not known, and not judged.
     *
     * @return the same at each call
     */
    public Verdict verdict() {
        return result().verdict();
    }

    private synchronized CheckResult result() {
        if (result.isEmpty()) {
            OpenCase last = opened();
            result = Optional.of(new CheckResult(one.check(), last.verdict(), last.transcript(), Duration.ZERO));
        }
        return result.get();
    }

    /**
     * Fails the test if the case failed, with clause, transcript and fix in the message; aborts it if the case was skipped
     * or inconclusive; prints a warning.
     *
     * @throws org.opentest4j.AssertionFailedError if it failed
     * @throws org.opentest4j.TestAbortedException if it was skipped or is inconclusive
     */
    public void assertPasses() {
        ResultAssertion.report(result(), Warnings.printed());
    }

    synchronized void close() {
        open.ifPresent(OpenCase::close);
        control.ifPresent(TestMailServer::close);
    }
}
