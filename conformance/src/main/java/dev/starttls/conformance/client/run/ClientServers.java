package dev.starttls.conformance.client.run;

import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.client.pki.OddCertificate;
import dev.starttls.conformance.client.server.Canaries;
import dev.starttls.conformance.client.server.Canary;
import dev.starttls.conformance.client.server.CaseServer;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.JsseTls;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerDialect;
import dev.starttls.conformance.client.server.ServerTls;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.tls.minimal.server.ServerCredentials;
import dev.starttls.core.keys.ServerKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * The servers of a run: what they speak, where they listen, and whose certificates they
 * have.
 *
 * @param tls of a well-behaved one
 * @param canaries of the cases that share them
 */
public record ClientServers(
        ServerDialect dialect, ClientRunSettings settings, ClientPki pki, ServerTls tls, Canaries canaries) {
    /** Of as many labels as any certificate needs. */
    private static final String DESCRIBED = "mx.mail.example.org";

    /**
     * With certificates of this authority.
     *
     * @throws IOException if a certificate cannot be used on this Java runtime
     */
    public static ClientServers of(ServerDialect dialect, ClientRunSettings settings, ClientPki pki)
            throws IOException {
        ServerCredentials good = pki.credentials(OddCertificate.GOOD);
        return new ClientServers(
                dialect,
                settings,
                pki,
                JsseTls.of(ServerKeys.of(good.key(), good.chain()).context()),
                new Canaries());
    }

    /** What is known of a client that was not run with a well-behaved server. */
    public Control nothingKnown() {
        return new Control(
                settings.policy(),
                settings.host(),
                new Trial(new Evidence(), Ending.of(Ending.Kind.UNKNOWN, "not run"), Duration.ZERO));
    }

    /**
     * What the server of a case does otherwise than a well-behaved one, for a client of which nothing is known: in IMAP
     * <code>{tag}</code> stands for the tag of the command that is answered, and <code>{next}</code> for the next.
     *
     * @return a sentence without a full stop for each run of the client
     */
    public static List<String> behaviour(ClientCase one, ServerDialect dialect) {
        ClientPolicy policy = one.policies().stream().sorted().findFirst().orElseThrow();
        try {
            ClientServers servers =
                    of(dialect, ClientRunSettings.of(policy).host(DESCRIBED), ClientPki.create(DESCRIBED));
            return one.deviations(servers.kit(servers.nothingKnown())).stream()
                    .map(clauses -> clauses.isEmpty() ? "behaves well" : String.join("; ", clauses))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CaseKit kit(Control control) {
        Script script = Script.of(dialect, tls);
        return new CaseKit(
                settings.policy() == ClientPolicy.IMPLICIT ? script.implicit() : script,
                tls,
                pki,
                settings.patience(),
                control);
    }

    /** Starts one, whose connections last no longer than this. */
    CaseServer start(Script script, Canary canary, int port, Duration limit) throws IOException {
        InetSocketAddress address = new InetSocketAddress(settings.listen(), port);
        try {
            return CaseServer.start(address, script, canary, canaries, settings.patience(), limit);
        } catch (BindException e) {
            throw new IOException(
                    "expected a port to listen on, got "
                            + address.getAddress().getHostAddress() + ":" + port + ": " + e.getMessage()
                            + "; choose others with --ports",
                    e);
        }
    }
}
