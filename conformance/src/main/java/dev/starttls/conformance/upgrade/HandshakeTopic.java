package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.HeardOut;
import dev.starttls.conformance.speak.Transcript;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks of what the server does when no successful handshake follows its go-ahead. */
final class HandshakeTopic extends UpgradeTopic {
    private static final String FIRST_TAG = "g1";
    private static final String SECOND_TAG = "g2";

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
                        .run(from(stages().goneAhead(), this::nextConnection)));
    }

    private Check.Draft check(String id, String title, Level level) {
        return check(id, title, level, Rule.FAILED_HANDSHAKE, "When the handshake fails, close the connection.")
                .why("After its go-ahead a server must not return to plaintext. If it still accepts commands in"
                        + " plaintext, an attacker on the path can break the handshake and continue in the client's"
                        + " place, or a client that missed the failure sends its mail or password unprotected.");
    }

    /** Sends this in place of a ClientHello: the connection must end without any plaintext from the server. */
    private CheckBody instead(String stimulus) {
        return from(stages().goneAhead(), (talk, subject) -> {
            if (!talk.wire().overhear(subject.quiet()).isEmpty()) {
                return Verdict.inconclusive(
                        "the server sends data after its " + words().goAhead() + " before the client sends any");
            }
            talk.wire().sendRaw(stimulus);
            // Closing our side after it ends the wait of a server that expects the rest of a record.
            talk.wire().finish();
            return judged(talk.wire().hearOut());
        });
    }

    private Verdict judged(HeardOut heard) {
        Optional<String> good = executed(heard);
        if (good.isPresent()) {
            return Verdict.fail("plaintext came: '" + Transcript.printable(good.get()) + "'");
        }
        if (heard.lines().size() > 1) {
            return Verdict.fail("lines sent in plaintext were answered one by one: " + heard.lines());
        }
        if (!heard.lines().isEmpty()) {
            return Verdict.warn("refused, but in plaintext: '"
                    + Transcript.printable(heard.lines().get(0)) + "'");
        }
        String alert = heard.alert().map(told -> "TLS " + told + ", ").orElse("");
        return heard.ended()
                ? Verdict.pass(alert + heard.end().told())
                : Verdict.warn(alert + "nothing in plaintext, but the connection is still open: "
                        + heard.end().told());
    }

    private Optional<String> executed(HeardOut heard) {
        return heard.lines().stream().filter(profile()::executed).findFirst();
    }

    /** Begins the handshake and ends it with an alert; the obstacle if that was not possible. */
    private static Optional<Verdict> abort(ProtocolSession talk, CheckContext subject) {
        Handshake handshake = talk.wire().handshake(subject.offer().aborting());
        if (handshake instanceof Handshake.Failed failed && failed.failure() == Handshake.Failure.OWN_ALERT) {
            return Optional.empty();
        }
        return Optional.of(
                Verdict.inconclusive("the handshake did not get far enough to be aborted: " + handshake.told()));
    }

    private Verdict aborted(ProtocolSession talk, CheckContext subject) throws IOException {
        Optional<Verdict> obstacle = abort(talk, subject);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        String command = profile().needsCapabilities().orElse(words().capabilities());
        talk.wire().send(profile().line(FIRST_TAG, command));
        talk.wire().finish();
        HeardOut heard = talk.wire().hearOut();
        Optional<String> executed = executed(heard);
        if (executed.isPresent()) {
            String told = "after the aborted handshake " + command + " in plaintext was answered with '"
                    + Transcript.printable(executed.get()) + "'";
            return profile().needsCapabilities().isPresent() ? trusted(subject, command, told) : Verdict.fail(told);
        }
        if (!heard.lines().isEmpty()) {
            return Verdict.pass(command + " in plaintext after it: '"
                    + Transcript.printable(heard.lines().get(0)) + "'");
        }
        return heard.ended()
                ? Verdict.pass(heard.end().told())
                : Verdict.warn("the connection is still open: " + heard.end().told());
    }

    /** The command was accepted in plaintext after the failed handshake: because of what was sent before it? */
    private Verdict trusted(CheckContext subject, String command, String told) throws IOException {
        String capabilities = words().capabilities();
        ProtocolSession control = stages().open(subject);
        control.wire().note("control: would " + command + " be accepted without " + capabilities + "?");
        Optional<Verdict> obstacle = control.greeted();
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Response without = control.say(command);
        return without.done()
                ? Verdict.warn(told)
                : Verdict.fail(told + ", because of the " + capabilities + " before it; without " + capabilities
                        + " the answer is " + without.told());
    }

    /** Aborts a handshake: a new connection must still work. */
    private Verdict nextConnection(ProtocolSession talk, CheckContext subject) {
        Optional<Verdict> obstacle =
                stages().introducedInside().tryAfresh(subject).or(() -> abort(talk, subject));
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        // A server process that crashes needs a moment: wait until it has closed this connection.
        talk.wire().finish();
        talk.wire().hearOut();
        return stages().introducedInside()
                .tryAfresh(subject)
                .map(failed -> Verdict.fail("before it a connection was upgraded; after it " + failed.detail()))
                .orElseGet(() -> Verdict.pass("the next connection was upgraded"));
    }
}
