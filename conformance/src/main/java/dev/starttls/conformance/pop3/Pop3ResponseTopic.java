package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.target.Protocol;
import java.util.ArrayList;
import java.util.List;

/** Checks that a client can read the answers (RFC 2449 sections 3 and 5, RFC 1939 section 3). */
final class Pop3ResponseTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(wellFormed(), unknown());
    }

    private static Check wellFormed() {
        return Check.of("POP3-S-02b", "the answer to CAPA is well formed and ends with a dot")
                .clause("RFC 2449 sections 3 and 5")
                .level(Level.MUST)
                .why("Without the dot a client waits for ever, or cannot distinguish the end of the list from what an"
                        + " attacker on the path has appended.")
                .fix("Answer with +OK, one capability per line, and a line with only a dot; end each with CRLF.")
                .on(Protocol.POP3)
                .run(Pop3Profile.STAGES.opened().then((session, context) -> {
                    ObservedPop3Reply reply = session.capa();
                    if (reply instanceof ObservedPop3Reply.Unlisted) {
                        return Verdict.skip("the server does not know CAPA, which it need not (RFC 2449 section 5): "
                                + reply.description());
                    }
                    if (!(reply instanceof ObservedPop3Reply.Answer answer) || !reply.good()) {
                        return Verdict.fail("CAPA was answered with " + reply.description());
                    }
                    List<String> flaws = new ArrayList<>(answer.flaws());
                    flaws.addAll(session.capabilities().flaws());
                    return flaws.isEmpty()
                            ? Verdict.pass(
                                    String.join(", ", session.capabilities().lines()))
                            : Verdict.fail("it is not well formed: " + String.join(", ", flaws));
                }));
    }

    private static Check unknown() {
        return Check.of("POP3-S-20", "an unknown command is answered with -ERR and the session continues")
                .clause("RFC 1939 section 3")
                .level(Level.MUST)
                .why("A client that tries STLS on a server that does not know it needs an answer that it understands,"
                        + " or it waits for ever.")
                .fix("Answer -ERR and keep the connection open.")
                .on(Protocol.POP3)
                .run(Pop3Profile.STAGES.opened().then((session, context) -> refused(session)));
    }

    /** The proof is the number of answers: each command is answered once. */
    private static Verdict refused(Pop3ProtocolSession session) {
        ObservedPop3Reply reply = session.say("XUNKNOWN");
        if (!reply.refusal()) {
            return Verdict.fail("expected -ERR, got " + reply.description());
        }
        CommandExchange exchange = session.exchange();
        if (exchange.answers().isEmpty()) {
            return Verdict.fail("refused with " + reply.description() + ", but CAPA after it was not answered");
        }
        return exchange.answers().size() > CommandExchange.EXPECTED
                ? Verdict.fail("XUNKNOWN, CAPA and QUIT were answered with "
                        + (exchange.answers().size() + 1) + " responses: " + reply.description() + ", "
                        + exchange.description())
                : Verdict.pass(reply.description());
    }
}
