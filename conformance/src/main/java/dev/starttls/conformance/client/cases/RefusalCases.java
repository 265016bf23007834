package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.ArrayList;
import java.util.List;

/** The upgrade works; and where it is not offered or refused, nothing is done without it. */
final class RefusalCases {
    private static final String STRIPPED =
            "Who is on the path can take the offer out of the server's answer, or refuse in its place: a client that then"
                    + " goes on gives its password and its mail to him.";
    private static final String REQUIRE =
            "Set the client to require the upgrade; in its code, end the session where the upgrade is missing or refused.";

    private RefusalCases() {}

    static List<ClientCase> of(ClientProfile profile) {
        List<ClientCase> cases = new ArrayList<>();
        cases.add(ClientCase.of(ClientCase.CONTROL, "upgrades, logs in and finishes with a well-behaved server")
                .clause(profile.clause(ClientRule.REQUIRED))
                .level(Level.MUST)
                .why(
                        "A client that does not upgrade here has no TLS at all; and what it does not do here, no other case can show.")
                .fix(
                        "Set the client to upgrade (with --policy implicit to begin with TLS), and to trust the root of the run.")
                .on(profile.dialect().protocol())
                .underEachPolicy()
                .script(CaseKit::benign)
                .judge(Judgements::upgradedWhereOffered));
        cases.add(ClientCase.of("UP-C-01a", "does nothing without TLS where the upgrade is not offered")
                .clause(profile.clause(ClientRule.REQUIRED))
                .level(Level.MUST)
                .why(STRIPPED)
                .fix(REQUIRE)
                .on(profile.dialect().protocol())
                .allowedWhenOpportunistic()
                .script(kit -> stripped(kit.benign(), profile))
                .judge((trial, control) -> Judgements.nothingExposed(trial)));
        char letter = 'a';
        for (String refusal : profile.refusals()) {
            cases.add(ClientCase.of(
                            "UP-C-02" + letter,
                            "does nothing without TLS where the answer is '" + untagged(refusal) + "'")
                    .clause(profile.clause(ClientRule.COMMAND))
                    .level(Level.MUST)
                    .why(STRIPPED)
                    .fix(REQUIRE)
                    .on(profile.dialect().protocol())
                    .allowedWhenOpportunistic()
                    .needs(Control.Need.TLS)
                    .script(kit -> refused(kit.benign(), profile, refusal))
                    .judge((trial, control) -> Judgements.nothingExposed(trial)));
            letter++;
        }
        return cases;
    }

    /** With the upgrade offered and refused, and with an invitation to log in. */
    static Script refused(Script benign, ClientProfile profile, String refusal) {
        return benign.offerToo(Through.PLAINTEXT, profile.loginCapabilities().toArray(String[]::new))
                .on(Through.PLAINTEXT, profile.upgrade(), Reply.lines(refusal));
    }

    private static String untagged(String line) {
        return line.replace("{tag} ", "");
    }

    /** Without the upgrade, and with an invitation to log in. */
    static Script stripped(Script benign, ClientProfile profile) {
        return benign.withhold(Through.PLAINTEXT, profile.upgrade())
                .withhold(Through.PLAINTEXT, "LOGINDISABLED")
                .offerToo(Through.PLAINTEXT, profile.loginCapabilities().toArray(String[]::new))
                .on(
                        Through.PLAINTEXT,
                        profile.upgrade(),
                        Reply.lines(profile.refusals().get(0)));
    }
}
