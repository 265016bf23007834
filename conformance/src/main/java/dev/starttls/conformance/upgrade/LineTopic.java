package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.DrainedInput;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.util.List;
import java.util.Optional;

/** Checks of overlong lines, and of lines with a wrong end. */
final class LineTopic extends UpgradeTopic {
    /** Far above every limit that an RFC names (the highest is 8192 octets, RFC 7162), and still sent in a moment. */
    private static final int VERY_LONG = 100_000;
    /** A server that accepts a longer command has no useful limit: eight times the 512 octets of RFC 5321. */
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
                check(
                                "UP-S-13a",
                                "a bare LF does not end the upgrade command",
                                Level.SHOULD,
                                Rule.LINE_END,
                                "Take only CRLF as the end of a line.")
                        .why("If one program takes LF as the end of a line and the next does not, the two see different"
                                + " commands: smuggling (CVE-2023-51764 and others).")
                        .run(from(stages().offered(), (session, context) -> bareLf(session))));
    }

    private Verdict bareLf(ProtocolSession session) {
        // Closing our side makes a server that waits for CRLF close too, so no time-out is needed.
        session.wire().sendRaw(profile().line("g0", words().upgrade()) + "\n");
        session.wire().finish();
        DrainedInput input = session.wire().drain();
        if (input.lines().isEmpty()) {
            return input.ended()
                    ? Verdict.pass("not taken as a line")
                    : Verdict.pass("not taken as a line; the connection is still open");
        }
        String line = input.lines().get(0);
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
                .why("Sending data before TLS costs a peer nothing. A line without a limit fills memory; a line that is"
                        + " split becomes two commands, and the peer that chose the length wrote the second.")
                .run(from(stages().greeted(), (session, context) -> send(session, context, octets)));
    }

    /** The proof is the number of answers: the line and the goodbye after it are answered once each. */
    private Verdict send(ProtocolSession session, CheckContext context, int octets) {
        String command = profile().line("n0", profile().longCommand()) + " ";
        session.wire().sendRaw(command + "x".repeat(octets - command.length() - 2) + "\r\n");
        List<? extends Response> responses = session.quit();
        List<? extends Response> answers =
                responses.stream().filter(Response::came).toList();
        Optional<Verdict> gone = stages().greeted().tryAfresh(context);
        if (gone.isPresent()) {
            return Verdict.warn("on a new connection after it: " + gone.get().detail());
        }
        Response last = responses.get(responses.size() - 1);
        if (answers.isEmpty()) {
            return last.ended()
                    ? Verdict.pass("the server closes the connection")
                    : Verdict.warn("no well-formed answer: " + last.description());
        }
        Response first = answers.get(0);
        if (answers.size() > 2) {
            return Verdict.warn(
                    "the line of " + octets + " octets and " + words().goodbye() + " after it had " + answers.size()
                            + " answers: " + Response.description(answers) + "; the line was split into several");
        }
        if (first.refusal()) {
            return Verdict.pass(first.description());
        }
        return octets > MUCH
                ? Verdict.warn("accepted as a command: " + first.description() + "; a refusal would inform the client")
                : Verdict.pass("accepted, though longer than a server must accept: " + first.description());
    }
}
