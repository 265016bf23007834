package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Optional;

/** Checks that literals before TLS are limited (RFC 9051 section 4.3, RFC 7888). */
final class ImapLiteralTopic implements Topic {
    private static final String WHY =
            "Sending data before TLS costs a peer nothing. What a server reads without a limit fills its memory.";

    @Override
    public List<Check> checks() {
        return List.of(
                literal("IMAP-S-20a", "a literal of 999999999 octets before TLS is not asked for", "{999999999}")
                        .clause("RFC 9051 section 4.3")
                        .run(ImapProfile.STAGES.greeted().then(ImapLiteralTopic::announced)),
                literal("IMAP-S-20b", "a literal of 999999999 octets that does not wait is refused", "{999999999+}")
                        .clause("RFC 7888 sections 4 and 5")
                        .run(ImapProfile.STAGES.greeted().then(ImapLiteralTopic::unsolicited)));
    }

    private static Check.Draft literal(String id, String title, String announcement) {
        return Check.of(id, title)
                .level(Level.SHOULD)
                .why(WHY + " " + announcement + " announces a gigabyte from a client that has not logged in.")
                .fix("Answer NO or BAD, or BYE and close; before the login no command needs more than a few hundred"
                        + " octets.")
                .onUpgraded(Protocol.IMAP);
    }

    private static Verdict announced(ImapProtocolSession session, CheckContext context) {
        ImapCommandResult answer = session.say("LOGIN {999999999}");
        if (answer.asks()) {
            return Verdict.warn("the server asks for it: " + answer.description());
        }
        if (answer.bye() || answer.ended()) {
            return afterwards(context, "the server ends the session: " + answer.description());
        }
        if (!answer.refusal()) {
            return Verdict.warn("LOGIN {999999999} was answered with " + answer.description());
        }
        ImapCommandResult next = session.say("NOOP");
        return next.end().ends(next.tag()) || next.bye() || next.ended()
                ? Verdict.pass(answer.description())
                : Verdict.warn("refused with " + answer.description() + ", but NOOP after it: " + next.description());
    }

    private static Verdict unsolicited(ImapProtocolSession session, CheckContext context) {
        // Closing our side makes a server that waits for the rest answer or close.
        String tag = session.nextTag();
        session.wire().sendRaw(tag + " LOGIN {999999999+}\r\n");
        session.wire().finish();
        ImapCommandResult answer = session.answer(tag);
        if (answer.refusal() || answer.bye()) {
            // A server process that crashes needs a moment: wait until it has closed this connection.
            session.wire().drain();
            return afterwards(context, answer.description());
        }
        return answer.ended()
                ? Verdict.warn(
                        "no refusal: the server reads until the client closes, which RFC 7888 section 4 allows; with"
                                + " BAD or BYE it would not have to read")
                : Verdict.warn("LOGIN {999999999+} was answered with " + answer.description());
    }

    private static Verdict afterwards(CheckContext context, String good) {
        Optional<Verdict> gone = ImapProfile.STAGES.greeted().tryAfresh(context);
        return gone.map(verdict -> Verdict.warn("on a new connection after it: " + verdict.detail()))
                .orElseGet(() -> Verdict.pass(good));
    }
}
