package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Checks of plaintext after the upgrade command: CVE-2011-0411, CVE-2011-1926, CVE-2021-38371 and similar. */
final class InjectionTopic extends UpgradeTopic {
    private static final String NOOP = "NOOP";
    /** A command with an answer of one line in every protocol, which may be the first of a group (RFC 2920). */
    private static final String RESET = "RSET";

    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration LATER = Duration.ofMillis(300);
    /** Somewhat more than 4, 8 and 64 KiB. */
    private static final int[] BUFFERS = {5_000, 9_000, 67_000};
    /** Octets of a line that every protocol allows, with its end: those of POP3 (RFC 2449 section 4). */
    private static final int LINE = 250;

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
                        Injection.of(profile(), upgrade() + "\n" + probe())),
                afterGoAhead(),
                check(
                        "UP-S-31a",
                        "a command after an upgrade command that is not the first in its segment is never executed",
                        Injection.between(profile(), RESET, profile().injectedCapabilities())),
                check(
                        "UP-S-31b",
                        "a command is never executed after the capability and the upgrade command in one segment",
                        Injection.between(
                                profile(),
                                profile().pipelinedCapabilities(),
                                profile().injectedCapabilities())),
                manyOctets(),
                check(
                        "UP-S-34a",
                        "a command after an upgrade command whose CR and LF are in two segments is never executed",
                        Injection.of(
                                profile(),
                                upgrade() + "\r",
                                "\n" + profile().line(Injection.TAG, profile().injectedCapabilities()) + "\r\n")),
                check(
                        "UP-S-34b",
                        "a line after the upgrade command that is ended by a bare LF is never executed",
                        Injection.after(profile(), profile().line(Injection.TAG, "XINJECTED") + "\n")));
    }

    /** The order is certain: the go-ahead is read before the command is sent. Only the pauses differ. */
    private Check afterGoAhead() {
        String command = profile().injectedCapabilities();
        return Injection.check(
                        profile(), "UP-S-30", "a command between the go-ahead and the ClientHello is never executed")
                .early()
                .run(Attempts.none()
                        .and(
                                "at once, with the ClientHello after it",
                                tried(Injection.afterGoAhead(profile(), command, Duration.ZERO, Duration.ZERO)))
                        .and(
                                "after " + SOON.toMillis() + " ms",
                                tried(Injection.afterGoAhead(profile(), command, SOON, SOON)))
                        .and(
                                "after " + LATER.toMillis() + " ms",
                                tried(Injection.afterGoAhead(profile(), command, LATER, SOON))));
    }

    /** More than one buffer of the usual sizes, so that a server which discards only the first is seen. */
    private Check manyOctets() {
        Attempts attempts = Attempts.none();
        for (int octets : BUFFERS) {
            attempts = attempts.and(octets + " octets", tried(Injection.after(profile(), commands(octets))));
        }
        return Injection.check(
                        profile(),
                        "UP-S-33",
                        "commands after the upgrade command, longer than a buffer, are never executed")
                .run(attempts);
    }

    /**
     * Commands of so many octets, or a few less, none of them longer than a line of any protocol may be. The first is
     * answered with a good answer if it is executed; most servers refuse the others.
     */
    private String commands(int octets) {
        String first = profile().line(Injection.TAG, profile().injectedCapabilities()) + "\r\n";
        String line = profile().line(Injection.TAG, "XMORE ");
        String command = line + "x".repeat(LINE - line.length() - 2) + "\r\n";
        return first + command.repeat((octets - first.length()) / command.length());
    }

    private CheckBody tried(Injection injection) {
        return from(stages().offered(), injection::tryOn);
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
                .run(tried(injection));
    }
}
