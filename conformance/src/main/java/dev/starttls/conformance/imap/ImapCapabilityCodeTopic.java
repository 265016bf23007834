package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Stage;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.AuthenticatedServer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Checks of the capabilities in response codes, which a client takes instead of asking (RFC 9051 section 7.1). */
final class ImapCapabilityCodeTopic implements Topic {
    private static final Set<String> IN_THE_CLEAR = Set.of("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER");
    private static final Stage<ImapProtocolSession> FROM_ELSEWHERE = Stage.first(
            context -> ImapProfile.STAGES.over(context.connectFromElsewhere(), context.offer(), context.settings()),
            session -> Optional.empty());

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("IMAP-S-33", "the capabilities in the greeting before TLS offer TLS and no login in plaintext")
                        .clause("RFC 9051 sections 6.2.1, 6.2.3 and 7.1")
                        .level(Level.SECURITY)
                        .why("A client that finds the capabilities in the greeting does not ask for them. What is"
                                + " missing there, STARTTLS or LOGINDISABLED, is missing for this client; and a"
                                + " mechanism that is offered there is used.")
                        .fix("Build the list for the greeting and for CAPABILITY in one place, from the same state. "
                                + ImapProfile.NO_PLAINTEXT_LOGIN)
                        .onUpgraded(Protocol.IMAP)
                        .run(FROM_ELSEWHERE.thenAsStranger((session, context) -> greeting(session))),
                Check.of("IMAP-S-34", "the capabilities in the answer to the login do not offer STARTTLS")
                        .clause("RFC 9051 sections 6.2.1 and 7.1")
                        .level(Level.MUST)
                        .why("A client that finds the capabilities there does not ask for them, and an offer that it"
                                + " uses leads to TLS inside TLS, or to a refusal.")
                        .fix("Build the list for the code and for CAPABILITY in one place, from the same state.")
                        .on(Protocol.IMAP)
                        .run(ImapCapabilityCodeTopic::afterLogin));
    }

    private static Verdict greeting(ImapProtocolSession session) {
        ObservedImapResponse greeting = session.response();
        if (!greeting.untagged(ObservedImapResponse.Condition.OK)) {
            return Verdict.inconclusive("the greeting was " + greeting.description());
        }
        Optional<ImapCapabilityList> code = ImapCapabilityList.in(greeting.code());
        if (code.isEmpty()) {
            return Verdict.pass("the greeting has no capabilities");
        }
        Set<String> clear = new TreeSet<>(code.get().mechanisms());
        clear.retainAll(IN_THE_CLEAR);
        if (!clear.isEmpty()) {
            return Verdict.fail("the greeting in plaintext offers " + String.join(", ", clear));
        }
        Optional<Verdict> obstacle = session.introduced();
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        for (String needed : List.of("STARTTLS", "LOGINDISABLED")) {
            if (session.capabilities().has(needed) && !code.get().has(needed)) {
                return Verdict.fail(
                        needed + " is in the answer to CAPABILITY but not in the greeting: " + greeting.description());
            }
        }
        return Verdict.pass(greeting.description());
    }

    private static Verdict afterLogin(CheckContext context) throws IOException {
        Optional<Login> login = context.settings().login();
        return login.isEmpty()
                ? Verdict.skip("needs a login: give --user and --password-file")
                : ImapProfile.STAGES
                        .clientHelloDue()
                        .then((session, same) -> loggedIn(session, same, login.get()))
                        .run(context);
    }

    private static Verdict loggedIn(ImapProtocolSession session, CheckContext context, Login login) {
        HandshakeResult handshake = session.handshake();
        if (!(handshake instanceof HandshakeResult.Done done)) {
            return ProtocolSession.noHandshake(handshake);
        }
        Optional<Verdict> obstacle = AuthenticatedServer.withholds(context, done)
                .or(() -> context.target().scheme().implicitTls() ? session.greeted() : Optional.empty())
                .or(session::introduced)
                .or(() -> session.logIn(login));
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Optional<ImapCapabilityList> code = session.afterLogin();
        if (code.isEmpty()) {
            return Verdict.pass("the answer to the login has no capabilities");
        }
        String list = String.join(", ", code.get().description());
        if (code.get().has("STARTTLS")) {
            return Verdict.fail("the answer to the login offers STARTTLS inside TLS: " + list);
        }
        return code.get().has("LOGINDISABLED")
                ? Verdict.warn("the answer to the login inside TLS has LOGINDISABLED: " + list)
                : Verdict.pass(list);
    }
}
