package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ImapResponse.Condition;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** RFC 9051 section 7.1: the greeting. */
final class GreetingTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("IMAP-S-01", "the greeting is OK, PREAUTH or BYE and well formed")
                        .clause("RFC 9051 section 7.1")
                        .level(Level.MUST)
                        .why("A client decides by the greeting alone whether there is a server to talk to. One that it"
                                + " cannot read ends the session before TLS can begin; one with loose line ends teaches"
                                + " clients to be loose, which injection lives on.")
                        .fix("Dovecot: look at login_greeting. Cyrus: serverinfo and servername in imapd.conf.")
                        .on(Protocol.IMAP)
                        .run(GreetingTopic::greeting),
                Check.of("IMAP-S-16", "the greeting in plaintext is not PREAUTH")
                        .clause("RFC 9051 section 7.1.4")
                        .level(Level.SECURITY)
                        .why("After PREAUTH there is no STARTTLS any more: the session stays in the clear, and a client"
                                + " that goes on uploads drafts and sent mail to whoever is on the path"
                                + " (CVE-2020-14093; https://nostarttls.secvuln.info).")
                        .fix("Pre-authenticate on a port with TLS from the first octet only, or not at all.")
                        .onUpgraded(Protocol.IMAP)
                        .run(GreetingTopic::preauthenticated));
    }

    private static Verdict greeting(Subject subject) throws IOException {
        ImapTalk talk = ImapTalk.with(subject);
        if (subject.target().scheme().implicitTls()) {
            Optional<Verdict> obstacle = talk.secured();
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
        }
        ImapResponse greeting = talk.response();
        if (!(greeting instanceof ImapResponse.Untagged status)
                || status.condition() == Condition.NO
                || status.condition() == Condition.BAD) {
            return Verdict.fail("expected '* OK', '* PREAUTH' or '* BYE', came " + greeting.told());
        }
        if (!status.flaws().isEmpty()) {
            return Verdict.fail("the greeting is not well formed: " + String.join(", ", status.flaws()));
        }
        return status.condition() == Condition.BYE
                ? Verdict.inconclusive("the server gives no service now: " + greeting.told())
                : Verdict.pass(greeting.told());
    }

    private static Verdict preauthenticated(Subject subject) throws IOException {
        ImapResponse greeting = ImapTalk.with(subject).response();
        if (greeting.untagged(Condition.PREAUTH)) {
            return Verdict.fail("in plaintext the server greets with " + greeting.told());
        }
        return greeting.untagged(Condition.OK)
                ? Verdict.pass(greeting.told())
                : Verdict.inconclusive("the greeting was " + greeting.told());
    }
}
