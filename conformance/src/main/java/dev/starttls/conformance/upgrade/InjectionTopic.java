package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.util.List;
import java.util.Optional;

/** Checks of plaintext after the upgrade command: CVE-2011-0411, CVE-2011-1926, CVE-2021-38371 and similar. */
final class InjectionTopic extends UpgradeTopic {
    private static final String NOOP = "NOOP";

    InjectionTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                check("UP-S-10", "NOOP after the upgrade command, in one segment, is never answered", command(NOOP)),
                check(
                        "UP-S-11a",
                        "the capability command after the upgrade command is never answered",
                        command(profile().injectedCapabilities())),
                check(
                        "UP-S-11b",
                        "an unknown command after the upgrade command is never answered",
                        command("XINJECTED")),
                check(
                        "UP-S-11c",
                        "QUIT or LOGOUT after the upgrade command is never executed",
                        command(words().goodbye())),
                check("UP-S-11d", "a transaction or login after the upgrade command is never begun", begun()),
                check(
                        "UP-S-11e",
                        "a command in a second segment, before the go-ahead, is never executed",
                        Injection.of(profile(), upgrade() + "\r\n", probe())),
                check(
                        "UP-S-11f",
                        "a command after an upgrade command that is split over two segments is never executed",
                        split()),
                check(
                        "UP-S-12",
                        "part of a line after the upgrade command is not joined to the first line inside TLS",
                        Injection.after(profile(), profile().line(Injection.TAG, "XJOINED "))),
                check(
                        "UP-S-13b",
                        "the upgrade command ended by a bare LF does not smuggle the next line into TLS",
                        Rule.LINE_END,
                        Injection.of(profile(), upgrade() + "\n" + probe())));
    }

    private String upgrade() {
        return profile().line(Injection.UPGRADE_TAG, words().upgrade());
    }

    private String probe() {
        return profile().line(Injection.TAG, words().probe()) + "\r\n";
    }

    private Injection command(String command) {
        return Injection.command(profile(), command);
    }

    private Injection split() {
        String upgrade = upgrade();
        int cut = upgrade.length() - words().upgrade().length() / 2;
        return Injection.of(profile(), upgrade.substring(0, cut), upgrade.substring(cut) + "\r\n" + probe());
    }

    /** A command that starts something without an answer cannot be counted, but may change the next answer. */
    private Injection begun() {
        Injection injection = command(profile().begin());
        return profile()
                .provesBegun()
                .map(proof -> injection.judgedBy((session, handshake) -> refused(session, proof)))
                .orElse(injection);
    }

    private static Optional<Verdict> refused(ProtocolSession session, String proof) {
        Response answer = session.say(proof);
        return answer.done()
                ? Optional.of(Verdict.fail("inside TLS " + proof + " was answered with " + answer.description()
                        + ": what was sent in plaintext was executed"))
                : Optional.empty();
    }

    private Check check(String id, String title, Injection injection) {
        return check(id, title, Rule.INJECTION, injection);
    }

    private Check check(String id, String title, Rule rule, Injection injection) {
        return Injection.check(profile(), id, title)
                .clause(profile().reference(rule).clause())
                .run(from(stages().offered(), injection::tryOn));
    }
}
