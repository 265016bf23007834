package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.List;

/** TLS from the first octet: nothing comes before it, and the session begins with the greeting inside. */
final class ImplicitCases {
    private ImplicitCases() {}

    static List<ClientCase> of(ClientProfile profile) {
        return List.of(
                draft("UP-C-27", "does nothing in plaintext where the server greets in plaintext", profile)
                        .level(Level.MUST)
                        .why("The port may be that of another service, or an attacker's: a client that falls in with"
                                + " plaintext gives its password away.")
                        .fix(
                                "Begin with a ClientHello and nothing else; report that the server speaks no TLS on this port.")
                        .script(kit -> RefusalCases.stripped(Script.of(profile.dialect(), kit.tls()), profile))
                        .judge(Judgements::afterFailedHandshake),
                draft("UP-C-28", "sends nothing inside TLS before the greeting", profile)
                        .level(Level.SECURITY)
                        .why(
                                "A server that waits for the client is in the middle of an upgrade that the client knows nothing"
                                        + " of (Opossum): its answers are then one behind for the whole session.")
                        .fix("Wait for the greeting before the first command.")
                        .script(kit -> kit.benign().greeting(Through.TLS, Reply.silence()))
                        .judge((trial, control) -> beforeGreeting(trial)),
                draft("UP-C-29", "does not upgrade where TLS began with the first octet", profile)
                        .level(Level.MUST)
                        .why("TLS inside TLS protects nothing more; a client that waits for it hangs or fails.")
                        .fix("Look at the state of the connection before the offer of the upgrade.")
                        .script(kit -> kit.benign().offerToo(Through.TLS, profile.upgrade()))
                        .judge((trial, control) -> InsideCases.noUpgradeInside(trial, profile)));
    }

    private static ClientCase.Draft draft(String id, String title, ClientProfile profile) {
        return ClientCase.of(id, title)
                .clause(profile.clause(ClientRule.IMPLICIT))
                .on(profile.dialect().protocol())
                .onImplicit()
                .needs(Control.Need.TLS);
    }

    private static Verdict beforeGreeting(Trial trial) {
        List<ReceivedLine> work = Judgements.work(trial);
        if (!work.isEmpty()) {
            return Verdict.fail("sent " + work.get(0).verb() + " before the greeting");
        }
        if (trial.succeeded()) {
            return Judgements.falseSuccess("although no greeting came");
        }
        Verdict plain = Judgements.exposure(trial);
        return plain.status() == Status.FAIL ? plain : Judgements.ended(trial);
    }
}
