package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Capabilities that are there only before TLS, or only inside. */
final class ImapCapabilityCases {
    private static final String[] BARE = {"IMAP4rev1", "AUTH=PLAIN", "AUTH=LOGIN"};
    private static final String WHY =
            "What was offered in plaintext may be the attacker's: an extension that he has chosen is a way to confuse client"
                    + " and server inside TLS.";
    private static final String FIX = "When TLS begins, forget the capabilities and ask for them again.";

    private ImapCapabilityCases() {}

    static List<ClientCase> all() {
        return List.of(
                ClientCase.of("IMAP-C-20c", "uses no extension inside TLS that was offered only before it")
                        .clause("RFC 9051 section 6.2.1, RFC 7888, RFC 4959, RFC 2177, RFC 4978")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(WHY)
                        .fix(FIX)
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .offer(Through.PLAINTEXT, "IMAP4rev1", "STARTTLS", "LOGINDISABLED")
                                .offer(Through.TLS, BARE))
                        .script(kit -> kit.benign()
                                .offer(
                                        Through.PLAINTEXT,
                                        "IMAP4rev1",
                                        "STARTTLS",
                                        "LOGINDISABLED",
                                        "LITERAL+",
                                        "SASL-IR",
                                        "IDLE",
                                        "COMPRESS=DEFLATE",
                                        "ID",
                                        "ENABLE",
                                        "NAMESPACE",
                                        "UNSELECT")
                                .offer(Through.TLS, BARE))
                        .judgeAll((trials, control) -> notKept(trials)),
                ClientCase.of("IMAP-C-20d", "uses neither UTF8=ONLY nor IMAPSIEVE where offered only before TLS")
                        .clause("RFC 9051 section 6.2.1, RFC 6855, RFC 6785")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(WHY + " IMAPSIEVE names another server to which the client logs in.")
                        .fix(FIX)
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .offerToo(
                                        Through.PLAINTEXT,
                                        "ENABLE",
                                        "UTF8=ONLY",
                                        "IMAPSIEVE=sieve://" + kit.pki().host() + ":{port:sieve}")
                                .offer(Through.TLS, BARE)
                                .beside(Script.of(new ImapDialect(), kit.tls()).entrance("sieve")))
                        .judge(ImapCapabilityCases::noSieve),
                ClientCase.of("IMAP-C-20e", "does not send LOGIN where it is disabled inside TLS")
                        .clause("RFC 9051 section 6.2.3, RFC 2595 section 3.2")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(
                                "A server that disables LOGIN says that it does not want the password, which the client shows it"
                                        + " nevertheless.")
                        .fix("Look for LOGINDISABLED in the list inside TLS, and use AUTHENTICATE or end the session.")
                        .underEachPolicy()
                        .needs(Control.Need.DISCOVERY, Control.Need.LOGIN)
                        .script(kit -> kit.benign()
                                .offer(Through.TLS, "IMAP4rev1", "LOGINDISABLED", "AUTH=PLAIN")
                                .on(Through.TLS, "LOGIN", Reply.lines("{tag} NO LOGIN is disabled")))
                        .judge((trial, control) -> disabled(trial)));
    }

    private static Verdict notKept(List<Trial> trials) {
        Verdict upgraded = Judgements.upgraded(trials.get(1));
        if (upgraded.status() != Status.PASS) {
            return upgraded;
        }
        if (trials.get(1).sentInside(ImapCapabilityCases::logsIn)
                && !trials.get(0).sentInside(ImapCapabilityCases::logsIn)) {
            return Verdict.undecided("without the offers the client did not come as far as its login: "
                    + trials.get(0).ending().words());
        }
        Set<String> always = UsedExtensions.of(trials.get(0));
        Set<String> kept = new TreeSet<>(UsedExtensions.of(trials.get(1)));
        kept.removeAll(always);
        if (!kept.isEmpty()) {
            return Verdict.fail("used " + String.join(", ", kept) + " inside TLS, which was offered only in plaintext");
        }
        return Verdict.pass("used nothing that was offered only in plaintext"
                + (always.isEmpty() ? "" : "; without any offer it used " + String.join(", ", always)));
    }

    private static boolean logsIn(ReceivedLine line) {
        return line.weight() == Weight.CREDENTIAL;
    }

    private static Verdict noSieve(Trial trial, Control control) {
        boolean connected = trial.evidence().events(Evidence.Connected.class).stream()
                .anyMatch(each -> each.entrance().equals("sieve"));
        if (connected) {
            return Verdict.fail("connected to the server that IMAPSIEVE in plaintext named");
        }
        Verdict upgraded = Judgements.upgraded(trial);
        if (upgraded.status() != Status.PASS) {
            return upgraded;
        }
        boolean enabled =
                trial.sentInside(line -> line.is("ENABLE")) && !control.trial().sentInside(line -> line.is("ENABLE"));
        return enabled
                ? Verdict.fail("sent ENABLE inside TLS, because of an offer in plaintext")
                : Verdict.pass("used nothing that was offered only in plaintext");
    }

    private static Verdict disabled(Trial trial) {
        List<String> verbs = trial.inside().stream().map(ReceivedLine::verb).toList();
        int login = verbs.indexOf("LOGIN");
        if (login < 0) {
            Verdict plain = Judgements.nothingExposed(trial);
            return plain.status() == Status.PASS ? Verdict.pass("did not send LOGIN") : plain;
        }
        return verbs.subList(0, login).contains("CAPABILITY")
                ? Verdict.fail("sent LOGIN inside TLS, although the list there had LOGINDISABLED")
                : Verdict.warn("sent LOGIN inside TLS before it asked whether it is disabled");
    }
}
