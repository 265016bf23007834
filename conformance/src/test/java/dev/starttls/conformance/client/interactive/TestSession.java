package dev.starttls.conformance.client.interactive;

import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.target.Protocol;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A session of a few cases, and what a person would do in it, done by a client of the tests. */
final class TestSession implements AutoCloseable {
    static final String CONTROL = ClientCase.CONTROL;

    private final InteractiveRun run;

    private TestSession(InteractiveRun run) {
        this.run = run;
    }

    static TestSession start(PortUse ports, Optional<Path> state, String... ids) throws IOException {
        return start(Protocol.SMTP, 0, ports, state, ids);
    }

    static TestSession start(Protocol protocol, int firstPort, PortUse ports, Optional<Path> state, String... ids)
            throws IOException {
        ClientRunSettings settings = ClientRunSettings.of(ClientPolicy.REQUIRED)
                .patience(Duration.ofSeconds(1))
                .listen(InetAddress.getLoopbackAddress(), firstPort);
        return new TestSession(InteractiveRun.start(
                ClientSuite.profile(protocol).dialect(),
                settings,
                named(protocol, CONTROL),
                List.of(ids).stream().map(id -> named(protocol, id)).toList(),
                ports,
                Duration.ZERO,
                state));
    }

    private static ClientCase named(Protocol protocol, String id) {
        return ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    InteractiveRun run() {
        return run;
    }

    CaseRow row(String id) {
        return run.rows().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    X509Certificate root() throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(run.rootPem().getBytes(StandardCharsets.US_ASCII)));
    }

    /** Sends the client to a case that waits, and looks until its run is over. */
    void send(FunctionUnderTest client, String id) throws Exception {
        CaseRow before = row(id);
        try {
            AccountSettings account = run.account();
            client.run(account.server(), before.port(), account.user(), account.password(), root());
        } catch (IOException e) {
            // It gave up, as it has to with most servers; the verdict says whether that was right.
            assert e.getMessage() != null;
        }
        CaseRow now = row(id);
        while (now.open() && now.run() == before.run()) {
            run.look();
            Thread.onSpinWait();
            now = row(id);
        }
    }

    @Override
    public void close() {
        run.close();
    }
}
