package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ObservedImapResponse.Condition;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Checks of lines without a valid tag, and of commands in the wrong state (RFC 9051 sections 2.2.1, 6.1.2, 6.3.13 and
 * 9).
 */
final class ImapSyntaxTopic implements Topic {
    private static final String ODD_TAG = "AbC.09xY";

    @Override
    public List<Check> checks() {
        return List.of(
                tag("IMAP-S-18a", "a command without a tag is answered with BAD", "NOOP"),
                tag("IMAP-S-18b", "a command with an empty tag is answered with BAD", " NOOP"),
                tag("IMAP-S-18c", "a command tagged '*' is answered with BAD", "* NOOP"),
                tag("IMAP-S-18d", "a command tagged '+' is answered with BAD", "+ NOOP"),
                tagKept(),
                unknown(),
                noop(),
                idle());
    }

    private static Check tag(String id, String title, String line) {
        return Check.of(id, title)
                .clause("RFC 9051 sections 2.2.1 and 7.1.3")
                .level(Level.MUST)
                .why("To a client, a response with the tag '*' or '+' is untagged data or a continuation request. A"
                        + " server that accepts such tags can be made to send answers that look like something else; if"
                        + " it ignores the line, the client pairs the wrong answers with its commands.")
                .fix("Answer '* BAD'. Cyrus 3.6 accepts '+' as a tag and has no setting for it.")
                .on(Protocol.IMAP)
                .run(ImapProfile.STAGES.opened().then((session, context) -> refused(session, line)));
    }

    /** Sends NOOP after the line: whatever comes before its end answers what was sent before it. */
    private static List<ObservedImapResponse> throughNoop(ImapProtocolSession session) {
        String tag = session.nextTag();
        session.wire().send(tag + " NOOP");
        return session.until(tag);
    }

    private static String description(List<ObservedImapResponse> responses) {
        return responses.stream().map(ObservedImapResponse::description).collect(Collectors.joining(", "));
    }

    private static Verdict refused(ImapProtocolSession session, String line) {
        session.wire().send(line);
        List<ObservedImapResponse> responses = throughNoop(session);
        ObservedImapResponse last = responses.get(responses.size() - 1);
        String detail = description(responses);
        if (responses.stream().anyMatch(ObservedImapResponse.Continuation.class::isInstance)) {
            return Verdict.fail("the answer looks like a continuation request: " + detail);
        }
        List<ObservedImapResponse> first = responses.subList(0, responses.size() - 1);
        boolean over = last instanceof ObservedImapResponse.None;
        if (first.stream().noneMatch(ImapSyntaxTopic::isBad)) {
            if (first.stream().anyMatch(ImapSyntaxTopic::isOk)) {
                return Verdict.fail("executed: " + detail);
            }
            return over
                    ? Verdict.warn("no BAD: " + detail)
                    : Verdict.fail("expected BAD before the answer to the next command, got " + detail);
        }
        boolean bye = first.stream().anyMatch(response -> response.untagged(Condition.BYE));
        return over && !bye ? Verdict.warn("BAD, but the session does not continue: " + detail) : Verdict.pass(detail);
    }

    private static boolean isBad(ObservedImapResponse response) {
        return response.untagged(Condition.BAD)
                || (response instanceof ObservedImapResponse.Tagged tagged && tagged.condition() == Condition.BAD);
    }

    private static boolean isOk(ObservedImapResponse response) {
        return response.untagged(Condition.OK)
                || (response instanceof ObservedImapResponse.Tagged tagged && tagged.condition() == Condition.OK);
    }

    private static Check tagKept() {
        return Check.of("IMAP-S-05c", "a tag is returned as it was sent, with its upper and lower case")
                .clause("RFC 9051 section 2.2.1")
                .level(Level.MUST)
                .why("The tag shows a client which of its commands was answered. If it is returned changed, the client"
                        + " waits for ever, or pairs the answer with another command.")
                .fix("Return the octets of the tag unchanged.")
                .on(Protocol.IMAP)
                .run(ImapProfile.STAGES.opened().then((session, context) -> {
                    session.wire().send(ODD_TAG + " NOOP");
                    ImapCommandResult answer = session.answer(ODD_TAG);
                    return answer.end().ends(ODD_TAG)
                            ? Verdict.pass(answer.description())
                            : Verdict.fail("the tag " + ODD_TAG + " was answered with " + answer.description());
                }));
    }

    private static Check unknown() {
        return Check.of("IMAP-S-19", "an unknown command is answered with BAD and its tag")
                .clause("RFC 9051 section 7.1.3")
                .level(Level.MUST)
                .why("Clients try extensions that were not offered, and commands of the other revision. Without the"
                        + " tag they do not learn which command failed, and wait.")
                .fix("Answer BAD with the command's tag.")
                .on(Protocol.IMAP)
                .run(ImapProfile.STAGES.opened().then((session, context) -> unknownRefused(session)));
    }

    private static Verdict unknownRefused(ImapProtocolSession session) {
        String tag = session.nextTag();
        session.wire().send(tag + " XUNKNOWN");
        List<ObservedImapResponse> responses = throughNoop(session);
        String detail = description(responses);
        if (responses.stream().noneMatch(response -> response.ends(tag) && isBad(response))) {
            return Verdict.fail("expected BAD with the tag " + tag + ", got " + detail);
        }
        // RFC 9051 section 2.2.2: one completion result for each command; the other is that of NOOP.
        long results = responses.stream()
                .filter(response -> response instanceof ObservedImapResponse.Tagged
                        || response.untagged(Condition.BAD)
                        || response instanceof ObservedImapResponse.Malformed)
                .count();
        return results > 2
                ? Verdict.fail("two commands were answered with " + results + " results: " + detail)
                : Verdict.pass(detail);
    }

    private static Check noop() {
        return Check.of("IMAP-S-26a", "NOOP before TLS is answered with OK")
                .clause("RFC 9051 section 6.1.2")
                .level(Level.MUST)
                .why("NOOP is valid in every state. Clients send it to keep a connection alive, so it must not end the"
                        + " connection.")
                .fix("Answer OK, before the login too.")
                .onUpgraded(Protocol.IMAP)
                .run(ImapProfile.STAGES.greeted().then((session, context) -> {
                    ImapCommandResult answer = session.say("NOOP");
                    return answer.ok()
                            ? Verdict.pass(answer.description())
                            : Verdict.fail("expected OK, got " + answer.description());
                }));
    }

    private static Check idle() {
        return Check.of("IMAP-S-26b", "IDLE before the login is refused")
                .clause("RFC 9051 section 6.3.13")
                .level(Level.MUST)
                .why("IDLE is for sessions that have logged in. A server that accepts it before the login keeps"
                        + " connections of unknown clients open for half an hour each.")
                .fix("Answer BAD.")
                .onUpgraded(Protocol.IMAP)
                .run(ImapProfile.STAGES.greeted().then((session, context) -> {
                    ImapCommandResult answer = session.say("IDLE");
                    if (answer.asks()) {
                        session.wire().send("DONE");
                        return Verdict.fail("the server idles: " + answer.description());
                    }
                    if (answer.bye() || answer.ended()) {
                        return Verdict.warn("the server ends the session: " + answer.description());
                    }
                    return answer.is(Condition.BAD) || answer.is(Condition.NO)
                            ? Verdict.pass(answer.description())
                            : Verdict.fail("expected BAD or NO, got " + answer.description());
                }));
    }
}
