package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** RFC 9051 sections 6.1.1, 6.2.1 and 7.2.2: what CAPABILITY announces, before TLS and inside it. */
final class OfferTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("IMAP-S-02a", "STARTTLS is announced before TLS")
                        .clause("RFC 9051 section 6.2.1")
                        .level(Level.MUST)
                        .why(
                                "A client that is set to require TLS cannot use a port that does not offer it, and one that"
                                        + " is not goes on in the clear.")
                        .fix("Dovecot: ssl = yes, with ssl_cert and ssl_key (ssl_server_cert_file and"
                                + " ssl_server_key_file since 2.4). Cyrus: tls_server_cert and tls_server_key in"
                                + " imapd.conf. Courier: IMAPDSTARTTLS=YES in imapd-ssl.")
                        .onUpgraded(Protocol.IMAP)
                        .run(Stages.INTRODUCED.then(
                                (talk, subject) -> talk.capabilities().has("STARTTLS")
                                        ? Verdict.pass("announced")
                                        : Verdict.fail("CAPABILITY does not announce STARTTLS; it announces "
                                                + list(talk.capabilities().told())))),
                Check.of("IMAP-S-02b", "CAPABILITY is answered with one line that names the revision of IMAP")
                        .clause("RFC 9051 section 6.1.1")
                        .level(Level.MUST)
                        .why("A client reads from this line whether it may upgrade at all. Of two lines it may take the"
                                + " one that someone else wrote.")
                        .on(Protocol.IMAP)
                        .run(Stages.OPENED.then((talk, subject) -> wellFormed(talk))),
                Check.of("IMAP-S-14c", "capabilities before TLS and inside it, compared")
                        .clause("RFC 9051 section 6.2.1")
                        .level(Level.SHOULD)
                        .why(
                                "A client forgets at the upgrade what it was told before, so the two lists are independent;"
                                        + " what differs is worth knowing to whoever runs the server.")
                        .onUpgraded(Protocol.IMAP)
                        .run(Stages.SEEN_FROM_ELSEWHERE.and(ImapTalk::offered).then(OfferTopic::compare)));
    }

    private static Verdict wellFormed(ImapTalk talk) {
        Answer answer = talk.capability();
        if (!answer.ok()) {
            return Verdict.fail("CAPABILITY was answered with " + answer.told());
        }
        if (answer.capabilities().size() != 1) {
            return Verdict.fail(
                    "CAPABILITY was answered with " + answer.capabilities().size() + " lines '* CAPABILITY'");
        }
        ImapResponse.Data line = answer.capabilities().get(0);
        if (!line.flaws().isEmpty()) {
            return Verdict.fail("the line is not well formed: " + String.join(", ", line.flaws()));
        }
        Capabilities capabilities = talk.capabilities();
        return capabilities.has("IMAP4REV1") || capabilities.has("IMAP4REV2")
                ? Verdict.pass(line.told())
                : Verdict.fail("neither IMAP4rev1 nor IMAP4rev2 is in " + line.told());
    }

    private static Verdict compare(ImapTalk talk, Subject subject) {
        Collection<String> before = talk.capabilities().told();
        Optional<Verdict> obstacle = talk.goneAhead().or(talk::secured).or(talk::introduced);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Collection<String> inside = talk.capabilities().told();
        TreeSet<String> gone = new TreeSet<>(before);
        gone.removeAll(inside);
        TreeSet<String> come = new TreeSet<>(inside);
        come.removeAll(before);
        TreeSet<String> both = new TreeSet<>(before);
        both.retainAll(inside);
        return Verdict.pass("only before: " + list(gone) + "; only inside: " + list(come) + "; both: " + list(both));
    }

    private static String list(Collection<String> capabilities) {
        return capabilities.isEmpty() ? "nothing" : String.join(", ", capabilities);
    }
}
