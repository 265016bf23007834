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
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    private static final String BEHAVES_WELL = "behaves well";

    /** As {@link dev.starttls.conformance.client.server.Act.Send} has them. */
    private static final Map<String, String> PLACEHOLDERS = placeholders();

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
     * What the server of a case does otherwise than a well-behaved one, for a client of which nothing is known; with
     * {@link #placeholders(Collection) placeholders}.
     *
     * @return sentences without full stops: of several runs of the client, first what the server does in each, empty if
     *     there is nothing, and then what else it does in the first, the second, ...
     */
    public static List<String> behaviour(ClientCase one, ServerDialect dialect) {
        ClientPolicy policy = one.policies().stream().sorted().findFirst().orElseThrow();
        try {
            ClientServers servers =
                    of(dialect, ClientRunSettings.of(policy).host(DESCRIBED), ClientPki.create(DESCRIBED));
            CaseKit kit = servers.kit(servers.nothingKnown());
            int runs = one.scripts().size();
            if (runs == 1) {
                List<String> clauses = one.deviations(kit).get(0);
                return List.of(clauses.isEmpty() ? BEHAVES_WELL : String.join("; ", clauses));
            }
            List<String> shared = one.shared(kit);
            List<String> sentences = new ArrayList<>();
            sentences.add(shared.isEmpty() ? "" : "in each run: " + String.join("; ", shared));
            for (int i = 0; i < runs; i++) {
                List<String> own = one.own(kit, i);
                String otherwise = shared.isEmpty() ? BEHAVES_WELL : "nothing else";
                sentences.add(
                        "run " + (i + 1) + " of " + runs + ": " + (own.isEmpty() ? otherwise : String.join("; ", own)));
            }
            return sentences;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> placeholders() {
        Map<String, String> meanings = new LinkedHashMap<>();
        meanings.put("{tag}", "the tag of the command that is answered");
        meanings.put("{TAG}", "the same with each letter in the other case");
        meanings.put("{next}", "the tag that the client is expected to use next");
        meanings.put("{next2}", "the one after that");
        meanings.put("{port:", "the number of that port");
        return meanings;
    }

    /** What the words in braces stand for that are in what servers say; empty if none is. */
    public static Optional<String> placeholders(Collection<String> sentences) {
        List<String> meanings = new ArrayList<>();
        PLACEHOLDERS.forEach((placeholder, meaning) -> {
            if (sentences.stream().anyMatch(sentence -> sentence.contains(placeholder))) {
                meanings.add(
                        (placeholder.endsWith("}") ? placeholder : placeholder + "...}") + " stands for " + meaning);
            }
        });
        return meanings.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", meanings));
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
