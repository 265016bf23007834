package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Optional;

/** Greetings that are none, and greetings that say the client is logged in. */
final class ImapGreetingCases {
    private static final String WHY_GREETING =
            "A client that takes anything for a greeting can be brought into a state in which it forgets the upgrade"
                    + " (CVE-2020-28896).";
    private static final String FIX_GREETING =
            "Close the connection unless the first line is an untagged OK, PREAUTH or BYE, and go on only after OK.";
    private static final String WHY_PREAUTH =
            "STARTTLS is not allowed in a session that is logged in: who is on the path greets with PREAUTH, and a client that"
                    + " goes on shows him its mail, and stores its drafts with him (CVE-2020-14093).";
    private static final String FIX_PREAUTH =
            "Where TLS is required, close the connection on PREAUTH in plaintext; fixed in mutt 1.14.3.";

    private ImapGreetingCases() {}

    static List<ClientCase> all() {
        return List.of(
                greeting("IMAP-C-03a", "ends the session after a greeting with NO", "* NO not now"),
                greeting("IMAP-C-03b", "ends the session after a greeting with BAD", "* BAD error"),
                greeting(
                        "IMAP-C-03c",
                        "ends the session where lines of no form precede the greeting",
                        "hello",
                        "+",
                        "* OK ready"),
                greeting("IMAP-C-03d", "ends the session after a greeting with a tag", "a1 OK ready"),
                ClientCase.of("IMAP-C-08a", "closes the connection on PREAUTH without TLS")
                        .clause("RFC 9051 section 7.1.4, CVE-2020-14093")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(WHY_PREAUTH)
                        .fix(FIX_PREAUTH)
                        .allowedWhenOpportunistic()
                        .script(kit -> kit.benign()
                                .offer(Through.PLAINTEXT, "IMAP4rev1", "ID")
                                .greeting(Through.PLAINTEXT, Reply.lines("* PREAUTH logged in as reader"))
                                .on(Through.PLAINTEXT, "STARTTLS", Reply.lines("{tag} BAD already logged in")))
                        .judge((trial, control) -> Judgements.nothingExposed(trial)),
                ClientCase.of("IMAP-C-08b", "does nothing but upgrade on PREAUTH where STARTTLS is offered")
                        .clause("RFC 9051 sections 6.2.1, 7.1.4")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(WHY_PREAUTH)
                        .fix(FIX_PREAUTH)
                        .allowedWhenOpportunistic()
                        .needs(Control.Need.LOGIN)
                        .script(kit -> kit.benign()
                                .offer(Through.PLAINTEXT, "IMAP4rev1", "ID", "STARTTLS")
                                .greeting(
                                        Through.PLAINTEXT,
                                        Reply.lines(
                                                "* PREAUTH [CAPABILITY IMAP4rev1 ID STARTTLS] logged in as reader")))
                        .judge((trial, control) -> upgradedOnly(trial)),
                ClientCase.of("IMAP-C-08c", "does not log in again after PREAUTH inside TLS")
                        .clause("RFC 9051 section 7.1.4")
                        .on(Protocol.IMAP)
                        .level(Level.SHOULD)
                        .why(
                                "Inside TLS a server may know the client by its certificate; a login is not possible any more.")
                        .fix("Take PREAUTH for a login where TLS is on, or end the session.")
                        .onImplicit()
                        .needs(Control.Need.LOGIN)
                        .script(kit -> kit.benign()
                                .greeting(Through.TLS, Reply.lines("* PREAUTH logged in as reader"))
                                .on(Through.TLS, "LOGIN", Reply.lines("{tag} BAD already logged in"))
                                .on(Through.TLS, "AUTHENTICATE", Reply.lines("{tag} BAD already logged in")))
                        .judge((trial, control) -> loggedInOnce(trial)));
    }

    private static ClientCase greeting(String id, String title, String... lines) {
        return ClientCase.of(id, title)
                .clause("RFC 9051 section 7.1, CVE-2020-28896")
                .on(Protocol.IMAP)
                .level(Level.MUST)
                .why(WHY_GREETING)
                .fix(FIX_GREETING)
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign()
                        .greeting(Through.PLAINTEXT, Reply.lines(lines).then(new Act.EndIfQuiet())))
                .judge((trial, control) -> Judgements.notTaken(trial, "the wrong lines for a greeting"));
    }

    /** A client that upgrades has not closed the connection as it must, but nothing is lost if it logs in then. */
    private static Verdict upgradedOnly(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        if (plain.status() != Status.PASS || !trial.secured()) {
            return plain;
        }
        Optional<ReceivedLine> first = trial.inside().stream()
                .filter(line -> line.weight() != Weight.HARMLESS)
                .findFirst();
        return first.filter(line -> line.weight() != Weight.CREDENTIAL)
                .map(line -> Verdict.warn(
                        "upgraded, and took itself for logged in inside TLS by what was said in plaintext: sent "
                                + line.verb()))
                .orElse(Verdict.pass("upgraded, and used nothing else of the greeting"));
    }

    private static Verdict loggedInOnce(Trial trial) {
        return trial.inside().stream()
                .filter(line -> line.weight() == Weight.CREDENTIAL)
                .findFirst()
                .map(line -> Verdict.fail("sent " + line.verb() + " in a session that is logged in"))
                .orElseGet(() -> Verdict.pass(
                        trial.sentInside(line -> line.weight() == Weight.COMMAND)
                                ? "went on without a login"
                                : "ended the session: " + trial.ending().words()));
    }
}
