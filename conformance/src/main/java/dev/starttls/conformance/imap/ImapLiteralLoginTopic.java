package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.imap.ObservedImapResponse.Condition;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Checks of LOGIN whose arguments are literals, before TLS (RFC 9051 sections 4.3 and 6.2.3, RFC 7888). */
final class ImapLiteralLoginTopic implements Topic {
    /** Longer than LITERAL- allows (RFC 7888 section 5). */
    private static final int TOO_LONG = 5000;

    @Override
    public List<Check> checks() {
        return List.of(
                login("IMAP-S-30", "LOGIN with literals before TLS is refused before the password is asked for")
                        .run(ImapProfile.STAGES.introducedFromElsewhere().thenAsStranger(ImapLiteralLoginTopic::asked)),
                login("IMAP-S-31", "LOGIN with literals that do not wait is refused before TLS as any other")
                        .run(ImapProfile.STAGES
                                .introducedFromElsewhere()
                                .thenAsStranger(ImapLiteralLoginTopic::notAsked)),
                Check.of("IMAP-S-32", "the octets of a refused literal are not executed as commands")
                        .clause("RFC 7888 section 4")
                        .level(Level.SECURITY)
                        .why("A client puts into a literal what it got from somewhere else: a user name, a search word,"
                                + " a message. A server that refuses the command and then reads the literal as"
                                + " commands lets whoever wrote that text command the client's session.")
                        .fix("Read and discard the literal's octets before the refusal, or send BYE and close.")
                        .onUpgraded(Protocol.IMAP)
                        .run(ImapProfile.STAGES.introducedFromElsewhere().then((session, context) -> octets(session))));
    }

    private static Check.Draft login(String id, String title) {
        return Check.of(id, title)
                .clause("RFC 9051 section 6.2.3")
                .level(Level.SECURITY)
                .why("Clients send a password with unusual characters as a literal. A server that refuses LOGIN in"
                        + " plaintext only if the password is in the command's line takes such a password from"
                        + " the network all the same.")
                .fix("Refuse LOGIN in plaintext when its first literal is announced, or whatever its arguments are. "
                        + ImapProfile.NO_PLAINTEXT_LOGIN)
                .onUpgraded(Protocol.IMAP);
    }

    private static Verdict asked(ImapProtocolSession session, CheckContext context) throws IOException {
        String tag = session.nextTag();
        session.wire().send(tag + " LOGIN " + literal(UnknownUser.NAME, "}"));
        ImapCommandResult name = session.answer(tag);
        if (!name.asks()) {
            return refused(name, session, context, "");
        }
        session.wire().send(UnknownUser.NAME + " " + literal(UnknownUser.PASSWORD, "}"));
        ImapCommandResult password = session.answer(tag);
        if (!password.asks()) {
            return refused(password, session, context, "");
        }
        session.wire().send(UnknownUser.PASSWORD);
        // A parser that reads literals before it knows the command is no fault: a client that heeds LOGINDISABLED sends
        // none.
        return refused(session.answer(tag), session, context, "the server asks for both literals, and then: ");
    }

    private static Verdict notAsked(ImapProtocolSession session, CheckContext context) throws IOException {
        String tag = session.nextTag();
        session.wire()
                .sendRaw(tag + " LOGIN " + literal(UnknownUser.NAME, "+}") + "\r\n" + UnknownUser.NAME + " "
                        + literal(UnknownUser.PASSWORD, "+}") + "\r\n" + UnknownUser.PASSWORD + "\r\n");
        return refused(session.answer(tag), session, context, "");
    }

    private static String literal(String text, String end) {
        return "{" + text.length() + end;
    }

    /** Judges the answer to a LOGIN that was refused, or was not. */
    private static Verdict refused(
            ImapCommandResult answer, ImapProtocolSession session, CheckContext context, String before)
            throws IOException {
        String detail = before + answer.description();
        if (answer.ok()) {
            return Verdict.fail("a login in plaintext was answered with " + detail);
        }
        if (answer.bye()
                || answer.ended()
                || answer.is(Condition.BAD)
                || answer.end().untagged(Condition.BAD)) {
            return Verdict.pass(detail);
        }
        if (!answer.is(Condition.NO)) {
            return answer.came()
                    ? Verdict.undecided("LOGIN was answered with " + detail)
                    : Verdict.inconclusive("LOGIN was not answered: " + detail);
        }
        if (answer.wantsTls()) {
            return Verdict.pass(detail);
        }
        try {
            if (!WrongPassword.of(context).answer().wording().equals(answer.wording())) {
                return Verdict.pass(detail);
            }
        } catch (WrongPassword.UnobservedException e) {
            return Verdict.undecided(
                    detail + "; how a wrong password is refused inside TLS could not be observed: " + e.detail());
        }
        String same = detail + ", the same as for a wrong password inside TLS";
        return before.isEmpty() && session.capabilities().has("LOGINDISABLED")
                ? Verdict.warn(same + "; whether the password was tried cannot be observed")
                : Verdict.fail("the password was tried in plaintext: " + same);
    }

    private static Verdict octets(ImapProtocolSession session) {
        boolean literals = session.capabilities().has("LITERAL+")
                || session.capabilities().has("LITERAL-")
                || session.capabilities().has("IMAP4REV2");
        if (!literals) {
            return Verdict.skip("literals that do not wait are not offered");
        }
        String command = "b7 NOOP\r\n";
        for (String text : List.of(command, command + "x".repeat(TOO_LONG - command.length()))) {
            session.wire()
                    .sendRaw(session.nextTag() + " LOGIN " + literal(text, "+}") + "\r\n" + text + " "
                            + UnknownUser.PASSWORD + "\r\n");
            String last = session.nextTag();
            session.wire().send(last + " NOOP");
            List<ObservedImapResponse> responses = session.until(last);
            String detail =
                    responses.stream().map(ObservedImapResponse::description).collect(Collectors.joining(", "));
            if (responses.stream().anyMatch(response -> response.ends("b7"))) {
                return Verdict.fail(
                        "a command inside a literal of " + text.length() + " octets was executed: " + detail);
            }
            ObservedImapResponse end = responses.get(responses.size() - 1);
            if (!end.ends(last)) {
                boolean closed =
                        end instanceof ObservedImapResponse.None none && none.instead() instanceof Received.Ended;
                return closed ? Verdict.pass("the server ends the session: " + detail) : Verdict.inconclusive(detail);
            }
        }
        return Verdict.pass("a command inside a literal was not executed");
    }
}
