package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** What the server offers in plaintext, and how it refuses the upgrade: in ways that only IMAP has. */
final class ImapOfferCases {
    private static final String STRIPPED =
            "Who is on the path can answer in the server's place; a client that takes an answer it does not expect for leave"
                    + " to go on gives its password and its mail to him.";
    private static final String REQUIRE =
            "Set the client to require the upgrade; in its code, go on only after a tagged OK to STARTTLS and a handshake.";
    private static final String UPGRADE = "STARTTLS";

    private ImapOfferCases() {}

    static List<ClientCase> all() {
        return List.of(
                draft("IMAP-C-01b", "does nothing without TLS where CAPABILITY and STARTTLS are answered with BAD")
                        .clause("RFC 2595 section 2.2, RFC 8314 section 5.2")
                        .allowedWhenOpportunistic()
                        .script(kit -> kit.benign()
                                .on(Through.PLAINTEXT, "CAPABILITY", Reply.lines("{tag} BAD unknown command"))
                                .on(Through.PLAINTEXT, UPGRADE, Reply.lines("{tag} BAD unknown command")))
                        .judge((trial, control) -> Judgements.nothingExposed(trial)),
                draft("IMAP-C-01c", "does nothing without TLS where the server says that it is no IMAP4rev1")
                        .clause("RFC 2595 section 2.2, RFC 8314 section 5.2")
                        .allowedWhenOpportunistic()
                        .script(kit -> refusing(kit.benign().offer(Through.PLAINTEXT, "IMAP4")))
                        .script(kit -> refusing(kit.benign().offer(Through.PLAINTEXT, "IMAP4", "AUTH=PLAIN"))
                                .greeting(Through.PLAINTEXT, Reply.lines("* OK [CAPABILITY IMAP4 AUTH=PLAIN] ready")))
                        .judgeAll((trials, control) -> nothingExposed(trials)),
                draft("IMAP-C-01d", "knows STARTTLS in lower case, and not by a part of another name")
                        .clause("RFC 9051 sections 6.1.1, 9")
                        .needs(Control.Need.TLS)
                        .script(kit -> refusing(kit.benign()
                                .offer(Through.PLAINTEXT, "IMAP4rev1", "XSTARTTLS", "AUTH=STARTTLS", "AUTH=PLAIN")))
                        .script(kit ->
                                kit.benign().offer(Through.PLAINTEXT, "IMAP4rev1", "ID", "starttls", "LOGINDISABLED"))
                        .judgeAll((trials, control) -> Judgements.worst(
                                List.of(withoutOffer(trials.get(0), control), inLowerCase(trials.get(1))))),
                draft("IMAP-C-01e", "upgrades before it logs in where a login is offered too")
                        .clause("RFC 2595 section 2.2, RFC 8314 section 5.2")
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .withhold(Through.PLAINTEXT, "LOGINDISABLED")
                                .offerToo(Through.PLAINTEXT, "SASL-IR", "AUTH=PLAIN", "AUTH=LOGIN"))
                        .judge((trial, control) -> Judgements.upgraded(trial)),
                draft("IMAP-C-01f", "does nothing without TLS where greeting and CAPABILITY differ on STARTTLS")
                        .clause("RFC 9051 sections 6.1.1, 7.1")
                        .allowedWhenOpportunistic()
                        .script(kit -> kit.benign()
                                .greeting(
                                        Through.PLAINTEXT, Reply.lines("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")))
                        .script(kit -> kit.benign()
                                .offer(Through.PLAINTEXT, "IMAP4rev1", "AUTH=PLAIN")
                                .greeting(
                                        Through.PLAINTEXT,
                                        Reply.lines("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready")))
                        .judgeAll((trials, control) -> nothingExposed(trials)),
                draft("IMAP-C-02c", "takes an answer to STARTTLS that is neither OK, NO nor BAD for an error")
                        .clause("RFC 9051 sections 6.2.1, 7.1, CVE-2021-32066")
                        .allowedWhenOpportunistic()
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(
                                kit.benign(),
                                Reply.lines("{tag} XYZ what is this").andWatch()))
                        .judge((trial, control) -> Judgements.notTaken(trial, "an unknown answer for the go-ahead")),
                draft("IMAP-C-02d", "does nothing without TLS where STARTTLS is answered with a continuation request")
                        .clause("RFC 9051 sections 6.2.1, 7.6")
                        .allowedWhenOpportunistic()
                        .needs(Control.Need.TLS)
                        .script(kit ->
                                answering(kit.benign(), Reply.lines("+ go on").andWatch()))
                        .judge((trial, control) ->
                                Judgements.notTaken(trial, "a continuation request for the go-ahead")),
                draft("IMAP-C-02e", "does nothing without TLS where STARTTLS is answered with BYE")
                        .clause("RFC 9051 sections 6.2.1, 7.1.5")
                        .allowedWhenOpportunistic()
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(
                                kit.benign(), Reply.lines("* BYE over").close()))
                        .script(kit -> answering(
                                kit.benign(), Reply.lines("* BYE over").andWatch()))
                        .judgeAll((trials, control) -> Judgements.worst(trials.stream()
                                .map(trial -> Judgements.notTaken(trial, "a BYE for the go-ahead"))
                                .toList())));
    }

    private static ClientCase.Draft draft(String id, String title) {
        return ClientCase.of(id, title)
                .on(Protocol.IMAP)
                .level(Level.MUST)
                .why(STRIPPED)
                .fix(REQUIRE);
    }

    private static Script refusing(Script script) {
        return answering(script, Reply.lines("{tag} BAD unknown command"));
    }

    private static Script answering(Script script, Reply toUpgrade) {
        return script.on(Through.PLAINTEXT, UPGRADE, toUpgrade);
    }

    /** Without an offer, a client for which the upgrade is not required may go on in plaintext. */
    private static Verdict withoutOffer(Trial trial, Control control) {
        Verdict found = Judgements.nothingExposed(trial);
        return control.policy() == ClientPolicy.OPPORTUNISTIC && found.status() == Status.FAIL
                ? Verdict.allowed(found.detail())
                : found;
    }

    private static Verdict inLowerCase(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        return plain.status() == Status.PASS && !trial.secured()
                ? Verdict.warn("did not know STARTTLS in lower case, and ended the session: "
                        + trial.ending().words())
                : plain;
    }

    private static Verdict nothingExposed(List<Trial> trials) {
        return Judgements.worst(trials.stream().map(Judgements::nothingExposed).toList());
    }
}
