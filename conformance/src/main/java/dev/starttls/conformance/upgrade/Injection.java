package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Sends plaintext after the upgrade command, and finds out whether it is executed inside TLS. The proof is the number
 * of answers: inside TLS two commands are sent, each is answered once, and the second ends the session; an extra answer
 * belongs to a command that the client never sent there. In a protocol with tags the tags prove it too. The verdict
 * does not depend on the timing of the answers.
 */
public final class Injection {
    /** Tag of the upgrade command. */
    static final String UPGRADE_TAG = "s0";
    /** Tag of what is injected. */
    static final String TAG = "b0";

    private final UpgradeProfile profile;
    private final List<String> segments;
    private final Optional<Inside> inside;
    private final ControlExperiment control;

    private Injection(UpgradeProfile profile, List<String> segments, Optional<Inside> inside) {
        this.profile = profile;
        this.segments = List.copyOf(segments);
        this.inside = inside;
        this.control = new ControlExperiment(profile);
    }

    /** Judges the session inside TLS where counting answers is not enough. */
    @FunctionalInterface
    public interface Inside {
        /** A verdict; empty if the number of answers decides. */
        Optional<Verdict> judge(ProtocolSession session, HandshakeResult.Done handshake);
    }

    /** A check of what the server does with plaintext after the upgrade command. */
    public static Check.Draft check(UpgradeProfile profile, String id, String title) {
        Reference reference = profile.reference(Rule.INJECTION);
        return Check.of(id, title)
                .clause(reference.clause())
                .level(Level.SECURITY)
                .why("An attacker on the path appends a command to the client's upgrade command. A server that keeps"
                        + " what it has read ahead executes it inside TLS, as if the client had sent it there: mail and"
                        + " passwords can be diverted (CVE-2011-0411, CVE-2011-1926, CVE-2021-38371;"
                        + " https://nostarttls.secvuln.info).")
                .fix(("Discard or refuse everything that was read after the upgrade command before the handshake"
                                + " begins. " + reference.fix())
                        .strip())
                .onUpgraded(profile.protocol());
    }

    /**
     * Segments that are sent before the server's answer is read.
     *
     * @param segments with line ends; the upgrade command is in them, with the tag {@code s0} where there are tags
     */
    public static Injection of(UpgradeProfile profile, String... segments) {
        return new Injection(profile, Arrays.asList(segments), Optional.empty());
    }

    /** The upgrade command with its end, as the beginning of a segment. */
    static String upgrade(UpgradeProfile profile) {
        return profile.line(UPGRADE_TAG, profile.words().upgrade()) + "\r\n";
    }

    /** Text that follows the upgrade command in its segment. */
    public static Injection after(UpgradeProfile profile, String text) {
        return of(profile, upgrade(profile) + text);
    }

    /** A command, with its end, that follows the upgrade command in its segment. */
    public static Injection command(UpgradeProfile profile, String command) {
        return after(profile, profile.line(TAG, command) + "\r\n");
    }

    /** The same, judged inside TLS before the answers are counted. */
    public Injection judgedBy(Inside first) {
        return new Injection(profile, segments, Optional.of(first));
    }

    /** Sends it in a session in which the upgrade is offered. */
    public Verdict tryOn(ProtocolSession session, CheckContext context) throws IOException {
        segments.forEach(session.wire()::sendRaw);
        Response goAhead = session.answerTo(UPGRADE_TAG, profile.words().upgrade());
        if (goAhead.refusal()) {
            return Verdict.pass("refused: " + goAhead.description());
        }
        if (goAhead.ended() || (goAhead.endsSession() && !goAhead.goAhead())) {
            return Verdict.pass("the server closes the connection: " + goAhead.description());
        }
        if (!goAhead.goAhead()) {
            return Verdict.inconclusive(
                    profile.words().upgrade() + " with more text after it: " + goAhead.description());
        }
        HandshakeResult handshake = session.handshake();
        if (handshake instanceof HandshakeResult.Failed failed) {
            return failed(failed, context);
        }
        Optional<Verdict> verdict = inside.flatMap(first -> first.judge(session, (HandshakeResult.Done) handshake));
        return verdict.isPresent() ? verdict.get() : counted(session.exchange(), context);
    }

    private Verdict failed(HandshakeResult.Failed failed, CheckContext context) {
        return switch (failed.failure()) {
            case NOT_TLS -> plaintext(failed.detail(), context);
            case PEER_ALERT, PEER_CLOSED -> Verdict.pass("the server ends the connection: " + failed.description());
            case SILENCE, OWN_ALERT -> Verdict.inconclusive("the handshake failed: " + failed.description());
        };
    }

    /** An answer to what was injected, or what this server always sends there? */
    private Verdict plaintext(String quoted, CheckContext context) {
        String goAhead = profile.words().goAhead();
        if (segments.size() > 1 && !profile.executed(quoted.substring(1))) {
            // The last of several segments may arrive when the server already waits for a ClientHello.
            return Verdict.inconclusive("plaintext came after the " + goAhead + ": " + quoted
                    + ", perhaps because a segment arrived when the ClientHello was expected");
        }
        return control.unlessBroken(
                context, Verdict.fail("after the " + goAhead + " the server still answered in plaintext: " + quoted));
    }

    private Verdict counted(CommandExchange exchange, CheckContext context) throws IOException {
        String commands =
                profile.words().capabilities() + " and " + profile.words().goodbye();
        String detail =
                "inside TLS " + commands + " had " + exchange.answers().size() + " answers: " + exchange.description();
        if (exchange.sound()) {
            return Verdict.pass("inside TLS " + commands + " were answered once each");
        }
        if (exchange.answers().isEmpty()) {
            return exchange.ended()
                    ? Verdict.pass("the server ends the session inside TLS")
                    : Verdict.inconclusive("inside TLS " + commands + " were not answered");
        }
        Response first = exchange.answers().get(0);
        if (first.asks()) {
            return Verdict.fail(detail + "; the server asks for more of what was sent in plaintext");
        }
        if (exchange.foreign()) {
            return Verdict.fail(detail + "; what was sent in plaintext was executed");
        }
        if (exchange.answers().size() > CommandExchange.EXPECTED) {
            return control.unlessAlways(context, Verdict.fail(detail + "; what was sent in plaintext was executed"));
        }
        boolean ended = !exchange.listed() && first.goodbye() && exchange.ended();
        if (ended && exchange.answers().size() == 1) {
            return control.unlessBroken(
                    context,
                    Verdict.fail(detail + ", and the end of the session: what was sent in plaintext was executed"));
        }
        boolean joined =
                !exchange.listed() && (first.refusal() || exchange.answers().size() == CommandExchange.EXPECTED);
        return joined
                ? control.unlessBroken(
                        context,
                        Verdict.fail(
                                detail + "; the first line inside TLS was joined to what was sent in" + " plaintext"))
                : Verdict.inconclusive(detail);
    }
}
