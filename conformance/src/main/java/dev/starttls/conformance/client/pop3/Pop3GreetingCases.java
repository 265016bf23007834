package dev.starttls.conformance.client.pop3;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** Greetings that are none, and what a client makes of a greeting's text. */
final class Pop3GreetingCases {
    private static final String TIMESTAMP = "<4711.1767268800@mail.example.org>";
    /** Colours the text and sets the title of the window, where a terminal gets it as it is. */
    private static final String ESCAPES = "\033[31mred\033[0m \033]0;title\007";

    private Pop3GreetingCases() {}

    static List<ClientCase> all() {
        return List.of(
                greeting("POP3-C-03a", "ends the session after a greeting with -ERR", "-ERR not now"),
                greeting(
                        "POP3-C-03b",
                        "ends the session after a greeting with -ERR and a code",
                        "-ERR [SYS/TEMP] not now"),
                greeting(
                        "POP3-C-03c",
                        "ends the session after a greeting that only looks like +OK",
                        "+Do you even care?"),
                greeting("POP3-C-03d", "ends the session after an empty line in place of the greeting", ""),
                greeting("POP3-C-03e", "ends the session after a greeting with a tag", "a1 +OK ready"),
                ClientCase.of("POP3-C-03f", "sends no APOP before TLS")
                        .clause("RFC 1939 section 7, RFC 8314 section 5.2")
                        .on(Protocol.POP3)
                        .level(Level.MUST)
                        .why(
                                "APOP gives away the user's name and a digest of the password, which can be guessed from it;"
                                        + " with a timestamp of his choice the attacker needs few guesses (CVE-2007-1558).")
                        .fix("Switch APOP off, or let it wait until TLS is on.")
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign().greeting(Through.PLAINTEXT, Reply.lines("+OK ready " + TIMESTAMP)))
                        .judge((trial, control) -> oldTimestamp(trial)),
                ClientCase.of("POP3-C-03g", "prints no escape sequences of a greeting")
                        .clause("RFC 1939 section 4")
                        .on(Protocol.POP3)
                        .level(Level.SHOULD)
                        .why("A terminal does what such a text says: who is on the path writes into the user's window.")
                        .fix("Replace the control characters in what the server says before it is printed.")
                        .mustNotShow("the greeting in red, or in the title of a window")
                        .script(kit -> kit.benign().greeting(Through.PLAINTEXT, Reply.text("+OK " + ESCAPES + "\r\n")))
                        .script(kit -> kit.benign().greeting(Through.PLAINTEXT, Reply.text("-ERR " + ESCAPES + "\r\n")))
                        .judgeAll((trials, control) -> escaped(trials)),
                ClientCase.of("POP3-C-08", "upgrades although the server says that it is logged in")
                        .clause("RFC 2595 section 4, RFC 8314 section 5.2")
                        .on(Protocol.POP3)
                        .level(Level.MUST)
                        .why(
                                "POP3 has no greeting that means a login; a client that believes one fetches its mail without TLS.")
                        .fix("Require the upgrade whatever the greeting says.")
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .greeting(Through.PLAINTEXT, Reply.lines("+OK user logged in, maildrop has 1 message")))
                        .judge((trial, control) -> Judgements.upgraded(trial)),
                ClientCase.of("POP3-C-20d", "does not use the timestamp of the greeting inside TLS")
                        .clause("RFC 2595 section 4, RFC 1939 section 7")
                        .on(Protocol.POP3)
                        .level(Level.MUST)
                        .why("The timestamp was in plaintext, and may be the attacker's.")
                        .fix("When TLS begins, forget the greeting; use USER and PASS or SASL.")
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .offer(Through.TLS, "TOP", "UIDL")
                                .greeting(Through.PLAINTEXT, Reply.lines("+OK ready " + TIMESTAMP)))
                        .judge((trial, control) -> oldTimestamp(trial)));
    }

    private static ClientCase greeting(String id, String title, String line) {
        return ClientCase.of(id, title)
                .clause("RFC 1939 sections 3, 4")
                .on(Protocol.POP3)
                .level(Level.MUST)
                .why(
                        "A client that takes anything for a greeting can be brought into a state in which it forgets the upgrade.")
                .fix("Close the connection unless the first line is +OK.")
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign()
                        .greeting(Through.PLAINTEXT, Reply.lines(line).then(new Act.EndIfQuiet())))
                .judge((trial, control) -> Judgements.notTaken(trial, "the wrong line for a greeting"));
    }

    private static Verdict oldTimestamp(Trial trial) {
        Verdict upgraded = Judgements.upgraded(trial);
        if (upgraded.status() == Status.FAIL) {
            return upgraded;
        }
        return trial.sentInside(line -> line.is("APOP"))
                ? Verdict.warn("sent APOP inside TLS with a timestamp that came in plaintext")
                : Verdict.pass("sent no APOP");
    }

    private static Verdict escaped(List<Trial> trials) {
        Verdict plain =
                Judgements.worst(trials.stream().map(Judgements::nothingExposed).toList());
        if (plain.status() == Status.FAIL) {
            return plain;
        }
        List<String> printed =
                trials.stream().map(trial -> trial.ending().output()).toList();
        if (printed.stream().anyMatch(text -> text.contains("\033[31m") || text.contains("\033]0;"))) {
            return Verdict.fail("printed the escape sequences of the server's greeting as they are");
        }
        return printed.stream().anyMatch(text -> text.contains("[31mred"))
                ? Verdict.pass("printed the greeting without its escape sequences")
                : Verdict.undecided(
                        "it printed nothing of the greeting; only who sees the program knows where it shows it");
    }
}
