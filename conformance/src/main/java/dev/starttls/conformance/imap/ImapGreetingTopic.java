package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.imap.ObservedImapResponse.Condition;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;

/** Check that the greeting does not log the client in before TLS (RFC 9051 section 7.1.4). */
final class ImapGreetingTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(Check.of("IMAP-S-16", "the greeting in plaintext is not PREAUTH")
                .clause("RFC 9051 section 7.1.4")
                .level(Level.SECURITY)
                .why("After PREAUTH, STARTTLS is not allowed: the session stays in plaintext, and anyone on the path"
                        + " can read the drafts and sent mail that the client uploads (CVE-2020-14093;"
                        + " https://nostarttls.secvuln.info).")
                .fix("Pre-authenticate on a port with TLS from the first octet only, or not at all.")
                .onUpgraded(Protocol.IMAP)
                .run(ImapGreetingTopic::preauthenticated));
    }

    private static Verdict preauthenticated(CheckContext context) throws IOException {
        ObservedImapResponse greeting = ImapProfile.STAGES.open(context).response();
        if (greeting.untagged(Condition.PREAUTH)) {
            return Verdict.fail("in plaintext the server greets with " + greeting.description());
        }
        return greeting.untagged(Condition.OK)
                ? Verdict.pass(greeting.description())
                : Verdict.inconclusive("the greeting was " + greeting.description());
    }
}
