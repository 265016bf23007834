package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.DrainedInput;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks of what the server does when no successful handshake follows its go-ahead. */
final class HandshakeTopic extends UpgradeTopic {
    private static final String FIRST_TAG = "g1";
    private static final String SECOND_TAG = "g2";
    /** A line of text, perhaps after an alert. */
    private static final Pattern PLAINTEXT_LINE = Pattern.compile("[ -~]{4}\\r?\\n");

    private static final String LAST_TAG = "g3";

    HandshakeTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        String garbage = "GARBAGE IN PLACE OF A CLIENTHELLO\r\n"
                + profile().line(FIRST_TAG, profile().injectedCapabilities()) + "\r\n"
                + profile().line(SECOND_TAG, profile().begin()) + "\r\n";
        return List.of(
                check("UP-S-15", "garbage instead of a ClientHello ends the connection", Level.SECURITY)
                        .run(instead(garbage)),
                check("UP-S-16", "a command in plaintext after the go-ahead is not executed", Level.SECURITY)
                        .run(instead(profile().line(FIRST_TAG, words().probe()) + "\r\n")),
                check("UP-S-17a", "after an aborted handshake the server trusts nothing sent before it", Level.MUST)
                        .run(from(stages().goneAhead(), this::aborted)),
                check("UP-S-17b", "after an aborted handshake the next connection works", Level.MUST)
                        .run(this::nextConnection),
                check(
                                "UP-S-23c",
                                "on an implicit-TLS port a command in plaintext is not answered in plaintext",
                                Level.SECURITY,
                                Rule.IMPLICIT_TLS,
                                "Begin with TLS whatever comes, and never fall back to plaintext.")
                        .why("A client of this port believes that all it sends is protected. If the server also speaks"
                                + " plaintext there, an attacker on the path removes TLS and neither side notices.")
                        .onImplicit(profile().protocol())
                        .run(this::plaintextFirst));
    }

    private Verdict plaintextFirst(CheckContext context) throws IOException {
        ProtocolSession session = stages().open(context);
        session.wire().send(profile().line(FIRST_TAG, profile().injectedCapabilities()));
        session.wire().finish();
        DrainedInput input = session.wire().drain();
        return input.lines().stream()
                .filter(profile()::endsGreeting)
                .findFirst()
                .map(line -> Verdict.fail("the server greets in plaintext: '" + Transcript.printable(line) + "'"))
                .orElseGet(() -> judged(input));
    }

    private Check.Draft check(String id, String title, Level level) {
        return check(id, title, level, Rule.FAILED_HANDSHAKE, "When the handshake fails, close the connection.")
                .why("After its go-ahead a server must not return to plaintext. If it still accepts commands in"
                        + " plaintext, an attacker on the path can break the handshake and continue in the client's"
                        + " place, or a client that missed the failure sends its mail or password unprotected.");
    }

    /** Sends this in place of a ClientHello: the connection must end without any plaintext from the server. */
    private CheckBody instead(String stimulus) {
        return from(stages().goneAhead(), (session, context) -> {
            if (!session.wire().overhear(context.quiet()).isEmpty()) {
                return Verdict.undecided(
                        "the server sends data after its " + words().goAhead() + " before the client sends any");
            }
            Provoked provoked = provoked(session, stimulus, context.quiet());
            Verdict verdict = judged(provoked.input());
            return provoked.refusedLate() && verdict.status() == Status.WARN
                    ? patiently(context, stimulus, verdict)
                    : verdict;
        });
    }

    /**
     * The refusal came when nothing could be sent any more: another connection waits for it as for an answer. Unless that
     * finds worse, or is turned away or out of time, what was seen on the first is the verdict.
     */
    private Verdict patiently(CheckContext context, String stimulus, Verdict first) {
        Duration patience = context.patience();
        CheckBody again = from(stages().goneAhead(), (session, same) -> {
            session.wire().note("again: does the session go on after the refusal in plaintext?");
            if (!session.wire().overhear(same.quiet()).isEmpty()) {
                return first;
            }
            return judged(provoked(session, stimulus, patience).input());
        });
        try {
            Verdict second = again.run(context);
            return second.status() == Status.FAIL ? second : first;
        } catch (IOException e) {
            return first;
        }
    }

    /**
     * What came in place of a handshake.
     *
     * @param refusedLate whether the server spoke in plaintext, but not in time to be sent a command
     */
    private record Provoked(DrainedInput input, boolean refusedLate) {}

    /** Sends this; if the server refuses it in plaintext, sends a command: does the session go on without TLS? */
    private Provoked provoked(ProtocolSession session, String stimulus, Duration silence) {
        session.wire().sendRaw(stimulus);
        boolean refused = session.wire().hears(PLAINTEXT_LINE, silence);
        if (refused) {
            session.wire().send(profile().line(LAST_TAG, profile().injectedCapabilities()));
        }
        // Closing our side after it ends the wait of a server that expects the rest of a record.
        session.wire().finish();
        DrainedInput input = session.wire().drain();
        return new Provoked(input, !refused && !input.lines().isEmpty());
    }

    private Verdict judged(DrainedInput input) {
        Optional<String> good = executed(input);
        if (good.isPresent()) {
            return Verdict.fail("plaintext came: '" + Transcript.printable(good.get()) + "'");
        }
        if (answers(input) > 1) {
            return Verdict.fail("lines sent in plaintext were answered one by one: " + input.lines());
        }
        if (!input.lines().isEmpty()) {
            return Verdict.warn("refused, but in plaintext: '"
                    + Transcript.printable(input.lines().get(0)) + "'");
        }
        String alert = input.alert().map(detail -> "TLS " + detail + ", ").orElse("");
        return input.ended()
                ? Verdict.pass(alert + input.end().description())
                : Verdict.warn(alert + "nothing in plaintext, but the connection is still open: "
                        + input.end().description());
    }

    /** A reply of SMTP may have several lines (RFC 5321 section 4.2.1); a last 421, or a BYE of IMAP, goes with a refusal. */
    private static long answers(DrainedInput input) {
        List<String> lines = input.lines();
        int last = lines.size() - 1;
        boolean goodbye = last > 0 && lines.get(last).matches("421( .*)?");
        return lines.subList(0, goodbye ? last : last + 1).stream()
                .filter(line -> !line.matches("[0-9]{3}-.*|\\* BYE.*"))
                .count();
    }

    private Optional<String> executed(DrainedInput input) {
        return input.lines().stream().filter(profile()::executed).findFirst();
    }

    /** Begins the handshake and ends it with an alert; the obstacle if that was not possible. */
    private static Optional<Verdict> abort(ProtocolSession session, CheckContext context) {
        HandshakeResult handshake = session.wire().handshake(context.offer().aborting());
        if (handshake instanceof HandshakeResult.Failed failed
                && failed.failure() == HandshakeResult.Failure.OWN_ALERT) {
            return Optional.empty();
        }
        return Optional.of(
                Verdict.inconclusive("the handshake did not get far enough to be aborted: " + handshake.description()));
    }

    private Verdict aborted(ProtocolSession session, CheckContext context) throws IOException {
        Optional<Verdict> obstacle = abort(session, context);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        String command = profile().needsCapabilities().orElse(words().capabilities());
        // What the server may say of the failure comes first.
        session.wire().overhear(context.quiet());
        session.wire().send(profile().line(FIRST_TAG, command));
        session.wire().finish();
        DrainedInput input = session.wire().drain();
        Optional<String> executed = executed(input);
        if (executed.isPresent()) {
            String detail = "after the aborted handshake " + command + " in plaintext was answered with '"
                    + Transcript.printable(executed.get()) + "'";
            return profile().needsCapabilities().isPresent() ? trusted(context, command, detail) : Verdict.fail(detail);
        }
        if (!input.lines().isEmpty()) {
            return Verdict.pass(command + " in plaintext after it: '"
                    + Transcript.printable(input.lines().get(0)) + "'");
        }
        return input.ended()
                ? Verdict.pass(input.end().description())
                : Verdict.warn("the connection is still open: " + input.end().description());
    }

    /** The command was accepted in plaintext after the failed handshake: because of what was sent before it? */
    private Verdict trusted(CheckContext context, String command, String detail) throws IOException {
        String capabilities = words().capabilities();
        ProtocolSession control = stages().open(context);
        control.wire().note("control: would " + command + " be accepted without " + capabilities + "?");
        Optional<Verdict> obstacle = control.greeted();
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Response without = control.say(command);
        return without.done()
                ? Verdict.warn(detail)
                : Verdict.fail(detail + ", because of the " + capabilities + " before it; without " + capabilities
                        + " the answer is " + without.description());
    }

    /** Aborts a handshake: a new connection must still work. */
    private Verdict nextConnection(CheckContext context) throws IOException {
        Optional<Verdict> before = stages().introducedInside().tryAfresh(context);
        return before.isPresent()
                ? before.get()
                : from(stages().goneAhead(), this::nextAfterAbort).run(context);
    }

    private Verdict nextAfterAbort(ProtocolSession session, CheckContext context) {
        Optional<Verdict> obstacle = abort(session, context);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        // A server process that crashes needs a moment: wait until it has closed this connection.
        session.wire().finish();
        session.wire().drain();
        return stages().introducedInside()
                .tryAfresh(context)
                .map(failed -> Verdict.fail("before it a connection was upgraded; after it " + failed.detail()))
                .orElseGet(() -> Verdict.pass("the next connection was upgraded"));
    }
}
