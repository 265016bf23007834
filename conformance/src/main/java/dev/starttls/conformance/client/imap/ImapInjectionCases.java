package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** Lines in plaintext before and after the go-ahead that speak of what happens inside TLS. */
final class ImapInjectionCases {
    private static final String DISCARD = "RFC 9051 section 6.2.1, CVE-2021-22947";
    private static final String WHY =
            "Who is on the path adds answers to the go-ahead; a client that keeps them takes them for answers inside TLS.";
    private static final String FIX =
            "When TLS begins, throw away what has been read and not used; better: end the session if there is any.";

    private ImapInjectionCases() {}

    static List<ClientCase> all() {
        return List.of(
                draft("IMAP-C-04c", "does not use answers to LOGIN and SELECT that came with the go-ahead")
                        .clause(DISCARD)
                        .needs(Control.Need.TLS, Control.Need.LOGIN)
                        .script(kit -> withheld(kit, Reply.lines("{tag} OK begin TLS")))
                        .script(kit -> withheld(
                                kit,
                                Reply.lines(
                                        "{tag} OK begin TLS",
                                        "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN",
                                        "{next} OK done",
                                        "{next2} OK done",
                                        "{next3} OK done",
                                        "{next4} OK done",
                                        "{next5} OK done",
                                        "{next6} OK done")))
                        .judgeAll((trials, control) -> waits(trials)),
                draft("IMAP-C-04d", "shows no alert of the server that came before TLS")
                        .clause("RFC 9051 section 7.1")
                        .needs(Control.Need.TLS)
                        .mustNotShow(PlaintextAlert.SHOWN)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        "STARTTLS",
                                        Reply.lines("* OK [ALERT] " + PlaintextAlert.TEXT, "{tag} OK begin TLS")
                                                .startTls()))
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        "STARTTLS",
                                        Reply.lines("{tag} OK begin TLS", "* OK [ALERT] " + PlaintextAlert.TEXT)
                                                .startTls()))
                        .judgeAll((trials, control) -> Judgements.worst(
                                trials.stream().map(PlaintextAlert::judge).toList())),
                draft("IMAP-C-04e", "does not report success on a BYE that came with the go-ahead")
                        .clause(DISCARD)
                        .needs(Control.Need.TLS, Control.Need.LOGIN)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        "STARTTLS",
                                        Reply.lines("{tag} OK begin TLS", "* BYE over")
                                                .startTls()))
                        .judge(ImapInjectionCases::notOver));
    }

    private static ClientCase.Draft draft(String id, String title) {
        return ClientCase.of(id, title)
                .on(Protocol.IMAP)
                .level(Level.MUST)
                .why(WHY)
                .fix(FIX);
    }

    /** The server answers no login inside TLS. */
    private static Script withheld(CaseKit kit, Reply goAhead) {
        return kit.benign()
                .dialect(new ImapDialect(TagSequence.Known.of(kit.control().trial())))
                .on(Through.PLAINTEXT, "STARTTLS", goAhead.startTls())
                .on(Through.TLS, "LOGIN", Reply.silence())
                .on(Through.TLS, "AUTHENTICATE", Reply.silence());
    }

    private static Verdict waits(List<Trial> trials) {
        Verdict found = Judgements.waits(trials);
        return found.status() == Status.PASS
                ? TagSequence.unforeseen(trials.get(1)).map(Verdict::undecided).orElse(found)
                : found;
    }

    private static Verdict notOver(Trial trial, Control control) {
        Verdict plain = Judgements.nothingExposed(trial);
        if (plain.status() != Status.PASS || !trial.secured()) {
            return plain;
        }
        if (trial.sentInside(line -> line.weight() == Weight.CREDENTIAL)) {
            return Verdict.pass("logged in inside TLS, whatever was said before");
        }
        return Judgements.noSuccessReported(trial, control, "after a BYE in plaintext, without a login");
    }
}
