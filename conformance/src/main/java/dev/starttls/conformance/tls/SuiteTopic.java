package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.Answer;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which cipher suites a server takes that it should not. */
final class SuiteTopic implements Topic {

    /** Enough to show that something is wrong; each costs a connection. */
    private static final int MOST = 12;

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-04", "No anonymous, NULL, export, RC4, DES or 3DES suite is accepted")
                        .clause("RFC 9325 section 4.1, RFC 7465")
                        .level(Level.MUST)
                        .why("With these somebody in between reads along or is taken for the server.")
                        .mend(
                                "Take the suites of RFC 9325 section 4.2 and no others; where old peers would else fall back"
                                        + " to plaintext, know that these suites are little better.")
                        .on(Protocol.values())
                        .run(TlsBody.of(SuiteTopic::prohibited)),
                Check.of("TLS-S-05", "Neither RSA key transport nor CBC alone is offered")
                        .clause("RFC 9325 section 4.1 and 4.2")
                        .level(Level.SHOULD)
                        .why(
                                "RSA key transport has no forward secrecy and a long history of padding oracles; CBC suites"
                                        + " have the latter too.")
                        .mend("Drop suites that begin with TLS_RSA_, and offer AES-GCM or ChaCha20.")
                        .on(Protocol.values())
                        .run(TlsBody.of(SuiteTopic::discouraged)),
                Check.of("TLS-S-25", "The negotiated suite has forward secrecy")
                        .clause("RFC 9325 section 7.3")
                        .level(Level.SHOULD)
                        .why("Without it, whoever records today and gets the server's key some day reads it all.")
                        .mend("Prefer ECDHE.")
                        .on(Protocol.values())
                        .run(TlsBody.of(SuiteTopic::forwardSecret)));
    }

    private static Verdict prohibited(Prober prober) throws IOException, BlockedException {
        List<CipherSuite> taken = taken(prober, CipherSuite.prohibited());
        return taken.isEmpty()
                ? Verdict.pass("none of " + CipherSuite.prohibited().size() + " was accepted")
                : Verdict.fail(taken.stream()
                        .map(suite -> suite + " (" + suite.prohibition().orElseThrow() + ")")
                        .collect(
                                Collectors.joining(", ", "accepted: ", taken.size() == MOST ? " and maybe more" : "")));
    }

    private static Verdict discouraged(Prober prober) throws IOException, BlockedException {
        List<CipherSuite> transport = taken(
                prober,
                CipherSuite.classic().stream()
                        .filter(CipherSuite::isRsaKeyTransport)
                        .toList());
        if (!transport.isEmpty()) {
            return Verdict.warn("RSA key transport accepted: " + names(transport));
        }
        Answer modern = prober.ask(ClientHello.modern(prober.serverName())
                .with()
                .suites(withoutCbc())
                .build());
        if (modern instanceof Answer.Hello hello) {
            return Verdict.pass("no RSA key transport; without CBC "
                    + CipherSuite.label(hello.hello().suite()) + " is chosen");
        }
        List<CipherSuite> cbc = taken(
                prober,
                CipherSuite.classic().stream().filter(CipherSuite::isCbc).toList());
        return cbc.isEmpty()
                ? Verdict.inconclusive("no suite of these was accepted: " + modern.told())
                : Verdict.warn("only CBC suites are accepted: " + names(cbc));
    }

    private static List<CipherSuite> withoutCbc() {
        List<CipherSuite> suites = new ArrayList<>(CipherSuite.modern());
        CipherSuite.classic().stream().filter(suite -> !suite.isCbc()).forEach(suites::add);
        return suites;
    }

    private static Verdict forwardSecret(Prober prober) throws IOException, BlockedException {
        Answer answer = prober.ask(ClientHello.modern(prober.serverName()));
        if (!(answer instanceof Answer.Hello hello)) {
            return Verdict.inconclusive("no suite was chosen: " + answer.told());
        }
        int code = hello.hello().suite();
        Optional<CipherSuite> suite = CipherSuite.of(code);
        if (suite.isEmpty()) {
            return Verdict.inconclusive("the suite " + CipherSuite.label(code) + " is not known here");
        }
        return suite.get().isForwardSecret()
                ? Verdict.pass(suite.get()
                        + hello.group().map(group -> " with " + group).orElse(""))
                : Verdict.fail(suite.get().name());
    }

    /** Asks with all of them, and again without the one that was chosen, until none is. */
    private static List<CipherSuite> taken(Prober prober, List<CipherSuite> suites)
            throws IOException, BlockedException {
        List<CipherSuite> left = new ArrayList<>(suites);
        List<CipherSuite> taken = new ArrayList<>();
        while (!left.isEmpty() && taken.size() < MOST) {
            Answer answer = prober.ask(ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                    .with()
                    .suites(left)
                    .build());
            Optional<CipherSuite> chosen =
                    answer instanceof Answer.Hello hello && hello.broken().isEmpty()
                            ? CipherSuite.of(hello.hello().suite()).filter(left::contains)
                            : Optional.empty();
            if (chosen.isEmpty()) {
                break;
            }
            taken.add(chosen.get());
            left.remove(chosen.get());
        }
        return taken;
    }

    private static String names(List<CipherSuite> suites) {
        return suites.stream().map(CipherSuite::name).collect(Collectors.joining(", "));
    }
}
