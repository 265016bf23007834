package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Go-aheads of odd forms, at the wrong time or for another command; and what comes in place of the ServerHello. */
final class ImapAnswerCases {
    private static final String WHY_TAG =
            "An answer belongs to the command whose tag it has. A client that takes another's can be told that TLS is on"
                    + " when it is not.";
    private static final String FIX_TAG =
            "Accept only an answer with the tag of a command that was sent; close the connection on any other.";
    /** A client that has sent another command or two on this connection is at another tag. */
    private static final int TAGS = 5;

    private static final String EARLY = " OK begin TLS now";

    private ImapAnswerCases() {}

    static List<ClientCase> all() {
        return List.of(
                ClientCase.of("IMAP-C-07a", "upgrades on an OK without text and with a code, and forgets the code")
                        .clause("RFC 9051 sections 6.2.1, 7.1")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(
                                "The code is readable and can be changed on the path, as all that comes before TLS: a mechanism"
                                        + " chosen by it is the attacker's choice.")
                        .fix("Ask for the capabilities inside TLS, and use no others.")
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(
                                kit.benign().offer(Through.TLS, "IMAP4rev1", "AUTH=LOGIN"),
                                Reply.lines("{tag} OK ").startTls()))
                        .script(kit -> answering(
                                kit.benign().offer(Through.TLS, "IMAP4rev1", "AUTH=LOGIN"),
                                Reply.lines("{tag} OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN ENABLE] begin TLS")
                                        .startTls()))
                        .judgeAll((trials, control) -> forgotten(trials)),
                ClientCase.of(
                                "IMAP-C-07b",
                                "takes no OK for the go-ahead that has another tag, its tag in other case, or none")
                        .clause("RFC 9051 section 2.2.1")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(WHY_TAG)
                        .fix(FIX_TAG)
                        .allowedWhenOpportunistic()
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(
                                kit.benign(), Reply.lines("zz99 OK begin TLS").andWatch()))
                        .script(kit -> answering(
                                kit.benign(), Reply.lines("* OK begin TLS").andWatch()))
                        .script(kit -> answering(
                                kit.benign(), Reply.lines("{TAG} OK begin TLS").andWatch()))
                        .judgeAll((trials, control) -> Judgements.worst(List.of(
                                Judgements.notTaken(trials.get(0), "an OK with another tag for the go-ahead"),
                                Judgements.notTaken(trials.get(1), "an OK without a tag for the go-ahead"),
                                inOtherCase(trials.get(2))))),
                ClientCase.of("IMAP-C-07c", "takes no OK for the go-ahead that came before STARTTLS was sent")
                        .clause("RFC 9051 sections 2.2.1, 6.2.1")
                        .on(Protocol.IMAP)
                        .level(Level.SECURITY)
                        .why(WHY_TAG + " Tags are predictable (net-imap, pull request 664).")
                        .fix(FIX_TAG)
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(kit.benign(), Reply.none().andWatch())
                                .on(
                                        Through.PLAINTEXT,
                                        "CAPABILITY",
                                        Reply.lines(
                                                "* CAPABILITY "
                                                        + String.join(
                                                                " ",
                                                                kit.benign().offered(Through.PLAINTEXT)),
                                                "{tag} OK done",
                                                "{next}" + EARLY)))
                        .judge((trial, control) -> notEarly(trial)),
                ClientCase.of("IMAP-C-07d", "takes no answer to CAPABILITY that has the tag of the next command")
                        .clause("RFC 9051 section 2.2.1")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(WHY_TAG)
                        .fix(FIX_TAG)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        "CAPABILITY",
                                        Reply.lines(
                                                        "* CAPABILITY "
                                                                + String.join(
                                                                        " ",
                                                                        kit.benign()
                                                                                .offered(Through.PLAINTEXT)),
                                                        "{next} OK done")
                                                .then(new Act.EndIfQuiet())))
                        .judge((trial, control) -> ownTagOnly(trial)),
                ClientCase.of("IMAP-C-09", "takes no OK for the go-ahead that came with the greeting")
                        .clause("RFC 9051 sections 2.2.1, 6.2.1")
                        .on(Protocol.IMAP)
                        .level(Level.SECURITY)
                        .why(WHY_TAG + " Many clients use the same tags on each connection.")
                        .fix(FIX_TAG)
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(kit.benign(), Reply.none().andWatch())
                                .greeting(Through.PLAINTEXT, Reply.text("* OK ready\r\n" + early(kit.control()))))
                        .judge((trial, control) -> notEarly(trial)),
                ClientCase.of("IMAP-C-15", "ends the session where NO comes in place of the ServerHello")
                        .clause("RFC 9051 section 6.2.1")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(
                                "Some servers say NO in plaintext when their TLS cannot start (Cyrus); so can who is on the path."
                                        + " A client that takes it for a refusal and logs in gives away its password.")
                        .fix("After OK to STARTTLS, close the connection unless a handshake follows.")
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(
                                kit.benign(),
                                Reply.lines("{tag} OK begin TLS")
                                        .then(new Act.ReadHello())
                                        .then(Reply.lines("{tag} NO TLS is not available"))))
                        .judge((trial, control) -> Judgements.handshakeRefused(trial)),
                ClientCase.of("IMAP-C-26", "ends the session where mailbox data comes between OK and the ServerHello")
                        .clause("RFC 9051 section 6.2.1")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(
                                "A server that was about to report a new message when STARTTLS came does this; a client that looks"
                                        + " for lines there has two readers on one connection.")
                        .fix("After OK to STARTTLS, give all octets to TLS.")
                        .needs(Control.Need.TLS)
                        .script(kit -> answering(
                                kit.benign(),
                                Reply.lines("{tag} OK begin TLS")
                                        .then(new Act.AwaitClient(), new Act.SendBelow("* 1 EXISTS\r\n"))
                                        .startTls()))
                        .judge((trial, control) -> Judgements.handshakeRefused(trial)));
    }

    /** A tag without letters is the same in other case, and its OK the go-ahead. */
    private static Verdict inOtherCase(Trial trial) {
        boolean isOther = upgradeTag(trial)
                .filter(tag -> !TagSequence.inOtherCase(tag).equals(tag))
                .isPresent();
        return isOther
                ? Judgements.notTaken(trial, "an OK with the tag in other case for the go-ahead")
                : Judgements.nothingExposed(trial);
    }

    private static Script answering(Script script, Reply toUpgrade) {
        return script.on(Through.PLAINTEXT, "STARTTLS", toUpgrade);
    }

    private static Verdict forgotten(List<Trial> trials) {
        Trial bare = trials.get(0);
        Trial code = trials.get(1);
        Verdict upgraded = Judgements.upgraded(code);
        Verdict plain = Judgements.nothingExposed(bare);
        if (upgraded.status() != Status.PASS || plain.status() != Status.PASS) {
            return Judgements.worst(List.of(upgraded, plain));
        }
        Set<String> fromCode = new TreeSet<>(UsedExtensions.of(code));
        fromCode.removeAll(UsedExtensions.of(bare));
        if (!fromCode.isEmpty()) {
            return Verdict.fail("used " + String.join(", ", fromCode) + ", which only the go-ahead in plaintext had");
        }
        return bare.secured()
                ? Verdict.pass("upgraded, and used nothing that only the go-ahead had")
                : Verdict.warn("did not upgrade on an OK without text, which RFC 9051's grammar has");
    }

    /** The go-ahead for the tags that the client may use for STARTTLS, by the tag that it had for it in the control run. */
    private static String early(Control control) {
        StringBuilder text = new StringBuilder();
        upgradeTag(control.trial()).map(tag -> TagSequence.from(tag, TAGS)).stream()
                .flatMap(List::stream)
                .forEach(tag -> text.append(tag).append(EARLY).append("\r\n"));
        return text.toString();
    }

    private static Optional<String> upgradeTag(Trial trial) {
        return trial.plaintext().stream()
                .filter(line -> line.is("STARTTLS"))
                .map(ReceivedLine::tag)
                .findFirst();
    }

    private static Verdict notEarly(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        if (plain.status() == Status.FAIL) {
            return plain;
        }
        List<String> sent = trial.evidence().events(Evidence.Sent.class).stream()
                .map(Evidence.Sent::text)
                .toList();
        if (sent.stream().noneMatch(text -> text.contains(EARLY))) {
            return Verdict.undecided(
                    "the client asked for nothing before STARTTLS, and so had no tag to be predicted by");
        }
        Optional<String> tag = upgradeTag(trial);
        if (tag.isEmpty()) {
            return Verdict.pass(
                    "ended the session before STARTTLS: " + trial.ending().words());
        }
        if (sent.stream().noneMatch(text -> ("\r\n" + text).contains("\r\n" + tag.get() + EARLY))) {
            return Verdict.undecided("the client's tags cannot be predicted: that of STARTTLS was " + tag.get());
        }
        return trial.secured()
                ? Verdict.warn("took an OK that came before its STARTTLS for the go-ahead, and went on with TLS")
                : plain;
    }

    private static Verdict ownTagOnly(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        if (plain.status() == Status.FAIL) {
            return plain;
        }
        boolean asked = trial.plaintext().stream().anyMatch(line -> line.is("CAPABILITY"));
        if (!asked) {
            return Verdict.undecided("the client did not ask for the capabilities in plaintext");
        }
        return upgradeTag(trial).isPresent()
                ? Verdict.warn("went on with STARTTLS after an answer to CAPABILITY with another tag")
                : plain;
    }
}
