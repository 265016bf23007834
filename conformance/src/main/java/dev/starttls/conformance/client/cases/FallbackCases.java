package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.pki.OddCertificate;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ContentType;
import java.util.ArrayList;
import java.util.List;

/** The handshake does not come about: then the session is over, and nothing goes without TLS instead. */
final class FallbackCases {
    private static final String DOWNGRADE =
            "An attacker on the path can spoil any handshake: a client that then goes on without TLS gives its password and"
                    + " its mail away.";
    private static final String NO_FALLBACK =
            "Set the client to require TLS; in its code, report the failed handshake and do not try again without TLS.";

    private FallbackCases() {}

    static List<ClientCase> of(ClientProfile profile) {
        List<ClientCase> cases = new ArrayList<>();
        String text = profile.refusals().get(0);
        cases.add(
                spoilt("UP-C-15a", "ends where plaintext comes in place of a ServerHello", profile, Reply.lines(text)));
        cases.add(spoilt(
                "UP-C-15b",
                "ends where garbage comes in place of a ServerHello",
                profile,
                Reply.text("\u0000\u0001\u00fe\u00ff".repeat(16))));
        cases.add(spoilt(
                "UP-C-15c",
                "ends where a fatal alert comes in place of a ServerHello",
                profile,
                Reply.of(new Act.SendAlert(Alert.HANDSHAKE_FAILURE))));
        cases.add(spoilt("UP-C-15d", "ends where nothing comes in place of a ServerHello", profile, Reply.silence()));
        cases.add(draft("UP-C-16", "does not connect again without TLS after a handshake that failed", profile)
                .needs(Control.Need.TLS)
                .script(kit -> refusing(kit, profile).later(RefusalCases.stripped(kit.benign(), profile)))
                .judge(Judgements::afterFailedHandshake));
        cases.add(draft("UP-C-23", "goes on without TLS at most where the upgrade is refused before it begins", profile)
                .onOpportunistic()
                .needs(Control.Need.TLS)
                .script(kit -> RefusalCases.refused(kit.benign(), profile, text))
                .script(kit -> goAhead(
                                inviting(kit, profile), profile, Reply.of(new Act.SendAlert(Alert.HANDSHAKE_FAILURE)))
                        .later(RefusalCases.stripped(kit.benign(), profile)))
                .judgeAll((trials, control) -> onlyBefore(trials, control)));
        cases.add(draft("UP-C-24", "remembers that a server had the upgrade", profile)
                .level(Level.SHOULD)
                .why(
                        "Without a memory each connection of an opportunistic client can be downgraded anew; RFC 3207 section 6"
                                + " lets a client record that a server had TLS, and warn or stop.")
                .fix("Require the upgrade, or keep a record of the servers that have it, as MTA-STS does (RFC 8461).")
                .onOpportunistic()
                .needs(Control.Need.TLS)
                .script(CaseKit::benign)
                .script(kit -> RefusalCases.stripped(kit.benign(), profile))
                .judgeAll((trials, control) -> trials.get(1)
                        .exposed(Weight.COMMAND)
                        .map(line -> Verdict.allowed(
                                "sent " + line + " in plaintext to a host that had upgraded one run before"))
                        .orElseGet(() -> Verdict.pass("did not go on without the upgrade"))));
        cases.add(draft("UP-C-25", "sends nothing between the upgrade command and its answer", profile)
                .clause(profile.clause(ClientRule.COMMAND))
                .why(
                        "What is sent before the answer is in plaintext: if the server refuses, it is read as commands; if not,"
                                + " it stands before the ClientHello.")
                .fix("Wait for the answer to the upgrade command before anything else is sent.")
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign()
                        .on(
                                Through.PLAINTEXT,
                                profile.upgrade(),
                                Reply.none()
                                        .pause(kit.patience().dividedBy(3))
                                        .then(Reply.lines(profile.goAhead()))
                                        .startTls()))
                .judge((trial, control) -> waited(trial)));
        cases.add(automatic(
                        "UP-C-60",
                        "falls back to plaintext on no port when its own does not answer a ClientHello",
                        profile)
                .onImplicit()
                .needs(Control.Need.TLS)
                .script(kit -> plain(kit, profile)
                        .greeting(Through.PLAINTEXT, Reply.of(new Act.ReadHello(), new Act.Cut()))
                        .later(plain(kit, profile))
                        .beside(plain(kit, profile).entrance(Script.SECOND_PORT)))
                .judge(FallbackCases::noAutomaticFallback));
        cases.add(automatic(
                        "UP-C-61",
                        "falls back to plaintext on no port when the certificate is for another name",
                        profile)
                .underEachPolicy()
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign()
                        .tls(kit.presenting(OddCertificate.OTHER_NAME), OddCertificate.OTHER_NAME.presented())
                        .later(plain(kit, profile))
                        .beside(plain(kit, profile).entrance(Script.SECOND_PORT)))
                .judge((trial, control) -> Judgements.work(trial).isEmpty()
                        ? noAutomaticFallback(trial, control)
                        : Verdict.undecided(
                                "it took the certificate for another name, and had no reason to fall back")));
        return cases;
    }

    private static ClientCase.Draft draft(String id, String title, ClientProfile profile) {
        return ClientCase.of(id, title)
                .clause(profile.clause(ClientRule.HANDSHAKE) + ", " + profile.clause(ClientRule.REQUIRED))
                .level(Level.MUST)
                .why(DOWNGRADE)
                .fix(NO_FALLBACK)
                .on(profile.dialect().protocol());
    }

    /** For a client that looks for settings that work: it has a second port to try, in plaintext, if it can be told one. */
    private static ClientCase.Draft automatic(String id, String title, ClientProfile profile) {
        return draft(id, title, profile)
                .clause("RFC 8314 section 5.1")
                .why(DOWNGRADE + " Two ports are watched: the one that the client is given, and a second without TLS,"
                        + " which it knows only if its command line has {port2}; what it does on others is not seen.");
    }

    private static ClientCase spoilt(String id, String title, ClientProfile profile, Reply inPlaceOfHello) {
        return draft(id, title, profile)
                .needs(Control.Need.TLS)
                .script(kit -> goAhead(inviting(kit, profile), profile, inPlaceOfHello))
                .judge(Judgements::afterFailedHandshake);
    }

    /** The server agrees, reads the ClientHello, and then does this. */
    private static Script goAhead(Script script, ClientProfile profile, Reply then) {
        return script.on(
                Through.PLAINTEXT,
                profile.upgrade(),
                Reply.lines(profile.goAhead())
                        .then(new Act.ReadHello(), new Act.LimitPatience())
                        .then(then));
    }

    private static Script refusing(CaseKit kit, ClientProfile profile) {
        return goAhead(
                inviting(kit, profile),
                profile,
                Reply.of(new Act.SendAlert(Alert.HANDSHAKE_FAILURE)).close());
    }

    private static Script inviting(CaseKit kit, ClientProfile profile) {
        return kit.benign()
                .offerToo(Through.PLAINTEXT, profile.loginCapabilities().toArray(String[]::new));
    }

    /** A server in plaintext without the upgrade, whatever the policy is. */
    private static Script plain(CaseKit kit, ClientProfile profile) {
        return RefusalCases.stripped(Script.of(profile.dialect(), kit.tls()), profile);
    }

    private static Verdict onlyBefore(List<Trial> trials, Control control) {
        Verdict after = Judgements.afterFailedHandshake(trials.get(1), control);
        String before = trials.get(0)
                .exposed(Weight.COMMAND)
                .map(line -> "refused before it, it went on in plaintext")
                .orElse("refused before it, it did not go on either");
        String both = after.observation() + "; " + before;
        return after.isAllowed() ? Verdict.allowed(both) : after.withDetail(both);
    }

    private static Verdict waited(Trial trial) {
        List<Evidence.Early> early = trial.evidence().events(Evidence.Early.class);
        if (early.isEmpty()) {
            return Judgements.upgraded(trial);
        }
        return early.get(0).octet() == ContentType.HANDSHAKE.code()
                ? Verdict.warn("sent its ClientHello before the server had agreed")
                : Verdict.fail("sent something else before the server had agreed");
    }

    /** What can be seen of a client that looks for settings that work, on the ports that it is told of. */
    private static Verdict noAutomaticFallback(Trial trial, Control control) {
        Verdict found = Judgements.afterFailedHandshake(trial, control);
        if (found.status() != Status.PASS) {
            return found;
        }
        if (trial.succeeded()) {
            return Judgements.falseSuccess("although it did nothing");
        }
        List<Evidence.Connected> all = trial.evidence().events(Evidence.Connected.class);
        long second = all.stream()
                .filter(each -> each.entrance().equals(Script.SECOND_PORT))
                .count();
        return found.withDetail("did not go on without TLS: " + trial.ending().words() + "; connections to its port: "
                + (all.size() - second) + ", to {port2}: " + second + ", other ports are not watched");
    }
}
