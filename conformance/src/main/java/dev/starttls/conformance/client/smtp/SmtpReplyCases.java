package dev.starttls.conformance.client.smtp;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Greetings and replies that are bad, odd or late. */
final class SmtpReplyCases {
    private static final String NO_SERVICE =
            "The server says that it takes no mail; a client that goes on all the same does not look at replies, and will not"
                    + " notice a refusal of the upgrade either.";
    private static final String LOOK =
            "Go by the three digits of each reply, and end the session where they are not the" + " expected ones.";
    private static final int ONE_MEGABYTE = 1_000_000;
    private static final int OCTETS_AT_ONCE = 4000;

    private SmtpReplyCases() {}

    static List<ClientCase> all() {
        List<ClientCase> cases = new ArrayList<>();
        char letter = 'a';
        for (String greeting : List.of(
                "554 5.3.2 no service here",
                "421 4.3.2 shutting down",
                "500 5.5.2 unknown command",
                "221 2.0.0 bye",
                "354 go ahead")) {
            cases.add(draft("SMTP-C-03" + letter, "ends where the greeting is '" + greeting + "'")
                    .clause("RFC 5321 section 3.1, section 4.3.1")
                    .allowedWhenOpportunistic()
                    .why(NO_SERVICE)
                    .script(kit -> kit.benign()
                            .offerToo(Through.PLAINTEXT, "AUTH PLAIN LOGIN")
                            .greeting(Through.PLAINTEXT, Reply.lines(greeting).then(new Act.LimitPatience())))
                    .judge((trial, control) -> greeted(trial)));
            letter++;
        }
        cases.add(draft("SMTP-C-03f", "reads a greeting of several lines, and one that comes octet by octet")
                .clause("RFC 5321 section 4.2.1")
                .why("A client that takes a segment for a reply is one reply behind for the rest of the session.")
                .fix("Read a reply to its last line, however it is cut into segments.")
                .script(kit -> kit.benign()
                        .greeting(
                                Through.PLAINTEXT,
                                Reply.lines("220-mail.example.org ESMTP", "220-no spam", "220 ready")))
                .script(kit -> kit.benign()
                        .greeting(
                                Through.PLAINTEXT,
                                Reply.of(new Act.Drip("220 mail.example.org ESMTP ready\r\n", Duration.ofMillis(5)))))
                .judgeAll((trials, control) -> Judgements.worst(trials, Judgements::upgraded)));
        cases.add(draft("SMTP-C-03g", "does nothing without TLS where the greeting is malformed")
                .clause("RFC 5321 section 4.2")
                .allowedWhenOpportunistic()
                .why("Greetings that are out of the ordinary are where clients lose step, fill up or crash.")
                .script(kit -> kit.benign().greeting(Through.PLAINTEXT, Reply.lines("220")))
                .script(kit -> kit.benign()
                        .greeting(Through.PLAINTEXT, Reply.lines("2200 x").then(new Act.LimitPatience())))
                .script(kit ->
                        kit.benign().greeting(Through.PLAINTEXT, Reply.lines("").then(new Act.LimitPatience())))
                .script(kit -> kit.benign()
                        .greeting(
                                Through.PLAINTEXT,
                                Reply.of(
                                        new Act.Send("220 "),
                                        new Act.Repeat("x".repeat(OCTETS_AT_ONCE), ONE_MEGABYTE / OCTETS_AT_ONCE),
                                        new Act.FallSilent())))
                .judgeAll((trials, control) -> malformed(trials)));
        cases.add(draft("SMTP-C-04d", "does not take a second go-ahead for an answer inside TLS")
                .clause("RFC 3207 section 4.2, CVE-2021-22947")
                .why(
                        "An attacker on the path adds answers to the go-ahead; a client that keeps them is one reply behind"
                                + " inside TLS.")
                .fix(
                        "When TLS begins, throw away what has been read and not used; better: end the session if there is any.")
                .needs(Control.Need.DISCOVERY)
                .script(kit -> kit.benign().on(Through.TLS, "EHLO", Reply.silence()))
                .script(kit -> kit.benign()
                        .on(
                                Through.PLAINTEXT,
                                "STARTTLS",
                                Reply.lines("220 2.0.0 ready to start TLS", "220 2.0.0 ready to start TLS")
                                        .startTls())
                        .on(Through.TLS, "EHLO", Reply.silence()))
                .judgeAll((trials, control) -> secondGoAhead(trials, control)));
        cases.add(draft("SMTP-C-21b", "does not leave TLS where EHLO is unknown inside")
                .clause("RFC 5321 section 4.1.1.1, RFC 3207 section 4.2")
                .why("A client that starts over without TLS when something inside fails can be made to.")
                .script(kit -> kit.benign()
                        .on(Through.TLS, "EHLO", Reply.lines("502 5.5.1 unknown command"))
                        .later(kit.benign()
                                .offer(Through.PLAINTEXT, "AUTH PLAIN LOGIN")
                                .on(Through.PLAINTEXT, "STARTTLS", Reply.lines("502 5.5.1 unknown command"))))
                .judge((trial, control) -> Judgements.afterFailedHandshake(trial, control)));
        cases.add(draft("SMTP-C-26", "does nothing without TLS where the lines of a reply have different codes")
                .clause("RFC 5321 section 4.2.1")
                .allowedWhenOpportunistic()
                .why("Which line counts is not defined: a client has to end, or to take the last, but not to crash.")
                .script(kit -> kit.benign()
                        .on(
                                Through.PLAINTEXT,
                                "EHLO",
                                Reply.lines(
                                        "250-mail.example.org", "250-AUTH PLAIN LOGIN", "500 5.5.2 unknown command"))
                        .on(Through.PLAINTEXT, "STARTTLS", Reply.lines("502 5.5.1 unknown command")))
                .judge((trial, control) -> Judgements.nothingExposed(trial)));
        return cases;
    }

    private static ClientCase.Draft draft(String id, String title) {
        return ClientCase.of(id, title)
                .level(Level.MUST)
                .fix(LOOK)
                .on(Protocol.SMTP)
                .needs(Control.Need.TLS);
    }

    private static Verdict greeted(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        boolean wentOn = trial.sentInside(line -> line.weight().compareTo(Weight.COMMAND) > 0);
        return plain.status() != Status.FAIL && wentOn
                ? Verdict.warn("upgraded, and went on as if the greeting had been a good one")
                : plain;
    }

    private static Verdict malformed(List<Trial> trials) {
        Verdict all = Judgements.worst(trials, Judgements::nothingExposed);
        return all.status() == Status.PASS && !trials.get(0).secured()
                ? Verdict.warn("did not upgrade where the greeting has no text: "
                        + trials.get(0).ending().words())
                : all;
    }

    private static Verdict secondGoAhead(List<Trial> trials, Control control) {
        Trial injected = trials.get(1);
        return injected.secured() ? Judgements.waits(trials) : Judgements.afterFailedHandshake(injected, control);
    }
}
