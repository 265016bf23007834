package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.upgrade.Injection;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks that the server discards at the upgrade what was sent before it. */
final class Pop3DiscardTopic implements Topic {
    private static final Pop3Profile PROFILE = new Pop3Profile();

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("POP3-S-08", "the user named before TLS is forgotten inside it")
                        .clause("RFC 2595 section 4")
                        .level(Level.SECURITY)
                        .why("What came in plaintext may have come from an attacker on the path. A server that"
                                + " carries the name into TLS lets the attacker choose whose mail the client"
                                + " reads, or whose password is tried.")
                        .fix("Forget the name at the upgrade. If USER is refused before TLS there is no name to forget:"
                                + " Dovecot: auth_allow_cleartext = no (disable_plaintext_auth = yes before 2.4), which"
                                + " does not apply to clients at the server's own address. Cyrus: allowplaintext: no."
                                + " Courier: POP3_TLS_REQUIRED=1.")
                        .onUpgraded(Protocol.POP3)
                        .run(Pop3DiscardTopic::user),
                Injection.check(PROFILE, "POP3-S-12d", "a user named in plaintext after STLS is not known inside TLS")
                        .run(Pop3DiscardTopic::injected));
    }

    private static Verdict user(CheckContext context) throws IOException {
        UserBeforeTls named = UserBeforeTls.by(context);
        return Pop3Profile.STAGES
                .offered()
                .then((session, same) -> {
                    ObservedPop3Reply user = session.say("USER " + named.user());
                    if (user.refusal()) {
                        return Verdict.pass("no user can be named before TLS: " + user.description());
                    }
                    if (!user.good()) {
                        return Verdict.inconclusive("USER before TLS was answered with " + user.description());
                    }
                    ObservedPop3Reply goAhead = session.say("STLS");
                    if (goAhead.refusal()) {
                        return Verdict.pass("STLS is refused after USER: " + goAhead.description());
                    }
                    if (!goAhead.good()) {
                        return Verdict.inconclusive("STLS after USER was answered with " + goAhead.description());
                    }
                    HandshakeResult handshake = session.handshake();
                    return handshake instanceof HandshakeResult.Done done
                            ? named.judge(session, done, "the USER sent before TLS")
                            : Verdict.inconclusive("the TLS handshake failed: " + handshake.description());
                })
                .run(context);
    }

    /** USER may be executed without an answer that could be counted. */
    private static Verdict injected(CheckContext context) throws IOException {
        UserBeforeTls named = UserBeforeTls.by(context);
        return Pop3Profile.STAGES
                .offered()
                .then((session, same) -> Injection.command(PROFILE, "USER " + named.user())
                        .judgedBy((inside, handshake) ->
                                Optional.of(named.judge(session, handshake, "the USER sent after STLS")))
                        .tryOn(session, same))
                .run(context);
    }
}
