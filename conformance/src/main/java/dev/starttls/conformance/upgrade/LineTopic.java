package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.speak.HeardOut;
import dev.starttls.conformance.speak.Transcript;
import java.util.List;
import java.util.Optional;

/** Lines too long, and lines that do not end as they should. */
final class LineTopic extends UpgradeTopic {
    /** Fills a buffer that has no limit, and is soon sent. */
    private static final int VERY_LONG = 100_000;
    /** A server that takes so much for a command sets no bound worth the name. */
    private static final int MUCH = 4096;

    LineTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                longLine(
                        "UP-S-19a",
                        "an overlong line before TLS is one line, refused or accepted, and does no harm",
                        profile().overlong()),
                longLine(
                        "UP-S-19b",
                        "a line of 100000 octets before TLS is one line, refused or accepted, and does no harm",
                        VERY_LONG),
                check("UP-S-13a", "a bare LF does not end the upgrade command", Level.SHOULD, Rule.LINE_END)
                        .why("Where one program takes LF for the end of a line and the next does not, the two see"
                                + " different commands: smuggling (CVE-2023-51764 and others).")
                        .run(from(stages().offered(), (talk, subject) -> bareLf(talk))));
    }

    private Verdict bareLf(ProtocolSession talk) {
        // The end of our side makes a server that waits for CRLF hang up, so that it need not be waited for.
        talk.wire().sendRaw(profile().line("g0", words().upgrade()) + "\n");
        talk.wire().finish();
        HeardOut heard = talk.wire().hearOut();
        if (heard.lines().isEmpty()) {
            return heard.ended()
                    ? Verdict.pass("not taken for a line")
                    : Verdict.pass("not taken for a line; the connection still stands");
        }
        String line = heard.lines().get(0);
        return profile().executed(line)
                ? Verdict.warn(
                        words().upgrade() + " with a bare LF was answered with '" + Transcript.printable(line) + "'")
                : Verdict.pass("refused: '" + Transcript.printable(line) + "'");
    }

    private Check longLine(String id, String title, int octets) {
        return check(
                        id,
                        title,
                        Level.SHOULD,
                        Rule.LINE_LENGTH,
                        "Refuse the line when it ends, or close; read no more than the limit into memory.")
                .why("What a peer can send before TLS costs it nothing. A line without bound fills memory; one that is"
                        + " cut becomes two commands, the second written by the one who chose the length.")
                .run(from(stages().greeted(), (talk, subject) -> send(talk, subject, octets)));
    }

    /** The proof is in the count: the line and the goodbye after it are answered once each. */
    private Verdict send(ProtocolSession talk, CheckContext subject, int octets) {
        String command = profile().line("n0", profile().longCommand()) + " ";
        talk.wire().sendRaw(command + "x".repeat(octets - command.length() - 2) + "\r\n");
        List<? extends Response> responses = talk.quit();
        List<? extends Response> answers =
                responses.stream().filter(Response::came).toList();
        Optional<Verdict> gone = stages().greeted().tryAfresh(subject);
        if (gone.isPresent()) {
            return Verdict.warn("after it, on a new connection: " + gone.get().detail());
        }
        Response last = responses.get(responses.size() - 1);
        if (answers.isEmpty()) {
            return last.ended() ? Verdict.pass("the server hangs up") : Verdict.warn("no answer: " + last.told());
        }
        Response first = answers.get(0);
        if (answers.size() > 2) {
            return Verdict.warn("the line of " + octets + " octets and the goodbye after it had " + answers.size()
                    + " answers: " + Response.told(answers) + "; the line was cut into several");
        }
        if (first.refusal()) {
            return Verdict.pass(first.told());
        }
        return octets > MUCH
                ? Verdict.warn("taken as a command: " + first.told() + "; a refusal would tell the client")
                : Verdict.pass("taken, longer than it has to be: " + first.told());
    }
}
