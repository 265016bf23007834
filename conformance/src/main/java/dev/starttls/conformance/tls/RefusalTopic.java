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

/** A server that cannot agree says so with the right alert, for silence looks like a broken network. */
final class RefusalTopic implements Topic {

    /** From the range kept for private use (RFC 8446 section 11): no server has these. */
    private static final List<Integer> SUITES_OF_NOBODY = List.of(0xff85, 0xfffe);

    @Override
    public List<Check> checks() {
        return List.of(noCommonSuite(), noCommonVersion());
    }

    private static Check noCommonSuite() {
        return Check.of("TLS-S-13", "no common cipher suite is answered with handshake_failure")
                .clause("RFC 8446 section 4.1.1, RFC 5246 section 7.4.1.3")
                .level(Level.MUST)
                .why(
                        "A client that gets an alert can say what is wrong; one that gets silence or a lost connection tries"
                                + " again, or goes on in plaintext.")
                .fix("Send the fatal alert and flush it before the connection is closed; Dovecot 2.3 closes without.")
                .on(Protocol.values())
                .run(TlsBody.of(RefusalTopic::suites));
    }

    private static Verdict suites(Prober prober) throws IOException, BlockedException {
        ClientHello modern = ClientHello.modern(prober.serverName())
                .with()
                .suiteCodes(SUITES_OF_NOBODY)
                .build();
        ClientHello old = ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .suiteCodes(SUITES_OF_NOBODY)
                .build();
        return new CombinedVerdict()
                .add(
                        "TLSv1.3 and TLSv1.2 offered",
                        refusal(prober.ask(modern), Alert.HANDSHAKE_FAILURE, Alert.INSUFFICIENT_SECURITY))
                // A server of TLS 1.3 alone has no common version with this one, and may say that.
                .add(
                        "TLSv1.2 offered",
                        refusal(
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
                .why("Only this alert tells a client, and its user, that one of the two is too old.")
                .fix("Send the fatal alert and flush it before the connection is closed; Dovecot 2.3 closes without.")
                .on(Protocol.values())
                .run(TlsBody.of(RefusalTopic::versions));
    }

    private static Verdict versions(Prober prober) throws IOException, BlockedException {
        return new CombinedVerdict()
                .add("SSLv3 offered", tooOld(prober))
                .add("a version of the future offered", tooNew(prober))
                .verdict();
    }

    private static Verdict tooOld(Prober prober) throws IOException, BlockedException {
        HelloAnswer answer = prober.ask(ClientHello.only(ProtocolVersion.SSL3, prober.serverName()));
        if (answer instanceof HelloAnswer.Hello hello && hello.hello().isVersion(ProtocolVersion.SSL3)) {
            return Verdict.inconclusive("the server speaks SSLv3, so there is no version too old to ask for");
        }
        // SSL 3.0 has no protocol_version alert (RFC 6101 section 5.4.2); handshake_failure stands for it.
        return refusal(answer, Alert.PROTOCOL_VERSION, Alert.HANDSHAKE_FAILURE);
    }

    private static Verdict tooNew(Prober prober) throws IOException, BlockedException {
        ClientHello hello = ClientHello.modern(prober.serverName())
                .with()
                .extension(ClientExtensions.supportedVersions(List.of(ClientExtensions.greaseValue(4))))
                .build();
        HelloAnswer answer = prober.ask(hello);
        if (answer instanceof HelloAnswer.Hello taken && !taken.hello().isVersion(ProtocolVersion.TLS13)) {
            // RFC 8446 section 4.2.1 binds those who know the extension; an older server cannot know it.
            HelloAnswer control = prober.ask(ClientHello.modern(prober.serverName()));
            boolean knows = control instanceof HelloAnswer.Hello chosen
                    && chosen.hello().isVersion(ProtocolVersion.TLS13);
            if (!knows) {
                return Verdict.pass(
                        "a server without TLS 1.3 does not know the extension that says so: " + answer.told());
            }
        }
        return refusal(answer, Alert.PROTOCOL_VERSION);
    }

    /** Passes with one of the alerts, warns with another one, and fails without. */
    private static Verdict refusal(HelloAnswer answer, Integer... expected) {
        if (answer instanceof HelloAnswer.Refused refused) {
            return refused.isOneOf(expected)
                    ? Verdict.pass(answer.told())
                    : Verdict.warn(answer.told() + ", " + new Alert(2, expected[0]).name() + " would tell more");
        }
        if (answer instanceof HelloAnswer.Hello hello) {
            return Verdict.fail("the server went on with "
                    + ProtocolVersion.label(hello.hello().version()) + " and "
                    + CipherSuite.label(hello.hello().suite()) + ", which was not offered");
        }
        return Verdict.fail("an alert expected, got " + answer.told());
    }
}
