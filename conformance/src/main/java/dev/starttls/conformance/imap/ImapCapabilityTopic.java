package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.target.Protocol;
import java.util.List;

/** Checks of what CAPABILITY announces, before TLS and inside it (RFC 9051 sections 6.1.1, 6.2.1 and 7.2.2). */
final class ImapCapabilityTopic implements Topic {
    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("IMAP-S-02b", "CAPABILITY is answered with one line that names the revision of IMAP")
                        .clause("RFC 9051 section 6.1.1")
                        .level(Level.MUST)
                        .why("This line tells a client whether it may upgrade at all. If there are two lines, it may"
                                + " take the one that an attacker wrote.")
                        .fix("Answer with one line '* CAPABILITY' that has IMAP4rev1 or IMAP4rev2, then with OK.")
                        .on(Protocol.IMAP)
                        .run(ImapProfile.STAGES.opened().then((session, context) -> wellFormed(session))),
                loginEnabled());
    }

    private static Verdict wellFormed(ImapProtocolSession session) {
        ImapCommandResult answer = session.capability();
        if (!answer.ok()) {
            return Verdict.fail("CAPABILITY was answered with " + answer.description());
        }
        if (answer.capabilities().size() != 1) {
            return Verdict.fail(
                    "CAPABILITY was answered with " + answer.capabilities().size() + " lines '* CAPABILITY'");
        }
        ObservedImapResponse.Data line = answer.capabilities().get(0);
        if (!line.flaws().isEmpty()) {
            return Verdict.fail("the line is not well formed: " + String.join(", ", line.flaws()));
        }
        ImapCapabilityList capabilities = session.capabilities();
        return capabilities.has("IMAP4REV1") || capabilities.has("IMAP4REV2")
                ? Verdict.pass(line.description())
                : Verdict.fail("neither IMAP4rev1 nor IMAP4rev2 is in " + line.description());
    }

    private static Check loginEnabled() {
        return Check.of("IMAP-S-06b", "LOGINDISABLED is not announced inside TLS")
                .clause("RFC 9051 section 6.2.3")
                .level(Level.MUST)
                .why("Clients do not log in while LOGINDISABLED is announced. A server that still announces it inside"
                        + " TLS keeps its users out, or forces clients to ignore it.")
                .fix("Announce LOGINDISABLED in plaintext only.")
                .on(Protocol.IMAP)
                .run(ImapProfile.STAGES.introducedInside().then((session, context) -> {
                    if (!session.capabilities().has("LOGINDISABLED")) {
                        return Verdict.pass("not announced");
                    }
                    ImapCommandResult login = session.say("LOGIN " + UnknownUser.LOGIN_ARGUMENTS);
                    if (login.ok()
                            || login.code()
                                    .filter("AUTHENTICATIONFAILED"::equals)
                                    .isPresent()) {
                        return Verdict.fail("LOGINDISABLED is announced inside TLS, although LOGIN is tried there: "
                                + login.description());
                    }
                    return session.capabilities().mechanisms().isEmpty()
                            ? Verdict.fail("LOGINDISABLED is announced inside TLS, and no AUTH=: no client can log in")
                            : Verdict.warn("LOGINDISABLED is announced inside TLS; there is only AUTH="
                                    + String.join(
                                            ", AUTH=", session.capabilities().mechanisms()));
                }));
    }
}
