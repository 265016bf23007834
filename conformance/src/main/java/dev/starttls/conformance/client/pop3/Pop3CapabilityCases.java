package dev.starttls.conformance.client.pop3;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Capabilities that are there only before TLS, or only inside. */
final class Pop3CapabilityCases {
    private static final Set<String> COMMANDS = Set.of("TOP", "UIDL", "USER");

    private Pop3CapabilityCases() {}

    static List<ClientCase> all() {
        return List.of(
                ClientCase.of("POP3-C-20b", "uses no capability inside TLS that was offered only before it")
                        .clause("RFC 2595 section 4")
                        .on(Protocol.POP3)
                        .level(Level.MUST)
                        .why(
                                "What was offered in plaintext may be the attacker's: a mechanism that he has chosen may give him"
                                        + " the password.")
                        .fix("When TLS begins, forget the capabilities and ask for them again.")
                        .needs(Control.Need.TLS)
                        .script(kit ->
                                kit.benign().offer(Through.PLAINTEXT, "STLS").offer(Through.TLS, "SASL LOGIN"))
                        .script(kit -> kit.benign()
                                .offer(
                                        Through.PLAINTEXT,
                                        "STLS",
                                        "SASL PLAIN",
                                        "USER",
                                        "PIPELINING",
                                        "UIDL",
                                        "TOP",
                                        "RESP-CODES")
                                .offer(Through.TLS, "SASL LOGIN"))
                        .judgeAll((trials, control) -> notKept(trials)),
                ClientCase.of("POP3-C-20c", "works where PIPELINING is offered only inside TLS")
                        .clause("RFC 2449 section 6.6, RFC 2595 section 4")
                        .on(Protocol.POP3)
                        .level(Level.SHOULD)
                        .why("The list inside TLS is the one that counts, with what is new in it.")
                        .fix("Read the list inside TLS without regard to the one before.")
                        .needs(Control.Need.LOGIN)
                        .script(kit -> kit.benign().offerToo(Through.TLS, "PIPELINING"))
                        .judge(Pop3CapabilityCases::works));
    }

    private static Verdict notKept(List<Trial> trials) {
        Verdict upgraded = Judgements.upgraded(trials.get(1));
        if (upgraded.status() != Status.PASS) {
            return upgraded;
        }
        Set<String> always = used(trials.get(0));
        Set<String> kept = new TreeSet<>(used(trials.get(1)));
        kept.removeAll(always);
        if (!kept.isEmpty()) {
            return Verdict.fail("used " + String.join(", ", kept) + " inside TLS, which was offered only in plaintext");
        }
        return Verdict.pass("used nothing that was offered only in plaintext"
                + (always.isEmpty() ? "" : "; without any offer it used " + String.join(", ", always)));
    }

    /** Commands and mechanisms; RFC 2449 section 6.6's pipelining cannot be told from a fast client. */
    private static Set<String> used(Trial trial) {
        Set<String> used = new TreeSet<>();
        for (ReceivedLine line : trial.inside()) {
            if (COMMANDS.contains(line.verb())) {
                used.add(line.verb());
            }
            if (line.is("AUTH") && !line.argument().isEmpty()) {
                used.add("SASL " + line.argument().split(" +", -1)[0].toUpperCase(Locale.ROOT));
            }
        }
        return used;
    }

    private static Verdict works(Trial trial, Control control) {
        Verdict upgraded = Judgements.upgraded(trial);
        if (upgraded.status() != Status.PASS) {
            return upgraded;
        }
        boolean loggedIn = trial.sentInside(line -> line.weight() == Weight.CREDENTIAL);
        return loggedIn && trial.ending().kind() == control.trial().ending().kind()
                ? Verdict.pass("did inside TLS what it does without the offer")
                : Verdict.fail("did not do inside TLS what it does without the offer: "
                        + trial.ending().words());
    }
}
