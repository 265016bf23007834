package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** RFC 5321 sections 4.2 and 4.3.1: the greeting. */
final class GreetingTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(Check.of("SMTP-S-01", "the greeting is 220 and well formed")
                .clause("RFC 5321 section 4.2")
                .level(Level.MUST)
                .why("A client decides by the greeting alone whether there is a server to talk to. One that it cannot"
                        + " read ends the session before TLS can begin; one with loose line ends teaches clients to be"
                        + " loose, which injection lives on.")
                .fix("Postfix: look at smtpd_banner; it begins with $myhostname. Exim: smtp_banner.")
                .on(Protocol.SMTP)
                .run(GreetingTopic::greeting));
    }

    private static Verdict greeting(Subject subject) throws IOException {
        SmtpTalk talk = SmtpTalk.with(subject);
        if (subject.target().scheme().implicitTls()) {
            Optional<Verdict> obstacle = talk.secured();
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
        }
        Reply greeting = talk.reply();
        if (greeting.code() == 421) {
            return Verdict.inconclusive("the server gives no service now: " + greeting.told());
        }
        if (!(greeting instanceof Reply.Answer answer) || answer.code() != 220) {
            return Verdict.fail("expected 220, came " + greeting.told());
        }
        if (answer.lines().get(0).isBlank()) {
            return Verdict.fail("the greeting does not name the server's domain");
        }
        return answer.flaws().isEmpty()
                ? Verdict.pass(answer.told())
                : Verdict.fail("the greeting is not well formed: " + String.join(", ", answer.flaws()));
    }
}
