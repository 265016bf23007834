package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Answers that were in plaintext before the handshake, and must not count inside TLS. Most cases have two runs: in the
 * first the answer to the client's first command inside TLS is withheld, which shows how long the client waits for it; in
 * the second it is withheld too, and stands in plaintext after the go-ahead. A client that now goes on has used it, and one
 * that leaves much sooner has read it.
 */
final class InjectionCases {
    private static final String WHY =
            "An attacker on the path adds answers to the go-ahead; a client that keeps them takes them for answers inside"
                    + " TLS, and so lets the attacker choose capabilities, mechanisms and results (CVE-2021-22947).";
    private static final String FIX =
            "When TLS begins, throw away what has been read and not used; better: end the session if there is any.";
    private static final String MIXED =
            "A client that skips what is not TLS lets an attacker mix octets of his own into the protected stream.";
    private static final String END = "End the connection at the first octet that is not a record of TLS.";
    private static final Duration A_SEGMENT_LATER = Duration.ofMillis(50);
    private static final String NOT_TLS = "+OK 250 ok\r\n";

    private InjectionCases() {}

    static List<ClientCase> of(ClientProfile profile) {
        return List.of(
                keeping("UP-C-04a", "does not use answers that came with the go-ahead", profile)
                        .script(kit -> withheld(kit, profile, Reply.lines(profile.goAhead())))
                        .script(kit -> withheld(
                                kit,
                                profile,
                                Reply.text(profile.goAhead() + "\r\n"
                                        + Opening.of(kit.control(), profile).answer())))
                        .judgeAll((trials, control) -> waits(trials, profile)),
                keeping("UP-C-04b", "does not log in by capabilities that came with the go-ahead", profile)
                        .unless(InjectionCases::asksForNothing)
                        .script(kit -> uninviting(kit, profile, Reply.lines(profile.goAhead())))
                        .script(kit -> uninviting(
                                kit,
                                profile,
                                Reply.text(
                                        profile.goAhead() + "\r\n" + String.join("\r\n", profile.inviting()) + "\r\n")))
                        .judgeAll((trials, control) -> logsInOnlyInTheSecond(trials)),
                keeping(
                                "UP-C-04c",
                                "does not take an answer that came with the go-ahead for that to its login",
                                profile)
                        .needs(Control.Need.LOGIN)
                        .script(kit -> unansweredLogin(kit, profile, Reply.lines(profile.goAhead())))
                        .script(kit -> unansweredLogin(
                                kit,
                                profile,
                                Reply.text(profile.goAhead() + "\r\n"
                                        + Opening.of(kit.control(), profile).answersUpToLogin())))
                        .script(kit -> unansweredLogin(
                                kit,
                                profile,
                                Reply.text(profile.goAhead() + "\r\n"
                                        + Opening.of(kit.control(), profile).answersToLogin())))
                        .judgeAll((trials, control) -> waits(trials, profile)),
                keeping("UP-C-05a", "does not use answers that came in plaintext after the go-ahead", profile)
                        .script(kit -> withheld(kit, profile, Reply.lines(profile.goAhead())))
                        .script(kit -> withheld(
                                kit,
                                profile,
                                Reply.lines(profile.goAhead())
                                        .pause(A_SEGMENT_LATER)
                                        .then(new Act.Send(Opening.of(kit.control(), profile)
                                                .answer()))))
                        .judgeAll((trials, control) -> waits(trials, profile)),
                ClientCase.of("UP-C-05b", "ends the handshake at plaintext in place of a ServerHello")
                        .clause(profile.clause(ClientRule.HANDSHAKE) + ", RFC 8446 section 5")
                        .level(Level.MUST)
                        .why(MIXED)
                        .fix(END)
                        .on(profile.dialect().protocol())
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        profile.upgrade(),
                                        Reply.lines(profile.goAhead())
                                                .then(
                                                        new Act.AwaitClient(),
                                                        new Act.LimitPatience(),
                                                        new Act.SendBelow(NOT_TLS))
                                                .startTls()))
                        .judge((trial, control) -> trial.secured()
                                ? Verdict.fail("finished the handshake, into which plaintext was mixed")
                                : Judgements.afterFailedHandshake(trial, control)),
                keeping(
                                "UP-C-06a",
                                "does not join the beginning of a line from before TLS to what comes inside",
                                profile)
                        .script(kit -> fragment(kit, profile, Reply.lines(profile.goAhead())))
                        .script(kit -> fragment(
                                kit,
                                profile,
                                Reply.text(profile.goAhead() + "\r\n"
                                        + Opening.of(kit.control(), profile)
                                                .fragment()
                                                .before())))
                        .judgeAll((trials, control) -> Judgements.goesNoFurther(trials)),
                keeping("UP-C-06b", "does not join one octet from before TLS to what comes inside", profile)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        profile.upgrade(),
                                        Reply.text(profile.goAhead() + "\r\n5").startTls()))
                        .judge(InjectionCases::notJoined),
                ClientCase.of("UP-C-18", "ends TLS at plaintext between two records")
                        .clause("RFC 8446 section 5")
                        .level(Level.MUST)
                        .why(MIXED)
                        .fix(END)
                        .on(profile.dialect().protocol())
                        .underEachPolicy()
                        .needs(Control.Need.TLS, Control.Need.TLS)
                        .script(kit -> mixed(kit, Opening.of(kit.control(), profile)))
                        .judge((trial, control) -> Judgements.stoppedAfter(
                                trial, Opening.of(control, profile).verb())));
    }

    private static ClientCase.Draft keeping(String id, String title, ClientProfile profile) {
        return ClientCase.of(id, title)
                .clause(profile.clause(ClientRule.DISCARD) + ", CVE-2021-22947")
                .level(Level.MUST)
                .why(WHY)
                .fix(FIX)
                .on(profile.dialect().protocol())
                .needs(Control.Need.TLS, Control.Need.TLS);
    }

    /** The client waits, and what came in plaintext was meant for what it sent. */
    private static Verdict waits(List<Trial> trials, ClientProfile profile) {
        Verdict found = Judgements.waits(trials);
        return found.status() == Status.PASS
                ? trials.stream()
                        .skip(1)
                        .flatMap(injected -> profile.unforeseen(injected).stream())
                        .findFirst()
                        .map(Verdict::undecided)
                        .orElse(found)
                : found;
    }

    /** A client that asks for no capabilities inside TLS is not misled by any; those from before are another case's. */
    private static Optional<Verdict> asksForNothing(CaseKit kit) {
        return kit.control()
                .lacks(Control.Need.DISCOVERY)
                .filter(lack -> !kit.control().trial().inside().isEmpty())
                .map(Verdict::skip);
    }

    /** The server says this in place of its go-ahead, and inside TLS does not answer the client's first command. */
    private static Script withheld(CaseKit kit, ClientProfile profile, Reply goAhead) {
        return profile.foreseeing(kit.benign(), kit.control())
                .on(Through.PLAINTEXT, profile.upgrade(), goAhead.startTls())
                .on(Through.TLS, Opening.of(kit.control(), profile).verb(), Reply.silence());
    }

    private static Script mixed(CaseKit kit, Opening opening) {
        return kit.benign()
                .on(
                        Through.TLS,
                        opening.verb(),
                        Reply.of(
                                new Act.LimitPatience(),
                                new Act.SendBelow(NOT_TLS),
                                new Act.Send(opening.answerInside())));
    }

    private static Script uninviting(CaseKit kit, ClientProfile profile, Reply goAhead) {
        return profile.foreseeing(kit.benign(), kit.control())
                .on(Through.PLAINTEXT, profile.upgrade(), goAhead.startTls())
                .offer(Through.TLS, profile.capabilitiesWithoutLogin().toArray(String[]::new));
    }

    private static Script unansweredLogin(CaseKit kit, ClientProfile profile, Reply goAhead) {
        Script script = profile.foreseeing(kit.benign(), kit.control())
                .on(Through.PLAINTEXT, profile.upgrade(), goAhead.startTls())
                .on(Through.TLS, ReceivedLine.RESPONSE, Reply.silence());
        for (String command : profile.loginCommands()) {
            script = script.on(Through.TLS, command, Reply.silence());
        }
        return script;
    }

    private static Script fragment(CaseKit kit, ClientProfile profile, Reply goAhead) {
        Opening opening = Opening.of(kit.control(), profile);
        return kit.benign()
                .on(Through.PLAINTEXT, profile.upgrade(), goAhead.startTls())
                .on(Through.TLS, opening.verb(), Reply.text(opening.fragment().inside()));
    }

    /** The client logs in where a login was invited in plaintext, and not without. */
    static Verdict logsInOnlyInTheSecond(List<Trial> trials) {
        Trial invited = trials.get(1);
        Verdict plain = Judgements.nothingExposed(invited);
        if (plain.status() == Status.FAIL || !invited.secured()) {
            return plain;
        }
        boolean uninvitedToo = logsIn(trials.get(0));
        if (logsIn(invited)) {
            return uninvitedToo
                    ? Verdict.undecided("it logs in whether the server invites a login or not")
                    : Verdict.fail("logged in inside TLS, as only the capabilities from plaintext invite it");
        }
        return Verdict.pass("did not log in: inside TLS nothing invites it");
    }

    private static boolean logsIn(Trial trial) {
        return trial.sentInside(line -> line.weight() == Weight.CREDENTIAL);
    }

    private static Verdict notJoined(Trial trial, Control control) {
        List<ReceivedLine> work = Judgements.work(trial);
        if (work.size() == 1 && Judgements.work(control.trial()).size() > 1) {
            return Verdict.fail(
                    "stopped inside TLS at a good answer: it was read with the octet from plaintext before it");
        }
        return Judgements.afterFailedHandshake(trial, control);
    }
}
