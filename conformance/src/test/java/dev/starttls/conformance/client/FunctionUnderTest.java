package dev.starttls.conformance.client;

import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Set;

/** A client of the tests as a function that throws if it gives up. */
public final class FunctionUnderTest {
    private static final Path NONE = Path.of("none");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Protocol protocol;
    private final Set<ClientFault> faults;

    private FunctionUnderTest(Protocol protocol, Set<ClientFault> faults) {
        this.protocol = protocol;
        this.faults = faults;
    }

    /** One that does everything right. */
    public static FunctionUnderTest good(Protocol protocol) {
        return new FunctionUnderTest(protocol, Set.of());
    }

    /** One that goes on in plaintext where the upgrade is not offered. */
    public static FunctionUnderTest stripped(Protocol protocol) {
        return new FunctionUnderTest(protocol, Set.of(ClientFault.GOES_ON_WITHOUT_OFFER));
    }

    /** One that uses octets from before the handshake. */
    public static FunctionUnderTest injected(Protocol protocol) {
        return new FunctionUnderTest(protocol, Set.of(ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT));
    }

    /** Sends or fetches one message. */
    public void run(String host, int port, String user, String password, X509Certificate trust)
            throws IOException, InterruptedException {
        Ending ending = ClientHarness.client(protocol, ClientPolicy.REQUIRED, faults)
                .run(new Attempt("case", host, port, port, user, password, trust, NONE, NONE, LIMIT, new Evidence()));
        if (ending.kind() != Ending.Kind.SUCCESS) {
            throw new IOException(ending.words());
        }
    }
}
