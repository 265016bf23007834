package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.LongLine;
import dev.starttls.conformance.speak.HeardOut;
import dev.starttls.conformance.speak.Transcript;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** RFC 5321 sections 2.3.8 and 4.5.3.1: lines too long, and lines that do not end as they should. */
final class LineTopic implements Topic {
    private static final LongLine<SmtpTalk> LONG_LINE = new LongLine<>(Stages.GREETED, "NOOP ", "500");

    @Override
    public List<Check> checks() {
        return List.of(
                longLine("SMTP-S-19a", 600),
                longLine("SMTP-S-19b", 100_000),
                Check.of("SMTP-S-20a", "a bare LF does not end a command")
                        .clause("RFC 5321 section 2.3.8")
                        .level(Level.SHOULD)
                        .why("Where one program takes LF for the end of a line and the next does not, the two see"
                                + " different commands: SMTP smuggling (CVE-2023-51764 and others).")
                        .fix("Postfix: smtpd_forbid_bare_newline = reject (3.9 and its back-ports); normalize keeps"
                                + " messages whole, but still takes a bare LF for the end of a command.")
                        .onUpgraded(Protocol.SMTP)
                        .run(bareLf()));
    }

    private static Check longLine(String id, int octets) {
        return Check.of(id, "a line of " + octets + " octets before TLS is one line, refused or taken, and no harm")
                .clause("RFC 5321 section 4.5.3.1")
                .level(Level.SHOULD)
                .why("What a peer can send before TLS costs it nothing. A line without bound fills memory; one that is"
                        + " cut becomes two commands, the second written by whoever chose the length.")
                .fix("Answer 500 when the line ends, or close; read no more than the limit into memory.")
                .onUpgraded(Protocol.SMTP)
                .run(LONG_LINE.of(octets));
    }

    private static CheckBody bareLf() {
        return Stages.OFFERED.then((talk, subject) -> {
            // The end of our side makes a server that waits for CRLF hang up, so that it need not be waited for.
            talk.wire().sendRaw("STARTTLS\n");
            talk.wire().finish();
            HeardOut heard = talk.wire().hearOut();
            if (heard.lines().isEmpty()) {
                return heard.ended()
                        ? Verdict.pass("not taken for a line")
                        : Verdict.pass("not taken for a line; the connection still stands");
            }
            String line = heard.lines().get(0);
            return line.startsWith("2")
                    ? Verdict.warn("STARTTLS with a bare LF was answered with '" + Transcript.printable(line) + "'")
                    : Verdict.pass("refused: '" + Transcript.printable(line) + "'");
        });
    }
}
