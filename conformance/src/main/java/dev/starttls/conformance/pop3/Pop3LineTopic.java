package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks of the length of commands and responses (RFC 2449 section 4). */
final class Pop3LineTopic implements Topic {
    /** The length that every server with CAPA accepts, CRLF included (RFC 2449 section 4). */
    private static final int MAX_COMMAND = 255;

    private static final int MAX_RESPONSE = 512;

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("POP3-S-17a", "a command of 255 octets is one command")
                        .clause("RFC 2449 section 4")
                        .level(Level.SHOULD)
                        .why("AUTH with an initial response is long. A server that splits it takes the rest of a"
                                + " password as a command, and writes it to its log.")
                        .fix("Accept commands of 255 octets, CRLF included.")
                        .on(Protocol.POP3)
                        .run(Pop3Profile.STAGES.inside().then(Pop3LineTopic::longest)),
                Check.of("POP3-S-23", "no line of a response has more than 512 octets")
                        .clause("RFC 2449 section 4")
                        .level(Level.MUST)
                        .why("Clients may use a buffer of this size. What does not fit is read as the next response,"
                                + " and an attacker may have chosen its text: many servers repeat a command"
                                + " that they do not know.")
                        .fix("Do not repeat in a response what the client sent.")
                        .on(Protocol.POP3)
                        .run(Pop3LineTopic::responses));
    }

    /**
     * No user was named, so PASS is refused whatever its length; the text of the refusal shows whether the length was
     * the reason.
     */
    private static Verdict longest(Pop3ProtocolSession session, CheckContext context) {
        ObservedPop3Reply shortOne = session.say("PASS " + UnknownUser.PASSWORD);
        if (!shortOne.refusal()) {
            return shortOne.inconclusive("PASS without a user was answered with " + shortOne.description());
        }
        String argument = "x".repeat(MAX_COMMAND - 7);
        List<ObservedPop3Reply> replies = new ArrayList<>(List.of(session.say("PASS " + argument)));
        replies.addAll(session.quit());
        List<ObservedPop3Reply> answers =
                replies.stream().filter(ObservedPop3Reply::came).toList();
        if (answers.size() > 2) {
            return Verdict.warn("it and QUIT were answered with " + answers.size() + " responses: "
                    + Response.description(answers) + "; the command was split into several");
        }
        String detail =
                "PASS of 255 octets: " + replies.get(0).description() + "; a short one: " + shortOne.description();
        if (answers.isEmpty()) {
            return Verdict.warn("no answer: " + detail);
        }
        if (answers.get(0).description().equals(shortOne.description())) {
            return Verdict.pass(detail);
        }
        return answers.get(0).description().contains(argument.substring(0, 40))
                ? Verdict.undecided("the server repeats what it refuses: " + detail)
                : Verdict.warn(detail);
    }

    private static Verdict responses(CheckContext context) throws IOException {
        Pop3ProtocolSession session = Pop3Profile.STAGES.open(context);
        if (context.target().scheme().implicitTls()) {
            Optional<Verdict> obstacle = session.secured();
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
        }
        List<ObservedPop3Reply> replies = new ArrayList<>();
        replies.add(session.next());
        replies.add(session.capa());
        replies.add(session.say("X" + "y".repeat(MAX_COMMAND - 3)));
        replies.add(session.say("QUIT"));
        int longest = 0;
        for (ObservedPop3Reply reply : replies) {
            ObservedPop3Reply read = reply instanceof ObservedPop3Reply.Unlisted unlisted ? unlisted.refused() : reply;
            if (!(read instanceof ObservedPop3Reply.Answer answer)) {
                return Verdict.inconclusive(
                        "greeting, CAPA, an unknown command and QUIT: " + Response.description(replies));
            }
            longest = Math.max(longest, answer.longest());
        }
        String detail = "greeting, CAPA, an unknown command and QUIT: the longest line has " + longest + " octets";
        return longest > MAX_RESPONSE ? Verdict.fail(detail) : Verdict.pass(detail);
    }
}
