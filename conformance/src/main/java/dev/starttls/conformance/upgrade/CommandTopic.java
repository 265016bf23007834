package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Checks of the upgrade command itself, in plaintext. */
final class CommandTopic extends UpgradeTopic {
    /** How many times the usual wait the silence after the go-ahead must last: with the usual settings, over a second. */
    private static final int LONG_SILENCE = 4;

    CommandTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        String upper = words().upgrade();
        return List.of(
                goAhead(),
                completes(),
                argument(),
                spelled("UP-S-05a", "the upgrade command in lower case is accepted", upper.toLowerCase(Locale.ROOT)),
                spelled("UP-S-05b", "the upgrade command in mixed case is accepted", mixed(upper)));
    }

    private Check goAhead() {
        return check(
                        "UP-S-03a",
                        "the upgrade command is answered with one go-ahead and then silence",
                        Level.MUST,
                        Rule.COMMAND,
                        "Send nothing after the go-ahead until the ClientHello has come.")
                .why("What a server sends between its go-ahead and the ServerHello is plaintext, and a careless client"
                        + " takes it for an answer from inside TLS.")
                .early()
                .run(from(stages().offered(), this::alone));
    }

    private Verdict alone(ProtocolSession session, CheckContext context) {
        Response answer = session.say(words().upgrade());
        if (!answer.goAhead()) {
            return Verdict.fail("expected " + words().goAhead() + ", got " + answer.description());
        }
        Duration silence = context.quiet().multipliedBy(LONG_SILENCE);
        String more = session.wire().overhear(silence);
        if (!more.isEmpty()) {
            return Verdict.fail(
                    "plaintext came after the " + words().goAhead() + ": '" + Transcript.printable(more) + "'");
        }
        return answer.flaws().isEmpty()
                ? Verdict.pass(answer.description() + ", then silence for " + silence.toMillis() + " ms")
                : Verdict.fail(
                        "the " + words().goAhead() + " is not well formed: " + String.join(", ", answer.flaws()));
    }

    private Check completes() {
        return check(
                        "UP-S-03b",
                        "after the go-ahead the handshake completes and commands work inside TLS",
                        Level.MUST,
                        Rule.INSIDE,
                        "Look in the server's log for its side of the handshake: usually the key does not match the"
                                + " certificate, or the process may not read it.")
                .why("An offer that does not work is worse than no offer: clients that require TLS fail, and the others"
                        + " fall back to plaintext.")
                .run(from(stages().goneAhead(), (session, context) -> {
                    HandshakeResult handshake = session.handshake();
                    if (!handshake.done()) {
                        return Verdict.fail("the handshake failed: " + handshake.description());
                    }
                    Response answer = session.ask();
                    return answer.done()
                            ? Verdict.pass(handshake.description())
                            : Verdict.fail(
                                    words().capabilities() + " inside TLS was answered with " + answer.description());
                }));
    }

    /** RFC 3207 lists the reply 501, and the other RFCs only say that there are no arguments: none has a MUST. */
    private Check argument() {
        return check(
                        "UP-S-04",
                        "the upgrade command with an argument is refused",
                        Level.SHOULD,
                        Rule.ARGUMENT,
                        "Refuse it and stay in plaintext.")
                .why("The command has no arguments. If a server accepts a command that it did not fully understand, the"
                        + " two sides may disagree about where the plaintext ends.")
                .run(from(stages().offered(), (session, context) -> {
                    Response answer = session.say(words().upgrade() + " x");
                    if (answer.refusesSyntax()) {
                        return Verdict.pass(answer.description());
                    }
                    return answer.refusal()
                            ? Verdict.warn(
                                    "refused, but not as a command with wrong arguments: " + answer.description())
                            : Verdict.fail("expected a refusal, got " + answer.description());
                }));
    }

    private Check spelled(String id, String title, String command) {
        return check(id, title, Level.MUST, Rule.CASE, "Compare the names of commands without regard to case.")
                .why("Commands are case-insensitive. A client that writes them in another case would get no TLS; and if"
                        + " a filter in between knows only one spelling, filter and server see different commands.")
                .run(from(stages().offered(), (session, context) -> {
                    Response answer = session.say(command);
                    if (answer.goAhead()) {
                        return session.secured()
                                .orElseGet(() -> Verdict.pass(answer.description() + ", and the handshake completes"));
                    }
                    // Only a server that accepts the usual spelling has a fault if it refuses this one.
                    return stages().goneAhead()
                            .tryAfresh(context)
                            .orElseGet(() -> Verdict.fail(
                                    command + ": expected " + words().goAhead() + ", got " + answer.description()));
                }));
    }

    /** Alternates upper and lower case. */
    private static String mixed(String command) {
        StringBuilder mixed = new StringBuilder(command);
        for (int i = 1; i < command.length(); i += 2) {
            mixed.setCharAt(i, Character.toLowerCase(command.charAt(i)));
        }
        return mixed.toString();
    }
}
