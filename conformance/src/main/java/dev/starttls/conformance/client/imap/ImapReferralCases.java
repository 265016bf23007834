package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Referrals to another server: a second port of the case shows whether the client follows. */
final class ImapReferralCases {
    private static final String OTHER = "other";
    private static final String WHY =
            "A referral is an answer like any other; who can write one, on the path or with a server of his own, sends the"
                    + " client and its password where he likes (RFC 2221 section 6).";
    private static final String FIX =
            "Follow no referral that came before TLS, and others only with TLS that is verified, after asking the user.";

    private ImapReferralCases() {}

    static List<ClientCase> all() {
        return List.of(
                ClientCase.of("IMAP-C-11a", "follows a referral in the answer to its login only with TLS")
                        .clause("RFC 2221 sections 4.1, 6")
                        .on(Protocol.IMAP)
                        .level(Level.SECURITY)
                        .why(WHY)
                        .fix(FIX)
                        .underEachPolicy()
                        .needs(Control.Need.LOGIN)
                        .script(kit -> refer(kit, "imap", "LOGIN", "AUTHENTICATE"))
                        .judge((trial, control) -> onlyWithTls(trial)),
                ClientCase.of("IMAP-C-11b", "follows no referral that came before TLS")
                        .clause("RFC 2221 sections 4.2, 6")
                        .on(Protocol.IMAP)
                        .level(Level.SECURITY)
                        .why(WHY)
                        .fix(FIX)
                        .script(kit -> beside(kit, true)
                                .greeting(
                                        Through.PLAINTEXT,
                                        Reply.lines("* OK [REFERRAL " + url(kit, "imaps") + "] go there")))
                        .script(kit -> beside(kit, true)
                                .greeting(
                                        Through.PLAINTEXT,
                                        Reply.lines("* BYE [REFERRAL " + url(kit, "imaps") + "] go there")
                                                .close()))
                        .judgeAll((trials, control) -> Judgements.worst(
                                trials.stream().map(ImapReferralCases::never).toList())),
                ClientCase.of("IMAP-C-11c", "follows a referral to a mailbox only with TLS")
                        .clause("RFC 2193 sections 4, 7")
                        .on(Protocol.IMAP)
                        .level(Level.SECURITY)
                        .why(WHY)
                        .fix(FIX)
                        .underEachPolicy()
                        .needs(Control.Need.LOGIN)
                        .script(kit -> refer(kit, "imap", "SELECT", "EXAMINE"))
                        .script(kit -> preauthenticated(refer(kit, "imap", "SELECT", "EXAMINE")))
                        .judgeAll((trials, control) -> control.verbs().stream()
                                        .anyMatch(Set.of("SELECT", "EXAMINE")::contains)
                                ? Judgements.worst(List.of(onlyWithTls(trials.get(0)), nothingElsewhere(trials.get(1))))
                                : Verdict.undecided("with a well-behaved server the client never opened a mailbox")));
    }

    /** The client is logged in by the greeting, in plaintext if that is how the session begins, and TLS is not offered. */
    private static Script preauthenticated(Script script) {
        Reply greeting = Reply.lines("* PREAUTH logged in as reader");
        return script.greeting(Through.PLAINTEXT, greeting)
                .greeting(Through.TLS, greeting)
                .offer(Through.PLAINTEXT, "IMAP4rev1", "ID")
                .on(Through.PLAINTEXT, "STARTTLS", Reply.lines("{tag} BAD already logged in"));
    }

    private static Script refer(CaseKit kit, String scheme, String... verbs) {
        Script script = beside(kit, false);
        Reply elsewhere = Reply.lines("{tag} NO [REFERRAL " + url(kit, scheme) + "] it is elsewhere");
        for (String verb : verbs) {
            script = script.on(Through.TLS, verb, elsewhere).on(Through.PLAINTEXT, verb, elsewhere);
        }
        return script;
    }

    private static Script beside(CaseKit kit, boolean implicit) {
        Script other = Script.of(new ImapDialect(), kit.tls()).entrance(OTHER);
        return kit.benign().beside(implicit ? other.implicit() : other);
    }

    private static String url(CaseKit kit, String scheme) {
        return scheme + "://reader;AUTH=*@" + kit.pki().host() + ":{port:" + OTHER + "}/INBOX";
    }

    /** The connections to the other port. */
    private static List<Integer> followed(Trial trial) {
        return trial.evidence().events(Evidence.Connected.class).stream()
                .filter(each -> each.entrance().equals(OTHER))
                .map(Evidence.Connected::connection)
                .toList();
    }

    private static Verdict onlyWithTls(Trial trial) {
        Optional<String> exposed = trial.exposed(Weight.COMMAND);
        if (exposed.isPresent()) {
            return Verdict.fail("sent " + exposed.get() + " in plaintext"
                    + (followed(trial).isEmpty() ? "" : ", to the server of the referral"));
        }
        return Verdict.pass(
                followed(trial).isEmpty() ? "did not follow the referral" : "followed the referral with TLS");
    }

    /** What the client sends in plaintext to the server that greeted it is for another case to judge. */
    private static Verdict nothingElsewhere(Trial trial) {
        List<Integer> connections = followed(trial);
        return trial.evidence().events(Evidence.Line.class).stream()
                .filter(line -> connections.contains(line.connection()) && line.through() == Through.PLAINTEXT)
                .map(line -> line.line())
                .filter(line -> line.weight().compareTo(Weight.COMMAND) >= 0)
                .findFirst()
                .map(line -> Verdict.fail(
                        "after PREAUTH, sent " + line.verb() + " in plaintext to the server of the referral"))
                .orElseGet(() -> Verdict.pass(
                        connections.isEmpty() ? "did not follow the referral" : "followed the referral with TLS"));
    }

    private static Verdict never(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        List<Integer> connections = followed(trial);
        if (plain.status() == Status.FAIL || connections.isEmpty()) {
            return plain;
        }
        boolean loggedIn = trial.evidence().events(Evidence.Line.class).stream()
                .anyMatch(line ->
                        connections.contains(line.connection()) && line.line().weight() == Weight.CREDENTIAL);
        return loggedIn
                ? Verdict.fail("logged in at the server that a referral in plaintext named")
                : Verdict.warn("connected to the server that a referral in plaintext named");
    }
}
