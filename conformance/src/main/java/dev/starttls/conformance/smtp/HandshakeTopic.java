package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.BrokenHandshake;
import dev.starttls.conformance.speak.HeardOut;
import dev.starttls.conformance.speak.Transcript;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** RFC 3207 sections 4 and 4.1: after the go-ahead something else comes than a handshake that succeeds. */
final class HandshakeTopic implements Topic {
    private static final String WHY = "After its 220 a server is past plaintext (RFC 3207 section 4). One that goes on"
            + " taking commands in the clear lets someone on the path break the handshake and carry on in the client's"
            + " place, or lets a client that missed the failure send its mail unprotected.";
    private static final String FIX = "When the handshake fails, close the connection.";
    private static final BrokenHandshake<SmtpTalk> BROKEN =
            new BrokenHandshake<>(Stages.GONE_AHEAD, Stages.INTRODUCED_INSIDE, "220", line -> line.startsWith("2"));

    @Override
    public List<Check> checks() {
        return List.of(
                check("SMTP-S-15", "garbage instead of a ClientHello ends the connection", Level.SECURITY)
                        .run(BROKEN.instead(
                                "GARBAGE IN PLACE OF A CLIENTHELLO\r\nEHLO garbage.invalid\r\nMAIL FROM:<>\r\n")),
                check("SMTP-S-16", "NOOP in plaintext after the 220 is not obeyed", Level.SECURITY)
                        .run(BROKEN.instead("NOOP\r\n")),
                check("SMTP-S-17a", "after an aborted handshake nothing said before it is trusted", Level.MUST)
                        .run(Stages.GONE_AHEAD.then(HandshakeTopic::aborted)),
                check("SMTP-S-17b", "after an aborted handshake the next connection works", Level.MUST)
                        .run(BROKEN.nextConnection()));
    }

    private static Check.Draft check(String id, String title, Level level) {
        return Check.of(id, title)
                .clause("RFC 3207 section 4.1")
                .level(level)
                .why(WHY)
                .fix(FIX)
                .onUpgraded(Protocol.SMTP);
    }

    private static Verdict aborted(SmtpTalk talk, Subject subject) throws IOException {
        Optional<Verdict> obstacle = BROKEN.abort(talk, subject);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        talk.wire().send("MAIL FROM:<>");
        talk.wire().finish();
        HeardOut heard = talk.wire().hearOut();
        Optional<String> obeyed =
                heard.lines().stream().filter(line -> line.startsWith("250")).findFirst();
        if (obeyed.isPresent()) {
            return trusted(subject, obeyed.get());
        }
        if (!heard.lines().isEmpty()) {
            return Verdict.pass("MAIL in plaintext after it: '"
                    + Transcript.printable(heard.lines().get(0)) + "'");
        }
        return heard.ended()
                ? Verdict.pass(heard.end().told())
                : Verdict.warn("the connection still stands: " + heard.end().told());
    }

    /** MAIL was taken in plaintext after the handshake failed: on the strength of the EHLO before it? */
    private static Verdict trusted(Subject subject, String obeyed) throws IOException {
        SmtpTalk control = SmtpTalk.with(subject);
        control.wire().note("control: would MAIL be accepted where no EHLO was ever said?");
        Optional<Verdict> obstacle = control.greeted();
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Reply without = control.say("MAIL FROM:<>");
        String told = "after the aborted handshake MAIL in plaintext was answered with '" + Transcript.printable(obeyed)
                + "'";
        return without.good()
                ? Verdict.warn(told)
                : Verdict.fail(told + ", on the EHLO said before it; without EHLO the answer is " + without.told());
    }
}
