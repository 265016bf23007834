package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The check of several commands in one TLS record. */
final class PipeliningTopic extends UpgradeTopic {
    PipeliningTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(check(
                        "UP-S-18",
                        "commands pipelined in one TLS record are answered one by one, in order",
                        Level.MUST,
                        Rule.PIPELINING,
                        "Discard what was read ahead at the upgrade only, never after a command inside TLS.")
                .why("If a server discards what it has read ahead inside TLS, pipelining clients wait for ever; the fix"
                        + " for injected plaintext must not go that far.")
                .on(profile().protocol())
                .run(from(stages().introducedInside(), (session, context) -> pipelined(session))));
    }

    private Verdict pipelined(ProtocolSession session) {
        if (!session.offers().pipelining()) {
            return Verdict.skip("PIPELINING is not offered inside TLS");
        }
        List<PipelinedCommand> commands = profile().pipelined();
        StringBuilder record = new StringBuilder();
        for (int i = 0; i < commands.size(); i++) {
            record.append(profile().line(tag(i), commands.get(i).command())).append("\r\n");
        }
        session.wire().sendRaw(record.toString());
        String sent = commands.stream().map(PipelinedCommand::command).collect(Collectors.joining(", "));
        List<Response> answers = new ArrayList<>();
        boolean inOrder = true;
        for (int i = 0; i < commands.size(); i++) {
            Response answer = session.answerTo(tag(i), commands.get(i).command());
            answers.add(answer);
            inOrder &= switch (commands.get(i).due()) {
                case DONE -> answer.done();
                case REFUSED -> answer.refusal();
                case ANY -> answer.came();
            };
            if (!answer.came()) {
                break;
            }
        }
        String detail = sent + ": " + Response.description(answers);
        return inOrder ? Verdict.pass(detail) : Verdict.fail("not answered one by one, in order: " + detail);
    }

    private static String tag(int index) {
        return "p" + (index + 1);
    }
}
