package dev.starttls.conformance.client.pop3;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Set;

/** Go-aheads of odd forms, what follows them in plaintext, and how a session and a message end. */
final class Pop3AnswerCases {
    private static final String DISCARD = "RFC 2595 section 4, CVE-2021-22947";
    private static final String WHY =
            "Who is on the path adds octets to the go-ahead; a client that keeps them takes them for answers inside TLS.";
    private static final String FIX =
            "When TLS begins, throw away what has been read and not used; better: end the session if there is any.";
    private static final int MAX_RESPONSE = 512;

    private Pop3AnswerCases() {}

    static List<ClientCase> all() {
        return List.of(
                ClientCase.of("POP3-C-04b", "does not read octets inside TLS that came with the go-ahead")
                        .clause(DISCARD)
                        .on(Protocol.POP3)
                        .level(Level.MUST)
                        .why(WHY)
                        .fix(FIX)
                        .needs(Control.Need.TLS, Control.Need.LOGIN)
                        .script(kit -> answering(
                                kit.benign(),
                                Reply.text("+OK begin TLS\r\n" + "\200\377".repeat(20))
                                        .startTls()))
                        .judge((trial, control) -> discarded(trial)),
                ClientCase.of("POP3-C-04c", "does not use answers to its login that came with the go-ahead")
                        .clause(DISCARD)
                        .on(Protocol.POP3)
                        .level(Level.MUST)
                        .why(WHY)
                        .fix(FIX)
                        .needs(Control.Need.TLS, Control.Need.LOGIN)
                        .script(kit -> withheld(kit, Reply.lines("+OK begin TLS")))
                        .script(kit -> withheld(kit, Reply.text("+OK begin TLS\r\n" + answers(kit.control()))))
                        .judgeAll((trials, control) -> Judgements.waits(trials)),
                goAhead("POP3-C-07a", "upgrades on +OK without text", "+OK\r\n")
                        .judge((trial, control) -> Judgements.upgraded(trial)),
                goAhead("POP3-C-07b", "upgrades on +OK with as much text as a response can have", longest())
                        .judge((trial, control) -> Judgements.upgraded(trial)),
                goAhead(
                                "POP3-C-07c",
                                "does nothing without TLS where the go-ahead ends with LF alone",
                                "+OK begin TLS\n")
                        .allowedWhenOpportunistic()
                        .judge((trial, control) -> Judgements.nothingExposed(trial)),
                goAhead(
                                "POP3-C-07d",
                                "does nothing without TLS where the go-ahead is in lower case",
                                "+ok begin TLS\r\n")
                        .allowedWhenOpportunistic()
                        .judge((trial, control) -> Judgements.nothingExposed(trial)),
                ClientCase.of("POP3-C-19", "takes a message that is cut by the end of the connection for an error")
                        .clause("RFC 8446 section 6.1, RFC 1939 section 3")
                        .on(Protocol.POP3)
                        .level(Level.MUST)
                        .why(
                                "Who is on the path can end the connection in the middle of a message; a client that takes what it"
                                        + " has for the message loses the rest, and may delete it on the server.")
                        .fix("Treat the end of the stream before the final dot, or without close_notify, as an error.")
                        .underEachPolicy()
                        .needs(Control.Need.TRANSFER)
                        .script(kit -> cut(cut(kit.benign(), "RETR"), "TOP"))
                        .judge(Pop3AnswerCases::truncated),
                ClientCase.of("POP3-C-19c", "is content where the connection ends without close_notify after QUIT")
                        .clause("RFC 8446 section 6.1, RFC 1939 section 6")
                        .on(Protocol.POP3)
                        .level(Level.SHOULD)
                        .why(
                                "Many servers end so. The session is over with the answer to QUIT; a client that calls it a failure"
                                        + " fetches its messages again.")
                        .fix("Take the answer to QUIT for the end, whatever follows.")
                        .underEachPolicy()
                        .needs(Control.Need.SUCCESS, Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .on(Through.TLS, "QUIT", Reply.lines("+OK bye").then(new Act.Cut())))
                        .judge(Pop3AnswerCases::contentWithEnd),
                ClientCase.of("POP3-C-33", "ignores response codes that it does not know")
                        .clause("RFC 2449 section 8, RFC 3206")
                        .on(Protocol.POP3)
                        .level(Level.SHOULD)
                        .why(
                                "A client that trips over a new code cannot talk to a newer server, and its user switches TLS off.")
                        .fix("Take a code that is not known for text.")
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(
                                        kit.benign(),
                                        Reply.lines("+OK [XYZ/ABC-1] begin TLS").startTls())
                                .greeting(Through.PLAINTEXT, Reply.lines("+OK [X-NEW] ready")))
                        .judge((trial, control) -> Judgements.upgraded(trial)));
    }

    private static ClientCase.Draft goAhead(String id, String title, String line) {
        return ClientCase.of(id, title)
                .clause("RFC 1939 section 3")
                .on(Protocol.POP3)
                .level(Level.MUST)
                .why("A client that does not know a go-ahead of a form that servers use is set to go without TLS.")
                .fix("Look at the status indicator alone, and treat what is none as a refusal.")
                .needs(Control.Need.TLS)
                .script(kit -> answering(kit.benign(), Reply.text(line).startTls()));
    }

    /** RFC 1939 section 3: "Responses may be up to 512 characters long, including the terminating CRLF". */
    private static String longest() {
        String begin = "+OK begin TLS ";
        return begin + "x".repeat(MAX_RESPONSE - begin.length() - 2) + "\r\n";
    }

    private static Script answering(Script script, Reply toUpgrade) {
        return script.on(Through.PLAINTEXT, "STLS", toUpgrade);
    }

    /** The server answers no login inside TLS. */
    private static Script withheld(CaseKit kit, Reply goAhead) {
        Script script = answering(kit.benign(), goAhead.startTls());
        for (String verb : List.of("USER", "PASS", "APOP", "AUTH")) {
            script = script.on(Through.TLS, verb, Reply.silence());
        }
        return script;
    }

    /** An answer for each command up to RETR, in the order of the control run. */
    private static String answers(Control control) {
        StringBuilder text = new StringBuilder();
        for (ReceivedLine line : control.trial().inside()) {
            if (line.is("RETR")) {
                break;
            }
            boolean list = line.is("CAPA")
                    || (line.argument().isEmpty()
                            && Set.of("LIST", "UIDL", "AUTH").contains(line.verb()));
            text.append(list ? (line.is("CAPA") ? "+OK\r\nUSER\r\n.\r\n" : "+OK\r\n1 1\r\n.\r\n") : "+OK 1 100\r\n");
        }
        return text.toString();
    }

    private static Verdict discarded(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        if (plain.status() != Status.PASS || trial.inside().isEmpty()) {
            return plain;
        }
        return trial.sentInside(line -> line.weight() == Weight.CREDENTIAL)
                ? Verdict.pass("threw the octets away, and logged in")
                : Verdict.fail("took octets from before TLS for the answer to "
                        + trial.inside().get(0).verb() + " inside TLS: "
                        + trial.ending().words());
    }

    private static Script cut(Script script, String verb) {
        return script.on(
                Through.TLS,
                verb,
                Reply.text("+OK message follows\r\nFrom: sender@example.org\r\nSubject: test\r\n\r\nhel")
                        .then(new Act.Cut()));
    }

    private static Verdict truncated(Trial trial, Control control) {
        if (trial.sentInside(line -> line.is("DELE"))) {
            return Verdict.fail("deletes a message that it has not read to its end");
        }
        return Judgements.noSuccessReported(trial, control, "although the message was cut before its final dot");
    }

    private static Verdict contentWithEnd(Trial trial, Control control) {
        if (!control.verbs().contains("QUIT")) {
            return Verdict.undecided("with a well-behaved server the client never sent QUIT");
        }
        if (trial.ending().kind() == Ending.Kind.UNKNOWN) {
            return Verdict.undecided("only who sees the program knows whether it shows a failure");
        }
        return trial.succeeded()
                ? Verdict.pass("reports success")
                : Verdict.fail("reports a failure after the answer to QUIT: "
                        + trial.ending().words());
    }
}
