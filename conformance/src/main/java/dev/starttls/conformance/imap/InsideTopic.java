package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ImapResponse.Condition;
import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** RFC 9051 sections 6.1.3, 6.2.1 and 5.5, RFC 8314 section 3.2: the session inside TLS, however it got there. */
final class InsideTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(
                notOfferedAgain(),
                loginEnabled(),
                refusedInside(),
                nothingUnasked(),
                nothingLeftOver(),
                logout(),
                closeNotify(),
                pipelined(),
                implicitGreeting(),
                implicitOffer());
    }

    private static Check notOfferedAgain() {
        return Check.of("IMAP-S-06a", "STARTTLS is not announced inside TLS")
                .clause("RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("A client that follows every offer would try TLS inside TLS and lose the session.")
                .fix("Leave STARTTLS out of the CAPABILITY response once the session is inside TLS.")
                .onUpgraded(Protocol.IMAP)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> notOffered(talk)));
    }

    private static Verdict notOffered(ImapTalk talk) {
        return talk.capabilities().has("STARTTLS")
                ? Verdict.fail("CAPABILITY inside TLS announces STARTTLS")
                : Verdict.pass("not announced");
    }

    private static Check loginEnabled() {
        return Check.of("IMAP-S-06b", "LOGINDISABLED is not announced inside TLS")
                .clause("RFC 9051 section 6.2.3")
                .level(Level.MUST)
                .why("LOGINDISABLED is what a client waits to see gone. A server that still says it inside TLS keeps"
                        + " its users out, or teaches clients to pass over it.")
                .fix("Announce LOGINDISABLED in plaintext only.")
                .on(Protocol.IMAP)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    if (!talk.capabilities().has("LOGINDISABLED")) {
                        return Verdict.pass("not announced");
                    }
                    return talk.capabilities().mechanisms().isEmpty()
                            ? Verdict.fail(
                                    "LOGINDISABLED is announced inside TLS, and no AUTH= either: nobody can log in")
                            : Verdict.warn("LOGINDISABLED is announced inside TLS; there is only AUTH="
                                    + String.join(", AUTH=", talk.capabilities().mechanisms()));
                }));
    }

    private static Check refusedInside() {
        return Check.of("IMAP-S-07", "STARTTLS inside TLS is refused and the session goes on")
                .clause("RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("A go-ahead inside TLS leaves both sides waiting for a handshake that nobody begins.")
                .fix("Answer BAD and go on.")
                .on(Protocol.IMAP)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> {
                    Answer answer = talk.say("STARTTLS");
                    if (answer.farewell() || answer.ended()) {
                        return Verdict.warn("the server ends the session: " + answer.told());
                    }
                    if (!answer.refusal()) {
                        return Verdict.fail("expected BAD, came " + answer.told());
                    }
                    Answer next = talk.say("NOOP");
                    return next.ok()
                            ? Verdict.pass(answer.told())
                            : Verdict.fail("refused with " + answer.told() + ", but NOOP after it: " + next.told());
                }));
    }

    private static Check nothingUnasked() {
        return Check.of("IMAP-S-14a", "inside TLS the server says nothing before it is asked")
                .clause("RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("A greeting or a list of capabilities that comes unasked may have been made in plaintext. A client"
                        + " is to ask anew inside TLS, and is out of step with a server that greets it twice.")
                .fix("After the handshake wait for the client's first command.")
                .onUpgraded(Protocol.IMAP)
                .run(Stages.INSIDE.then((talk, subject) -> {
                    Answer answer = talk.say("NOOP");
                    List<ImapResponse> unasked = answer.before();
                    if (unasked.isEmpty()) {
                        return answer.ok()
                                ? Verdict.pass("NOOP, the first command, is answered with its tagged OK alone")
                                : Verdict.inconclusive("NOOP inside TLS was answered with " + answer.told());
                    }
                    String told = "before the answer to NOOP, the first command, came " + told(unasked);
                    return unasked.stream().allMatch(InsideTopic::informs) ? Verdict.warn(told) : Verdict.fail(told);
                }));
    }

    /** Text for a person, which may come at any time (RFC 9051 section 7.1.1). */
    private static boolean informs(ImapResponse response) {
        return response.untagged(Condition.OK) && !response.code().orElse("").startsWith("CAPABILITY");
    }

    private static Check nothingLeftOver() {
        return Check.of("IMAP-S-14b", "the answer to a command before STARTTLS does not come inside TLS")
                .clause("RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("A server that keeps what it has to say in a buffer may flush it inside TLS, where it looks as if"
                        + " it were protected.")
                .fix("Flush, or throw away, all output before the handshake begins.")
                .onUpgraded(Protocol.IMAP)
                .run(Stages.OFFERED.then(InsideTopic::leftOver));
    }

    private static Verdict leftOver(ImapTalk talk, Subject subject) {
        // Commands may be pipelined up to STARTTLS; only behind it nothing may be sent.
        talk.wire().sendRaw("c0 CAPABILITY\r\ns0 STARTTLS\r\n");
        List<ImapResponse> before = talk.until("s0");
        ImapResponse last = before.get(before.size() - 1);
        boolean answered = before.stream().anyMatch(response -> response.ends("c0"));
        if (last.ends("s0") && ((ImapResponse.Tagged) last).condition() != Condition.OK) {
            return Verdict.pass("STARTTLS behind another command is refused: " + last.told());
        }
        if (!last.ends("s0")) {
            return Verdict.inconclusive("CAPABILITY and STARTTLS in one segment were answered with " + told(before));
        }
        Optional<Verdict> obstacle = talk.secured();
        if (obstacle.isPresent()) {
            return answered
                    ? obstacle.get()
                    : Stages.INSIDE
                            .tryAfresh(subject)
                            .map(other -> Verdict.inconclusive("without CAPABILITY in front, too, " + other.detail()))
                            .orElseGet(() -> Verdict.fail("STARTTLS was answered before CAPABILITY, and then: "
                                    + obstacle.get().detail()));
        }
        List<ImapResponse> inside = talk.until(sent(talk, "NOOP"));
        boolean late =
                inside.stream().anyMatch(response -> response.ends("c0") || (!answered && response.capability()));
        if (late) {
            return Verdict.fail("inside TLS came the answer to a command sent before it: " + told(inside));
        }
        return answered
                ? Verdict.pass("both were answered before TLS, and nothing came late")
                : Verdict.fail("CAPABILITY was answered neither before TLS nor inside it");
    }

    private static String sent(ImapTalk talk, String command) {
        String tag = talk.nextTag();
        talk.wire().send(tag + " " + command);
        return tag;
    }

    private static Check logout() {
        return Check.of("IMAP-S-22a", "LOGOUT inside TLS is answered with BYE and then a tagged OK")
                .clause("RFC 9051 section 6.1.3")
                .level(Level.MUST)
                .why("Without them a client cannot tell an orderly end from a lost connection.")
                .on(Protocol.IMAP)
                .run(Stages.INSIDE.then((talk, subject) -> {
                    Answer answer = talk.say("LOGOUT");
                    return answer.ok() && answer.farewell()
                            ? Verdict.pass(answer.told())
                            : Verdict.fail("expected '* BYE' and the tagged OK, came " + answer.told());
                }));
    }

    private static Check closeNotify() {
        return Check.of("IMAP-S-22b", "after LOGOUT the server says close_notify and closes")
                .clause("RFC 8446 section 6.1")
                .level(Level.SHOULD)
                .why("close_notify is what tells an end from a truncation by someone on the path. It costs one record.")
                .fix("Shut TLS down before the socket is closed (SSL_shutdown in OpenSSL).")
                .on(Protocol.IMAP)
                .run(Stages.INSIDE.then((talk, subject) -> {
                    Answer answer = talk.say("LOGOUT");
                    if (!answer.ok()) {
                        return Verdict.inconclusive("LOGOUT was answered with " + answer.told());
                    }
                    Received after = talk.wire().readLine();
                    if (after instanceof Received.Ended ended) {
                        return ended.ending() == Ending.CLOSE_NOTIFY
                                ? Verdict.pass("close_notify after the tagged OK")
                                : Verdict.warn("no close_notify after the tagged OK: connection "
                                        + ended.ending().told());
                    }
                    return Verdict.warn("after the tagged OK: " + after.told());
                }));
    }

    private static Check pipelined() {
        return Check.of("IMAP-S-23", "two commands in one TLS record are answered in order, each with its tag")
                .clause("RFC 9051 section 5.5")
                .level(Level.MUST)
                .why("A server that drops what it read ahead makes pipelining clients wait for ever; the right fix"
                        + " for STARTTLS injection must not go so far.")
                .fix("Throw away read-ahead at the upgrade only, never after a command inside TLS.")
                .on(Protocol.IMAP)
                .run(Stages.INSIDE.then((talk, subject) -> {
                    talk.wire().sendRaw("p1 CAPABILITY\r\np2 NOOP\r\n");
                    Answer first = talk.answer("p1");
                    if (!first.end().ends("p1")) {
                        return Verdict.fail("expected the answer to p1 CAPABILITY, came " + first.told());
                    }
                    Answer second = talk.answer("p2");
                    return second.end().ends("p2")
                            ? Verdict.pass("CAPABILITY, NOOP: " + first.told() + ", " + second.told())
                            : Verdict.fail("expected the answer to p2 NOOP, came " + second.told());
                }));
    }

    private static Check implicitGreeting() {
        return Check.of("IMAP-S-24a", "the greeting comes inside TLS and nothing before it")
                .clause("RFC 8314 section 3.2")
                .level(Level.MUST)
                .why("On an implicit-TLS port the first byte is TLS; a plaintext greeting there is another service, or"
                        + " a server set up wrong.")
                .fix("Dovecot: ssl = yes in the inet_listener imaps. Cyrus: imapd -s for the service imaps in"
                        + " cyrus.conf. Courier: IMAPDSSLSTART=YES in imapd-ssl.")
                .onImplicit(Protocol.IMAP)
                .run(InsideTopic::greetsInside);
    }

    private static Verdict greetsInside(Subject subject) throws IOException {
        ImapTalk talk = ImapTalk.with(subject);
        return talk.securedAtOnce(subject.quiet()).orElseGet(() -> {
            ImapResponse greeting = talk.response();
            if (greeting.untagged(Condition.BYE)) {
                return Verdict.inconclusive("the server gives no service now: " + greeting.told());
            }
            return greeting.untagged(Condition.OK) || greeting.untagged(Condition.PREAUTH)
                    ? Verdict.pass(greeting.told())
                    : Verdict.fail("expected a greeting inside TLS, came " + greeting.told());
        });
    }

    private static Check implicitOffer() {
        return Check.of("IMAP-S-24b", "STARTTLS is not announced on an implicit-TLS port")
                .clause("RFC 8314 section 3.2, RFC 9051 section 6.2.1")
                .level(Level.MUST)
                .why("The session is inside TLS already; the offer leads to TLS inside TLS.")
                .onImplicit(Protocol.IMAP)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> notOffered(talk)));
    }

    private static String told(List<ImapResponse> responses) {
        return responses.stream().map(ImapResponse::told).collect(Collectors.joining(", "));
    }
}
