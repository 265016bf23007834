package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.IOException;
import java.util.List;

/** Checks that a server without a common suite or version sends the right alert. */
final class RefusalTopic implements Topic {

    /** From the range for private use (RFC 8446 section 11): no server supports these. */
    private static final List<Integer> UNKNOWN_SUITES = List.of(0xff85, 0xfffe);

    @Override
    public List<Check> checks() {
        return List.of(noCommonSuite(), noCommonVersion());
    }

    private static Check noCommonSuite() {
        return Check.of("TLS-S-13", "no common cipher suite is answered with handshake_failure")
                .clause("RFC 8446 section 4.1.1, RFC 5246 section 7.4.1.3")
                .level(Level.MUST)
                .why("A client that gets an alert can report the cause; after silence or a lost connection it tries"
                        + " again, or continues in plaintext.")
                .fix("Send the fatal alert and flush it before closing the connection; Dovecot 2.3 closes without an"
                        + " alert.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(RefusalTopic::suites));
    }

    private static Verdict suites(Prober prober) throws IOException, BlockedException {
        ClientHello modern = ClientHello.modern(prober.serverName())
                .with()
                .suiteCodes(UNKNOWN_SUITES)
                .build();
        ClientHello old = ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .suiteCodes(UNKNOWN_SUITES)
                .build();
        return new CombinedVerdict()
                .add(
                        "TLSv1.3 and TLSv1.2 offered",
                        refusal(prober, prober.ask(modern), Alert.HANDSHAKE_FAILURE, Alert.INSUFFICIENT_SECURITY))
                // A server that speaks only TLS 1.3 has no common version with this client, and may send that alert.
                .add(
                        "TLSv1.2 offered",
                        refusal(
                                prober,
                                prober.ask(old),
                                Alert.HANDSHAKE_FAILURE,
                                Alert.INSUFFICIENT_SECURITY,
                                Alert.PROTOCOL_VERSION))
                .verdict();
    }

    private static Check noCommonVersion() {
        return Check.of("TLS-S-14", "no common version is answered with protocol_version")
                .clause("RFC 8446 section 4.2.1 and appendix D, RFC 5246 appendix E.1")
                .level(Level.MUST)
                .why("Only this alert informs a client, and its user, that one of the two sides is too old.")
                .fix("Send the fatal alert and flush it before closing the connection; Dovecot 2.3 closes without an"
                        + " alert.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(RefusalTopic::versions));
    }

    private static Verdict versions(Prober prober) throws IOException, BlockedException {
        return new CombinedVerdict()
                .add("SSLv3 offered", tooOld(prober))
                .add("a future version offered", tooNew(prober))
                .verdict();
    }

    private static Verdict tooOld(Prober prober) throws IOException, BlockedException {
        HelloAnswer answer = prober.ask(ClientHello.only(ProtocolVersion.SSL3, prober.serverName()));
        if (answer instanceof HelloAnswer.Hello hello && hello.hello().isVersion(ProtocolVersion.SSL3)) {
            return Verdict.undecided("the server speaks SSLv3, so there is no older version to offer");
        }
        // SSL 3.0 has no protocol_version alert (RFC 6101 section 5.4.2); handshake_failure takes its place.
        return refusal(prober, answer, Alert.PROTOCOL_VERSION, Alert.HANDSHAKE_FAILURE);
    }

    private static Verdict tooNew(Prober prober) throws IOException, BlockedException {
        ClientHello hello = ClientHello.modern(prober.serverName())
                .with()
                .extension(ClientExtensions.supportedVersions(List.of(ClientExtensions.greaseValue(4))))
                .build();
        HelloAnswer answer = prober.ask(hello);
        if (answer instanceof HelloAnswer.Hello taken && !taken.hello().isVersion(ProtocolVersion.TLS13)) {
            // RFC 8446 section 4.2.1 applies to servers that know the extension; an older server cannot know it.
            HelloAnswer control = prober.ask(ClientHello.modern(prober.serverName()));
            boolean knows = control instanceof HelloAnswer.Hello chosen
                    && chosen.hello().isVersion(ProtocolVersion.TLS13);
            if (!knows) {
                return Verdict.pass("a server without TLS 1.3 does not know the supported_versions extension: "
                        + answer.description());
            }
        }
        return refusal(prober, answer, Alert.PROTOCOL_VERSION);
    }

    /** Passes with one of the alerts, warns with another one, and fails without an alert. */
    private static Verdict refusal(Prober prober, HelloAnswer answer, Integer... expected)
            throws IOException, BlockedException {
        if (answer instanceof HelloAnswer.Refused refused) {
            return refused.isOneOf(expected)
                    ? Verdict.pass(answer.description())
                    : Verdict.warn(
                            answer.description() + ", " + new Alert(2, expected[0]).name() + " would be more precise");
        }
        if (answer instanceof HelloAnswer.Hello hello) {
            return Verdict.fail("the server went on with "
                    + ProtocolVersion.label(hello.hello().version()) + " and "
                    + CipherSuite.label(hello.hello().suite()) + ", which was not offered");
        }
        if (answer instanceof HelloAnswer.Garbage) {
            return Verdict.fail("expected an alert, got " + answer.description());
        }
        HelloAnswer control = prober.ask(ClientHello.modern(prober.serverName()));
        return control instanceof HelloAnswer.Hello || control instanceof HelloAnswer.Refused
                ? Verdict.fail("expected an alert, got " + answer.description())
                : Verdict.undecided(
                        "got " + answer.description() + ", as for any ClientHello: " + control.description());
    }
}
