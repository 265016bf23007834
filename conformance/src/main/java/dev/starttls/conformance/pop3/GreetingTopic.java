package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** RFC 1939 sections 3 and 4, RFC 8314 section 3.2: the greeting. */
final class GreetingTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("POP3-S-01", "the greeting is +OK and well formed")
                        .clause("RFC 1939 section 4")
                        .level(Level.MUST)
                        .why("A client decides by the greeting alone whether there is a server to talk to. One that it"
                                + " cannot read ends the session before TLS can begin; one with loose line ends teaches"
                                + " clients to be loose, which injection lives on.")
                        .fix("Dovecot: login_greeting is one line of ASCII.")
                        .on(Protocol.POP3)
                        .run(GreetingTopic::greeting),
                Check.of("POP3-S-21a", "the greeting comes inside TLS and nothing before it")
                        .clause("RFC 8314 section 3.2")
                        .level(Level.MUST)
                        .why("On an implicit-TLS port the first byte is TLS; a plaintext greeting there is another"
                                + " service, or a server set up wrong.")
                        .fix("Dovecot: ssl = yes in the inet_listener pop3s of service pop3-login. Cyrus: pop3d -s"
                                + " listens on pop3s. Courier: POP3DSSLSTART=YES in pop3d-ssl.")
                        .onImplicit(Protocol.POP3)
                        .run(GreetingTopic::insideTls));
    }

    private static Verdict greeting(Subject subject) throws IOException {
        Pop3Talk talk = Pop3Talk.with(subject);
        if (subject.target().scheme().implicitTls()) {
            Optional<Verdict> obstacle = talk.secured();
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
        }
        Pop3Reply greeting = talk.reply();
        if (!(greeting instanceof Pop3Reply.Answer answer)) {
            return Verdict.fail("expected +OK, came " + greeting.told());
        }
        // RFC 3206 section 4: not now, and it may be otherwise soon.
        if (answer.refusal() && answer.text().startsWith("[SYS/TEMP]")) {
            return Verdict.inconclusive("the server gives no service now: " + answer.told());
        }
        if (!answer.good()) {
            return Verdict.fail("expected +OK, came " + answer.told());
        }
        return answer.flaws().isEmpty()
                ? Verdict.pass(answer.told())
                : Verdict.fail("the greeting is not well formed: " + String.join(", ", answer.flaws()));
    }

    private static Verdict insideTls(Subject subject) throws IOException {
        Pop3Talk talk = Pop3Talk.with(subject);
        return talk.securedAtOnce(subject.quiet()).orElseGet(() -> {
            Pop3Reply greeting = talk.reply();
            return greeting.good()
                    ? Verdict.pass(greeting.told())
                    : Verdict.fail("expected +OK inside TLS, came " + greeting.told());
        });
    }
}
