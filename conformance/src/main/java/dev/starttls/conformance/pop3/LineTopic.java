package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks of the length of commands and responses (RFC 2449 section 4). */
final class LineTopic implements Topic {
    /** The length that every server with CAPA accepts, CRLF included (RFC 2449 section 4). */
    private static final int LONGEST_COMMAND = 255;

    private static final int LONGEST_RESPONSE = 512;

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
                        .run(Pop3Profile.STAGES.inside().then(LineTopic::longest)),
                Check.of("POP3-S-23", "no line of a response has more than 512 octets")
                        .clause("RFC 2449 section 4")
                        .level(Level.MUST)
                        .why(
                                "Clients may use a buffer of this size. What does not fit is read as the next response,"
                                        + " and an attacker may have chosen its text: many servers repeat a command"
                                        + " that they do not know.")
                        .fix("Do not repeat in a response what the client sent.")
                        .on(Protocol.POP3)
                        .run(LineTopic::responses));
    }

    /**
     * No user was named, so PASS is refused whatever its length; the text of the refusal shows whether the length was
     * the reason.
     */
    private static Verdict longest(Pop3ProtocolSession talk, CheckContext subject) {
        Pop3Reply shortOne = talk.say("PASS " + Nobody.PASSWORD);
        if (!shortOne.refusal()) {
            return Verdict.inconclusive("PASS without a user was answered with " + shortOne.told());
        }
        String argument = "x".repeat(LONGEST_COMMAND - 7);
        List<Pop3Reply> replies = new ArrayList<>(List.of(talk.say("PASS " + argument)));
        replies.addAll(talk.quit());
        List<Pop3Reply> answers = replies.stream().filter(Pop3Reply::came).toList();
        if (answers.size() > 2) {
            return Verdict.warn("it and QUIT were answered with " + answers.size() + " responses: "
                    + Response.told(answers) + "; the command was split into several");
        }
        String told = "PASS of 255 octets: " + replies.get(0).told() + "; a short one: " + shortOne.told();
        if (answers.isEmpty()) {
            return Verdict.warn("no answer: " + told);
        }
        if (answers.get(0).told().equals(shortOne.told())) {
            return Verdict.pass(told);
        }
        return answers.get(0).told().contains(argument.substring(0, 40))
                ? Verdict.inconclusive("the server repeats what it refuses: " + told)
                : Verdict.warn(told);
    }

    private static Verdict responses(CheckContext subject) throws IOException {
        Pop3ProtocolSession talk = Pop3Profile.STAGES.open(subject);
        if (subject.target().scheme().implicitTls()) {
            Optional<Verdict> obstacle = talk.secured();
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
        }
        List<Pop3Reply> replies = new ArrayList<>();
        replies.add(talk.next());
        replies.add(talk.capa());
        replies.add(talk.say("X" + "y".repeat(LONGEST_COMMAND - 3)));
        replies.add(talk.say("QUIT"));
        int longest = 0;
        for (Pop3Reply reply : replies) {
            if (!(reply instanceof Pop3Reply.Answer answer)) {
                return Verdict.inconclusive("greeting, CAPA, an unknown command and QUIT: " + Response.told(replies));
            }
            longest = Math.max(longest, answer.longest());
        }
        String told = "greeting, CAPA, an unknown command and QUIT: the longest line has " + longest + " octets";
        return longest > LONGEST_RESPONSE ? Verdict.fail(told) : Verdict.pass(told);
    }
}
