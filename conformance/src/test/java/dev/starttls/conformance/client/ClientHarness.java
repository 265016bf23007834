package dev.starttls.conformance.client;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.client.run.ClientRunner;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Runs cases with clients of the tests. */
final class ClientHarness {
    /** A silent server waits long enough for a faulty client on a busy machine. */
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    /** A name of four labels, which nobody resolves: clients of the tests connect to the loopback address. */
    static final String HOST = "mx.mail.example.org";

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private ClientHarness() {}

    /** A client of the tests. */
    static ClientUnderTest client(Protocol protocol, ClientPolicy policy, Set<ClientFault> faults) {
        boolean implicit = policy == ClientPolicy.IMPLICIT;
        // Each run has a client of its own: the clients count their commands.
        return attempt -> switch (protocol) {
            case SMTP -> new SmtpTestClient(faults, implicit).run(attempt);
            case IMAP -> new ImapTestClient(faults, implicit).run(attempt);
            case POP3 -> new Pop3TestClient(faults, implicit).run(attempt);
        };
    }

    /** Runs all cases of a protocol but those of TLS, which {@link TlsClientMatrixTest} has. */
    static TargetReport run(Protocol protocol, ClientPolicy policy, ClientUnderTest client) {
        List<ClientCase> cases = ClientSuite.cases(protocol).stream()
                .filter(each -> !each.id().startsWith("TLS-C-"))
                .toList();
        return run(protocol, policy, client, cases);
    }

    static TargetReport run(Protocol protocol, ClientPolicy policy, ClientUnderTest client, List<ClientCase> cases) {
        return run(protocol, policy, HOST, client, cases);
    }

    static TargetReport run(
            Protocol protocol, ClientPolicy policy, String host, ClientUnderTest client, List<ClientCase> cases) {
        return run(protocol, policy, host, PATIENCE, client, cases);
    }

    /** For verdicts that compare times, which a busy machine must not change. */
    static TargetReport runPatiently(Protocol protocol, ClientUnderTest client, List<ClientCase> cases) {
        return run(protocol, ClientPolicy.REQUIRED, HOST, PATIENCE.multipliedBy(5), client, cases);
    }

    private static TargetReport run(
            Protocol protocol,
            ClientPolicy policy,
            String host,
            Duration patience,
            ClientUnderTest client,
            List<ClientCase> cases) {
        ClientRunSettings settings = ClientRunSettings.of(policy)
                .host(host)
                .timeout(TIMEOUT)
                .patience(patience)
                .parallel(16);
        try (ClientRunner runner =
                new ClientRunner(ClientSuite.profile(protocol).dialect(), client, settings, RunListener.none())) {
            return runner.run(cases);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ids of the cases that have this verdict. */
    static Set<String> ids(TargetReport report, Status status) {
        return report.results().stream()
                .filter(result -> result.verdict().status() == status)
                .map(result -> result.check().id())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What did not pass, for the message of a test. */
    static String described(TargetReport report) {
        return report.results().stream()
                .filter(result -> result.verdict().status() != Status.PASS)
                .map(ClientHarness::described)
                .collect(Collectors.joining("\n"));
    }

    private static String described(CheckResult result) {
        return result.check().id() + " " + result.verdict().status() + " "
                + result.verdict().detail() + "\n"
                + result.transcript().stream().map(entry -> "    " + entry).collect(Collectors.joining("\n"));
    }
}
