package dev.starttls.conformance.client.smtp;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.ArrayList;
import java.util.List;

/** How the upgrade is offered, agreed to and refused: what is an offer, and what is a go-ahead. */
final class SmtpOfferCases {
    private static final String LOGIN = "AUTH PLAIN LOGIN";
    private static final String STRIPPED =
            "An attacker on the path can change the server's answers so that the upgrade seems to be missing: a client that"
                    + " then goes on gives its password and its mail away.";
    private static final String REQUIRE =
            "Set the client to require the upgrade; in its code, end the session where the upgrade is missing or refused.";
    private static final String COMPATIBLE =
            "A client that does not see the offer of a good server fails, and its user switches the upgrade off.";

    private SmtpOfferCases() {}

    static List<ClientCase> all() {
        List<ClientCase> cases = new ArrayList<>();
        cases.add(stripped("SMTP-C-01b", "does nothing without TLS where EHLO is unknown and HELO is not")
                .clause("RFC 5321 section 4.1.1.1, RFC 3207 section 6")
                .script(kit -> kit.benign()
                        .on(Through.PLAINTEXT, "EHLO", Reply.lines("502 5.5.1 unknown command"))
                        .on(Through.PLAINTEXT, "STARTTLS", Reply.lines("502 5.5.1 unknown command")))
                .judge((trial, control) -> Judgements.nothingExposed(trial)));
        cases.add(stripped("SMTP-C-01c", "does nothing without TLS where words only resemble STARTTLS")
                .clause("RFC 3207 section 2, section 6")
                .script(kit -> kit.benign()
                        .offer(Through.PLAINTEXT, "XSTARTTLS", "STARTTLSX", "XXXXXXXA", "AUTH STARTTLS PLAIN LOGIN")
                        .on(Through.PLAINTEXT, "STARTTLS", Reply.lines("502 5.5.1 unknown command")))
                .judge((trial, control) -> Judgements.nothingExposed(trial)));
        cases.add(compatible("SMTP-C-01d", "sees the offer in lower case, in the last line")
                .clause("RFC 5321 section 2.4, section 4.1.1.1")
                .fix("Compare keywords without regard to case, and look at the last line of the reply too.")
                .script(kit -> kit.benign().offer(Through.PLAINTEXT, "starttls"))
                .judge((trial, control) -> Judgements.upgraded(trial)));
        cases.add(stripped("SMTP-C-01e", "upgrades or ends where the offer has a parameter")
                .clause("RFC 3207 section 2, section 6")
                .script(kit -> kit.benign().offer(Through.PLAINTEXT, LOGIN, "STARTTLS foo"))
                .judge((trial, control) -> Judgements.nothingExposed(trial)));
        cases.add(ClientCase.of("SMTP-C-01f", "upgrades before it logs in where both are offered")
                .clause("RFC 8314 section 5.2")
                .level(Level.MUST)
                .why(STRIPPED)
                .fix("Upgrade first, whatever else the server offers.")
                .on(Protocol.SMTP)
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign().offerToo(Through.PLAINTEXT, LOGIN))
                .judge((trial, control) -> Judgements.upgraded(trial)));
        cases.add(stripped("SMTP-C-02g", "does nothing without TLS where the answer is 421 and the end")
                .clause("RFC 5321 section 3.8, RFC 3207 section 6")
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign()
                        .offerToo(Through.PLAINTEXT, LOGIN)
                        .on(
                                Through.PLAINTEXT,
                                "STARTTLS",
                                Reply.lines("421 4.3.2 shutting down").close())
                        .later(kit.benign()
                                .offer(Through.PLAINTEXT, LOGIN)
                                .on(Through.PLAINTEXT, "STARTTLS", Reply.lines("502 5.5.1 unknown command"))))
                .judge((trial, control) -> Judgements.nothingExposed(trial)));
        ClientCase.Draft otherwise = stripped("SMTP-C-02h", "takes no other reply than 220 for the go-ahead")
                .clause("RFC 3207 section 4")
                .needs(Control.Need.TLS);
        for (String reply : List.of("250 2.0.0 ok", "235 2.7.0 ok", "221 2.0.0 ok", "334 ", "354 go on")) {
            otherwise = otherwise.script(kit -> answering(kit, Reply.lines(reply)));
        }
        cases.add(otherwise.judgeAll((trials, control) -> Judgements.worst(trials, SmtpOfferCases::withoutHello)));
        cases.add(goAhead("SMTP-C-07a", "reads a go-ahead of two lines to its end", "RFC 5321 section 4.2.1")
                .script(kit -> answering(
                        kit,
                        Reply.lines("220-2.0.0 ready", "220 2.0.0 to start TLS").startTls()))
                .judge((trial, control) -> Judgements.upgraded(trial)));
        cases.add(goAhead(
                        "SMTP-C-07b",
                        "takes a go-ahead without text, or with more than it should have",
                        "RFC 5321 section 4.2")
                .script(kit -> answering(kit, Reply.lines("220").startTls()))
                .script(kit ->
                        answering(kit, Reply.lines("220 " + "x".repeat(600)).startTls()))
                // The second is longer than RFC 5321 section 4.5.3.1.5 allows, so that a client may refuse it.
                .judgeAll((trials, control) -> Judgements.worst(
                        List.of(Judgements.upgraded(trials.get(0)), Judgements.nothingExposed(trials.get(1))))));
        cases.add(goAhead("SMTP-C-07c", "does not begin TLS before the go-ahead is complete", "RFC 5321 section 4.2.1")
                .allowedWhenOpportunistic()
                .script(kit -> answering(kit, Reply.lines("220-2.0.0 ready").then(new Act.FallSilent())))
                .script(kit -> answering(kit, Reply.lines("220-2.0.0 ready", "554 5.7.3 refused")))
                .judgeAll((trials, control) -> Judgements.worst(trials, SmtpOfferCases::withoutHello)));
        cases.add(goAhead(
                        "SMTP-C-07d",
                        "upgrades or ends at a go-ahead that ends with LF alone",
                        "RFC 5321 section 2.3.8")
                .allowedWhenOpportunistic()
                .script(kit -> answering(
                        kit, Reply.text("220 2.0.0 ready to start TLS\n").startTls()))
                .judge((trial, control) -> Judgements.nothingExposed(trial)));
        cases.add(ClientCase.of("SMTP-C-31", "waits for the end of the list before it uses what is in it")
                .clause("RFC 5321 section 4.2.1, RFC 8314 section 5.2")
                .level(Level.MUST)
                .why(
                        "The offer of the upgrade may be in the last line; a client that logs in before has lost its password.")
                .fix("Read the reply to EHLO to its end.")
                .on(Protocol.SMTP)
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign()
                        .on(
                                Through.PLAINTEXT,
                                "EHLO",
                                Reply.text("250-mail.example.org\r\n250-PIPELINING\r\n250-" + LOGIN + "\r\n")
                                        .pause(kit.patience().dividedBy(3))
                                        .then(Reply.lines("250 STARTTLS"))))
                .judge((trial, control) -> patient(trial)));
        return cases;
    }

    private static ClientCase.Draft stripped(String id, String title) {
        return ClientCase.of(id, title)
                .level(Level.MUST)
                .why(STRIPPED)
                .fix(REQUIRE)
                .on(Protocol.SMTP)
                .allowedWhenOpportunistic();
    }

    private static ClientCase.Draft compatible(String id, String title) {
        return ClientCase.of(id, title)
                .level(Level.MUST)
                .why(COMPATIBLE)
                .on(Protocol.SMTP)
                .needs(Control.Need.TLS);
    }

    private static ClientCase.Draft goAhead(String id, String title, String clause) {
        return compatible(id, title)
                .clause(clause)
                .why(
                        "A client that goes by the text of a reply, or by its first line, is out of step with the server: what"
                                + " is left over is read inside TLS.")
                .fix("Go by the three digits, and read a reply to its last line, which has no hyphen after them.");
    }

    /** A server that says this to STARTTLS, and invites a login. */
    private static Script answering(CaseKit kit, Reply reply) {
        return kit.benign().offerToo(Through.PLAINTEXT, LOGIN).on(Through.PLAINTEXT, "STARTTLS", reply);
    }

    /** Nothing was exposed, and TLS was not begun. */
    private static Verdict withoutHello(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        return plain.status() != Status.FAIL && trial.evidence().hello().isPresent()
                ? Verdict.warn("sent a ClientHello, although the server had not agreed")
                : plain;
    }

    private static Verdict patient(Trial trial) {
        Verdict plain = Judgements.upgraded(trial);
        return plain.status() == Status.PASS
                        && !trial.evidence().events(Evidence.Early.class).isEmpty()
                ? Verdict.warn("sent something before the reply was complete")
                : plain;
    }
}
