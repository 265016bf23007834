package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.pki.OddCertificate;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.DeviantTls;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the client does inside TLS: it begins anew, and notices where the server's stream is cut off. */
final class InsideCases {
    private static final String STALE =
            "What the server said in plaintext may be an attacker's: capabilities from there let him choose how the client"
                    + " logs in.";
    private static final String ANEW = "Forget the capabilities when TLS begins, and ask for them again.";
    private static final String TRUNCATED =
            "An attacker can end the stream wherever he likes; only close_notify, or the end that the protocol defines, says"
                    + " that all is there. A message that was never taken is then lost, or half of one is kept.";
    private static final String NOT_ALL_THERE =
            "Report an error where the stream ends before the answer does; nothing that came of it is to be used.";

    private InsideCases() {}

    static List<ClientCase> of(ClientProfile profile) {
        List<ClientCase> cases = new ArrayList<>();
        cases.add(truncation("UP-C-19a", "does not take a transfer that is cut off for a success", profile)
                .needs(Control.Need.TRANSFER)
                .script(kit -> cutTransfers(kit.benign(), profile))
                .judge((trial, control) -> cutTransfer(trial, control, profile)));
        cases.add(truncation("UP-C-19b", "does not use capabilities whose list is cut off", profile)
                .needs(Control.Need.DISCOVERY)
                .script(kit -> kit.benign()
                        .on(
                                Through.TLS,
                                profile.discovery(),
                                Reply.text(profile.truncatedListing()).then(new Act.Cut())))
                .judge((trial, control) -> Judgements.stoppedAfter(trial, profile.discovery())));
        cases.add(draft("UP-C-20a", "asks for the capabilities first inside TLS", profile)
                .clause(profile.clause(ClientRule.DISCOVERY))
                .level(Level.SHOULD)
                .why(STALE)
                .fix(ANEW)
                .needs(Control.Need.TLS)
                .script(CaseKit::benign)
                .judge((trial, control) -> asksFirst(trial, profile)));
        cases.add(draft("UP-C-20b", "does not log in by capabilities from before TLS", profile)
                .clause(profile.clause(ClientRule.DISCARD))
                .level(Level.MUST)
                .why(STALE)
                .fix(ANEW)
                .needs(Control.Need.TLS)
                .script(kit -> uninviting(kit.benign(), profile))
                .script(kit -> uninviting(kit.benign(), profile)
                        .withhold(Through.PLAINTEXT, "LOGINDISABLED")
                        .offerToo(Through.PLAINTEXT, profile.loginCapabilities().toArray(String[]::new)))
                .judgeAll((trials, control) -> InjectionCases.logsInOnlyInTheSecond(trials)));
        cases.add(draft("UP-C-21", "does not upgrade again inside TLS", profile)
                .clause(profile.clause(ClientRule.INSIDE))
                .level(Level.MUST)
                .why("TLS inside TLS protects nothing more; a client that waits for it hangs or fails.")
                .fix("Look at the state of the connection before the offer of the upgrade.")
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign().offerToo(Through.TLS, profile.upgrade()))
                .judge((trial, control) -> noUpgradeInside(trial, profile)));
        cases.add(certificate(
                        "UP-C-22a", "goes on without a certificate of its own where the server asks for one", profile)
                .script(kit -> kit.benign()
                        .tls(
                                kit.presenting(OddCertificate.GOOD).with(engine -> engine.setWantClientAuth(true)),
                                "asks for a certificate of the client, and goes on without one"))
                .judge((trial, control) ->
                        trial.secured() && Judgements.work(trial).isEmpty()
                                ? Verdict.fail("finished the handshake, and then did nothing")
                                : Judgements.upgraded(trial)));
        cases.add(certificate(
                        "UP-C-22b", "fails where the server requires a certificate that it does not have", profile)
                .script(kit -> kit.benign()
                        .tls(
                                kit.presenting(OddCertificate.GOOD).with(engine -> engine.setNeedClientAuth(true)),
                                "requires a certificate of the client"))
                .judge((trial, control) -> trial.secured()
                        ? Verdict.undecided("the client has a certificate that the server takes")
                        : Judgements.afterFailedHandshake(trial, control)));
        cases.add(
                draft("UP-C-30", "ends the handshake where the server selects a protocol that was not offered", profile)
                        .clause("RFC 7301 section 3.2, RFC 8446 section 4.2")
                        .level(Level.MUST)
                        .why(
                                "A server of another protocol with the same certificate may be at the other end (ALPACA, CVE-2021-3618);"
                                        + " ALPN is there to notice it.")
                        .fix("Use a TLS library that checks the selected protocol, and do not switch that off.")
                        .underEachPolicy()
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .tls(
                                        new DeviantTls(
                                                kit.pki().credentials(OddCertificate.GOOD),
                                                kit.control().version(),
                                                otherProtocol(profile),
                                                DeviantTls.Delivery.AT_ONCE,
                                                kit.patience()),
                                        DeviantTls.words(otherProtocol(profile), DeviantTls.Delivery.AT_ONCE)))
                        .judge(InsideCases::protocolRefused));
        return cases;
    }

    private static ClientCase.Draft draft(String id, String title, ClientProfile profile) {
        return ClientCase.of(id, title).on(profile.dialect().protocol());
    }

    private static ClientCase.Draft truncation(String id, String title, ClientProfile profile) {
        return draft(id, title, profile)
                .clause("RFC 8446 section 6.1")
                .level(Level.SECURITY)
                .why(TRUNCATED)
                .fix(NOT_ALL_THERE)
                .underEachPolicy()
                .needs(Control.Need.TLS);
    }

    private static ClientCase.Draft certificate(String id, String title, ClientProfile profile) {
        return draft(id, title, profile)
                .clause("RFC 8446 section 4.4.2")
                .level(Level.MUST)
                .why(
                        "Servers of mail ask for certificates of clients and seldom require them: without one, the client sends"
                                + " an empty list, and the server decides.")
                .fix(
                        "Answer a CertificateRequest with an empty Certificate message where no certificate is configured.")
                .underEachPolicy()
                .needs(Control.Need.TLS);
    }

    private static Script cutTransfers(Script benign, ClientProfile profile) {
        Script script = benign;
        for (Map.Entry<String, String> each : profile.truncatedTransfers().entrySet()) {
            script = script.on(
                    Through.TLS, each.getKey(), Reply.text(each.getValue()).then(new Act.Cut()));
        }
        return script;
    }

    private static Verdict cutTransfer(Trial trial, Control control, ClientProfile profile) {
        boolean reached = trial.sentInside(line -> profile.truncatedTransfers().containsKey(line.verb()));
        if (!reached) {
            return Verdict.undecided(
                    "the client did not come to the transfer: " + trial.ending().words());
        }
        return Judgements.noSuccessReported(trial, control, "although the stream ended before the transfer did");
    }

    private static Verdict asksFirst(Trial trial, ClientProfile profile) {
        if (trial.inside().isEmpty()) {
            return Verdict.undecided("the client sent nothing inside TLS");
        }
        ReceivedLine first = trial.inside().get(0);
        if (first.is(profile.discovery())) {
            return Verdict.pass("sent " + first.verb() + " first");
        }
        boolean neverAsks = trial.plaintext().stream().noneMatch(line -> line.is(profile.discovery()))
                && !trial.sentInside(line -> line.is(profile.discovery()));
        return neverAsks
                ? Verdict.pass("sent " + first.verb() + " first, but never asks for capabilities at all")
                : Verdict.fail("sent " + first.verb() + " first");
    }

    private static Script uninviting(Script benign, ClientProfile profile) {
        return benign.offer(Through.TLS, profile.capabilitiesWithoutLogin().toArray(String[]::new));
    }

    /** The upgrade command does not come inside TLS. */
    static Verdict noUpgradeInside(Trial trial, ClientProfile profile) {
        return trial.sentInside(line -> line.is(profile.upgrade()))
                ? Verdict.fail("sent " + profile.upgrade() + " inside TLS")
                : Judgements.upgraded(trial);
    }

    private static TlsDeviation otherProtocol(ClientProfile profile) {
        return profile.dialect().protocol() == Protocol.IMAP
                ? TlsDeviation.ALPN_POP3_NOT_OFFERED
                : TlsDeviation.ALPN_IMAP_NOT_OFFERED;
    }

    private static Verdict protocolRefused(Trial trial, Control control) {
        return trial.secured()
                ? Verdict.fail(
                        "finished the handshake, although the server had selected a protocol that was not offered")
                : Judgements.afterFailedHandshake(trial, control);
    }
}
