package dev.starttls.conformance.client.pop3;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** What the server offers in plaintext, and how it refuses the upgrade: in ways that only POP3 has. */
final class Pop3OfferCases {
    private static final String STRIPPED =
            "Who is on the path can answer in the server's place; a client that takes an answer it does not expect for leave"
                    + " to go on gives him its password.";
    private static final String REQUIRE =
            "Set the client to require the upgrade; in its code, go on only after +OK to STLS and a handshake.";
    private static final String REFUSED = "-ERR unknown command";

    private Pop3OfferCases() {}

    static List<ClientCase> all() {
        return List.of(
                draft("POP3-C-01b", "does nothing without TLS where CAPA and STLS are answered with -ERR")
                        .clause("RFC 2595 sections 2.2, 4, RFC 8314 section 5.2")
                        .allowedWhenOpportunistic()
                        .script(kit -> answering(kit.benign(), Reply.lines(REFUSED))
                                .on(Through.PLAINTEXT, "CAPA", Reply.lines(REFUSED)))
                        .judge((trial, control) -> Judgements.nothingExposed(trial)),
                draft("POP3-C-01c", "does nothing without TLS where the list of capabilities is empty or has no end")
                        .clause("RFC 2449 sections 3, 5, RFC 8314 section 5.2")
                        .allowedWhenOpportunistic()
                        .script(kit -> answering(kit.benign().offer(Through.PLAINTEXT), Reply.lines(REFUSED)))
                        .script(kit -> answering(kit.benign(), Reply.lines(REFUSED))
                                .on(
                                        Through.PLAINTEXT,
                                        "CAPA",
                                        Reply.lines("+OK", "USER").then(new Act.EndIfQuiet())))
                        .judgeAll((trials, control) -> Judgements.worst(
                                trials.stream().map(Judgements::nothingExposed).toList())),
                draft("POP3-C-01d", "knows STLS in lower case, and not by a part of another name")
                        .clause("RFC 2449 section 3, RFC 2595 section 4")
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(
                                kit.benign().offer(Through.PLAINTEXT, "STLSX", "XSTLS", "SASL STLS", "USER"),
                                Reply.lines(REFUSED)))
                        .script(kit -> kit.benign().offer(Through.PLAINTEXT, "TOP", "UIDL", "stls"))
                        .judgeAll((trials, control) -> Judgements.worst(
                                List.of(withoutOffer(trials.get(0), control), inLowerCase(trials.get(1))))),
                draft("POP3-C-02b", "takes nothing for the go-ahead that only looks like +OK")
                        .clause("RFC 1939 section 3, RFC 2595 section 4")
                        .allowedWhenOpportunistic()
                        .needs(Control.Need.TLS)
                        .script(kit -> almost(kit, "+Okay, do your thing."))
                        .script(kit -> almost(kit, "+"))
                        .script(kit -> almost(kit, "OK begin TLS"))
                        .script(kit -> almost(kit, "220 begin TLS"))
                        .judgeAll((trials, control) -> Judgements.worst(trials.stream()
                                .map(trial -> Judgements.notTaken(trial, "a line other than +OK for the go-ahead"))
                                .toList())),
                draft("POP3-C-31", "upgrades before it authenticates where SASL is offered too")
                        .clause("RFC 5034 section 4, RFC 8314 section 5.2")
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign().offerToo(Through.PLAINTEXT, "USER", "SASL PLAIN LOGIN"))
                        .judge((trial, control) -> Judgements.upgraded(trial)),
                draft("POP3-C-32", "does nothing without TLS where a scan listing follows the list of capabilities")
                        .clause("RFC 1939 section 3")
                        .allowedWhenOpportunistic()
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        "CAPA",
                                        Reply.lines("+OK", "STLS", ".", "1 4711", "2 4712", ".")))
                        .judge((trial, control) -> Judgements.nothingExposed(trial)));
    }

    private static ClientCase.Draft draft(String id, String title) {
        return ClientCase.of(id, title)
                .on(Protocol.POP3)
                .level(Level.MUST)
                .why(STRIPPED)
                .fix(REQUIRE);
    }

    private static Script answering(Script script, Reply toUpgrade) {
        return script.on(Through.PLAINTEXT, "STLS", toUpgrade);
    }

    private static Script almost(CaseKit kit, String line) {
        return answering(kit.benign(), Reply.lines(line).andWatch());
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
                ? Verdict.warn("did not know STLS in lower case, and ended the session: "
                        + trial.ending().words())
                : plain;
    }
}
