package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** RFC 3207 section 2 and 4.2, RFC 8689: what EHLO offers, before TLS and inside it. */
final class OfferTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(offered(), requireTls(), compared());
    }

    private static Check offered() {
        return Check.of("SMTP-S-02", "STARTTLS is offered, without parameters")
                .clause("RFC 3207 section 2")
                .level(Level.MUST)
                .why("A client that is set to require TLS cannot use a server that does not offer it, and one that is"
                        + " not goes on in the clear. A parameter behind the keyword makes strict clients miss the"
                        + " offer.")
                .fix("Postfix: smtpd_tls_security_level = may, with smtpd_tls_chain_files. Exim: tls_advertise_hosts ="
                        + " *, with tls_certificate and tls_privatekey.")
                .onUpgraded(Protocol.SMTP)
                .run(Stages.INTRODUCED.then((talk, subject) -> {
                    Optional<String> parameters = talk.extensions().of("STARTTLS");
                    if (parameters.isEmpty()) {
                        return Verdict.fail("EHLO does not offer STARTTLS; it offers "
                                + String.join(", ", talk.extensions().told()));
                    }
                    return parameters.get().isEmpty()
                            ? Verdict.pass("offered")
                            : Verdict.fail("offered with a parameter: 'STARTTLS " + parameters.get() + "'");
                }));
    }

    private static Check requireTls() {
        return Check.of("SMTP-S-24", "REQUIRETLS is not offered in plaintext")
                .clause("RFC 8689 section 2")
                .level(Level.MUST)
                .why("REQUIRETLS is a promise about the transport. Offered in the clear, anyone on the path could have"
                        + " written it, and a client that believes it hands over mail that was to be protected.")
                .fix("Offer REQUIRETLS only in the EHLO reply that is sent inside TLS.")
                .onUpgraded(Protocol.SMTP)
                .run(Stages.INTRODUCED.then((talk, subject) -> talk.extensions().has("REQUIRETLS")
                        ? Verdict.fail("EHLO before TLS offers REQUIRETLS")
                        : Verdict.pass("not offered before TLS")));
    }

    private static Check compared() {
        return Check.of("SMTP-S-25", "offers before TLS and inside it, compared")
                .clause("RFC 3207 section 4.2")
                .level(Level.SHOULD)
                .why("Both sides forget at the upgrade what they learned before it, so the two lists are independent;"
                        + " what differs is worth knowing to whoever runs the server.")
                .onUpgraded(Protocol.SMTP)
                .run(Stages.OFFERED.then(OfferTopic::compare));
    }

    private static Verdict compare(SmtpTalk talk, Subject subject) {
        Extensions before = talk.extensions();
        Optional<Verdict> obstacle = talk.goneAhead().or(talk::secured).or(talk::introduced);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Extensions inside = talk.extensions();
        Set<String> gone = new TreeSet<>(before.told());
        gone.removeAll(inside.told());
        Set<String> come = new TreeSet<>(inside.told());
        come.removeAll(before.told());
        return Verdict.pass("only before: " + list(gone) + "; only inside: " + list(come) + "; both: "
                + list(new TreeSet<>(
                        before.told().stream().filter(inside.told()::contains).toList())));
    }

    private static String list(Set<String> lines) {
        return lines.isEmpty() ? "nothing" : String.join(", ", lines);
    }
}
