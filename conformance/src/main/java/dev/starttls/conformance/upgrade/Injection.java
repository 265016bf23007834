package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.DrainedInput;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.io.IOException;
import java.time.Duration;
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
    /** Tag of a command that comes before the upgrade command. */
    static final String EARLY_TAG = "c0";
    /** What part of the time of silence is long enough for a segment to arrive before the next one. */
    private static final int APART = 6;

    /** What fits into the buffer of any server together with the upgrade command. */
    private static final int ONE_BUFFER = 2048;
    /** The end of a line as details show it, and the number of parts of one quoted line with its end. */
    private static final String LINE_END = "\\\\r\\\\n";

    private static final int ONE_LINE = 2;

    private final UpgradeProfile profile;
    private final List<String> segments;
    private final Optional<String> first;
    private final Optional<Late> late;
    private final Optional<Inside> inside;
    private final ControlExperiment control;

    private Injection(
            UpgradeProfile profile,
            List<String> segments,
            Optional<String> first,
            Optional<Late> late,
            Optional<Inside> inside) {
        this.profile = profile;
        this.segments = List.copyOf(segments);
        this.first = first;
        this.late = late;
        this.inside = inside;
        this.control = new ControlExperiment(profile);
    }

    /**
     * What is sent after the go-ahead was read.
     *
     * @param before the pause before it
     * @param after the pause between it and the ClientHello
     */
    private record Late(String text, Duration before, Duration after) {}

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
        return new Injection(profile, Arrays.asList(segments), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** A command, with its end, that follows the upgrade command, which itself follows another in the same segment. */
    static Injection between(UpgradeProfile profile, String first, String command) {
        String segment =
                profile.line(EARLY_TAG, first) + "\r\n" + upgrade(profile) + profile.line(TAG, command) + "\r\n";
        return new Injection(profile, List.of(segment), Optional.of(first), Optional.empty(), Optional.empty());
    }

    /**
     * A command that is sent when the go-ahead was read, and before the ClientHello: whether the server meets it is not
     * left to the network's timing.
     *
     * @param before the pause before the command, zero for none
     * @param after the pause between it and the ClientHello, zero for none
     */
    static Injection afterGoAhead(UpgradeProfile profile, String command, Duration before, Duration after) {
        Late late = new Late(profile.line(TAG, command) + "\r\n", before, after);
        return new Injection(profile, List.of(upgrade(profile)), Optional.empty(), Optional.of(late), Optional.empty());
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
        return new Injection(profile, segments, this.first, late, Optional.of(first));
    }

    /** Sends it in a session in which the upgrade is offered. */
    public Verdict tryOn(ProtocolSession session, CheckContext context) throws IOException {
        return tryOn(session, context, context.quiet(), false);
    }

    /**
     * The same; after so much silence another answer before the handshake is not expected any more.
     *
     * @param again whether it was tried before, with less silence
     */
    private Verdict tryOn(ProtocolSession session, CheckContext context, Duration silence, boolean again)
            throws IOException {
        for (int i = 0; i < segments.size(); i++) {
            if (i > 0 && !segments.get(i - 1).endsWith("\r\n")) {
                // The rest of a line comes when the server has read its beginning.
                session.wire().overhear(context.quiet().dividedBy(APART));
            }
            session.wire().sendRaw(segments.get(i));
        }
        Optional<Response> early = first.map(command -> answerToFirst(profile, session, command));
        boolean bySilence =
                early.filter(answer -> looksLikeGoAhead(session, answer)).isPresent()
                        && session.wire().overhear(silence).isEmpty();
        Response goAhead = early.filter(answer -> bySilence || over(answer)).orElseGet(() -> goAhead(session));
        if (goAhead.refusal()) {
            return Verdict.pass("refused: " + goAhead.description());
        }
        if (goAhead.ended() || (goAhead.endsSession() && !goAhead.goAhead())) {
            return Verdict.pass("the server closes the connection: " + goAhead.description());
        }
        if (first.isPresent() && !goAhead.came() && !session.offers().pipelining()) {
            return Verdict.undecided("the server offers no PIPELINING, and reads only the first command of a segment");
        }
        if (!goAhead.goAhead()) {
            return goAhead.inconclusive(
                    profile.words().upgrade() + " with more text around it: " + goAhead.description());
        }
        late.ifPresent(text -> send(session, text));
        HandshakeResult handshake = session.handshake();
        if (handshake instanceof HandshakeResult.Failed failed) {
            if (bySilence && !again) {
                return profile.stages().offered().then(this::tryPatiently).run(context);
            }
            return late.isPresent() ? failedLate(session, failed, context) : failed(session, failed, context);
        }
        Optional<Verdict> verdict = inside.flatMap(judge -> judge.judge(session, (HandshakeResult.Done) handshake));
        return verdict.isPresent() ? verdict.get() : counted(session.exchange(), context);
    }

    /** The same, and silence is as long as that of a server which does not answer. */
    private Verdict tryPatiently(ProtocolSession session, CheckContext context) throws IOException {
        session.wire().note("again: the go-ahead may have come after the ClientHello was sent");
        return tryOn(session, context, context.patience(), true);
    }

    private Response goAhead(ProtocolSession session) {
        return session.answerTo(UPGRADE_TAG, profile.words().upgrade());
    }

    private static Response answerToFirst(UpgradeProfile profile, ProtocolSession session, String command) {
        boolean tagged = !profile.line(EARLY_TAG, command).equals(command);
        return tagged ? session.next() : session.answerTo(EARLY_TAG, command);
    }

    /** No answer to the upgrade command follows; one to the first command may come inside TLS, and is counted there. */
    private static boolean over(Response answer) {
        return answer.ended() || answer.endsSession() || !answer.came();
    }

    /** As a good answer does in a protocol without tags: it is none if another comes. */
    private static boolean looksLikeGoAhead(ProtocolSession session, Response answer) {
        return answer.goAhead() && !session.refusedOrTagged(answer, EARLY_TAG);
    }

    private static void send(ProtocolSession session, Late text) {
        if (!text.before().isZero()) {
            session.wire().overhear(text.before());
        }
        session.wire().sendRaw(text.text());
        if (!text.after().isZero()) {
            session.wire().overhear(text.after());
        }
    }

    private Verdict failed(ProtocolSession session, HandshakeResult.Failed failed, CheckContext context) {
        return switch (failed.failure()) {
            case NOT_TLS -> plaintext(failed.detail(), session, context);
            case PEER_ALERT, PEER_CLOSED -> Verdict.pass("the server ends the connection: " + failed.description());
            case SILENCE, OWN_ALERT -> Verdict.inconclusive("the handshake failed: " + failed.description());
        };
    }

    /** A server whose TLS takes the plaintext for a record must fail the handshake; one that answers it has a fault. */
    private Verdict failedLate(ProtocolSession session, HandshakeResult.Failed failed, CheckContext context) {
        return switch (failed.failure()) {
            case NOT_TLS -> answeredLate(failed.detail(), session, context);
            case PEER_ALERT, PEER_CLOSED -> Verdict.pass("the handshake fails, as it must: " + failed.description());
            case SILENCE -> waiting(session);
            case OWN_ALERT -> Verdict.inconclusive("the handshake failed: " + failed.description());
        };
    }

    /** A server that waits for the rest of a record, whose length it took from the plaintext, has executed nothing. */
    private Verdict waiting(ProtocolSession session) {
        session.wire().finish();
        DrainedInput input = session.wire().drain();
        if (!input.ended()) {
            return Verdict.inconclusive(
                    "the handshake was not answered: " + input.end().description());
        }
        return input.lines().isEmpty()
                ? Verdict.pass("the server waits for the rest of a record, and then ends the connection")
                : Verdict.undecided("at the end of the stream came '"
                        + Transcript.printable(input.lines().get(0)) + "'");
    }

    private Verdict answeredLate(String quoted, ProtocolSession session, CheckContext context) {
        String where = "a command after the " + profile.words().goAhead() + " and before the ClientHello was answered";
        if (profile.executed(quoted.substring(1))) {
            return control.unlessBroken(context, Verdict.fail(where + " in plaintext: " + quoted));
        }
        List<String> rest = rest(session);
        return rest.stream().anyMatch(profile::executed)
                ? Verdict.fail(where + " in plaintext: " + quoted + ", " + rest)
                : Verdict.pass("refused in plaintext: " + quoted);
    }

    /** What still comes in plaintext when nothing more will be sent. */
    private static List<String> rest(ProtocolSession session) {
        session.wire().finish();
        return session.wire().drain().lines();
    }

    /** An answer to what was injected, or what this server always sends there? */
    private Verdict plaintext(String quoted, ProtocolSession session, CheckContext context) {
        String goAhead = profile.words().goAhead();
        // The last of several segments, or the end of a long one, may arrive when the server already waits for a
        // ClientHello. If it goes on then, it refuses what it takes for commands: the ClientHello, which may have
        // several line ends, but after a long segment also what is looked for, the lines in it.
        boolean several = segments.size() > 1;
        List<String> lines = List.of(quoted.substring(1).split(LINE_END, 0));
        String found = "after the " + goAhead + " the server still answered in plaintext: " + quoted;
        boolean mayMeetTls = several || (segments.get(0).length() > ONE_BUFFER && lines.size() <= ONE_LINE);
        if (mayMeetTls && lines.stream().noneMatch(profile::executed)) {
            List<String> rest = rest(session);
            if (several ? rest.stream().noneMatch(profile::executed) : rest.isEmpty()) {
                return Verdict.undecided("plaintext came after the " + goAhead + ": " + quoted
                        + ", perhaps because a segment arrived when the ClientHello was expected");
            }
            found += ", and then " + rest.stream().map(Transcript::printable).toList();
        }
        return control.unlessBroken(context, Verdict.fail(found));
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
                : Verdict.undecided(detail);
    }
}
