package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** RFC 2449 section 5, RFC 2595 section 4: what CAPA announces, before TLS and inside it. */
final class OfferTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(offered(), wellFormed(), notOfferedAgain(), notOfferedImplicitly());
    }

    private static Check offered() {
        return Check.of("POP3-S-02a", "STLS is announced before TLS, without parameters")
                .clause("RFC 2595 section 4")
                .level(Level.MUST)
                .why("A client that is set to require TLS cannot use a port that does not offer it, and one that is not"
                        + " goes on in the clear. A parameter behind the tag makes strict clients miss the offer.")
                .fix("Dovecot: ssl = yes, with ssl_cert and ssl_key (ssl_server_cert_file and ssl_server_key_file since"
                        + " 2.4). Cyrus: tls_server_cert and tls_server_key in imapd.conf. Courier: POP3_STARTTLS=YES"
                        + " in pop3d-ssl.")
                .onUpgraded(Protocol.POP3)
                .run(Stages.GREETED.then((talk, subject) -> {
                    Pop3Reply reply = talk.capa();
                    if (!reply.good()) {
                        return Verdict.fail("CAPA was answered with " + reply.told());
                    }
                    Optional<String> parameters = talk.capabilities().of("STLS");
                    if (parameters.isEmpty()) {
                        return Verdict.fail("CAPA does not announce STLS; it announces "
                                + talk.capabilities().told());
                    }
                    return parameters.get().isEmpty()
                            ? Verdict.pass("announced")
                            : Verdict.fail("announced with a parameter: 'STLS " + parameters.get() + "'");
                }));
    }

    private static Check wellFormed() {
        return Check.of("POP3-S-02b", "the answer to CAPA is well formed and ends with a dot")
                .clause("RFC 2449 sections 3 and 5")
                .level(Level.MUST)
                .why("A client that waits for the dot waits for ever, and one that does not cannot tell the end of the"
                        + " list from what someone on the path wrote behind it.")
                .on(Protocol.POP3)
                .run(Stages.OPENED.then((talk, subject) -> {
                    Pop3Reply reply = talk.capa();
                    if (!(reply instanceof Pop3Reply.Answer answer) || !reply.good()) {
                        return Verdict.fail("CAPA was answered with " + reply.told());
                    }
                    List<String> flaws = new ArrayList<>(answer.flaws());
                    flaws.addAll(talk.capabilities().flaws());
                    return flaws.isEmpty()
                            ? Verdict.pass(talk.capabilities().told())
                            : Verdict.fail("it is not well formed: " + String.join(", ", flaws));
                }));
    }

    private static Check notOfferedAgain() {
        return Check.of("POP3-S-06", "STLS is not announced inside TLS")
                .clause("RFC 2595 section 4")
                .level(Level.MUST)
                .why("A client that follows every offer would try TLS inside TLS and lose the session.")
                .fix("Leave STLS out of the answer to CAPA once the session is inside TLS.")
                .onUpgraded(Protocol.POP3)
                .run(Stages.INTRODUCED_INSIDE.then((talk, subject) -> judge(talk, "CAPA inside TLS announces STLS")));
    }

    private static Check notOfferedImplicitly() {
        return Check.of("POP3-S-21b", "STLS is not announced on an implicit-TLS port")
                .clause("RFC 8314 section 3.2, RFC 2595 section 4")
                .level(Level.MUST)
                .why("The session is inside TLS already; the offer leads to TLS inside TLS.")
                .onImplicit(Protocol.POP3)
                .run(Stages.INTRODUCED_INSIDE.then(
                        (talk, subject) -> judge(talk, "CAPA announces STLS inside implicit TLS")));
    }

    private static Verdict judge(Pop3Talk talk, String announced) {
        return talk.capabilities().has("STLS") ? Verdict.fail(announced) : Verdict.pass("not announced");
    }
}
