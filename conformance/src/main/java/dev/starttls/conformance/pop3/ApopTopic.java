package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.AuthenticatedServer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks of the timestamp in the greeting (RFC 1939 section 7). */
final class ApopTopic implements Topic {
    private static final Pattern TIMESTAMP = Pattern.compile("<[^<> @]+@[^<> ]+>");
    static final String NONE = "the greeting has no timestamp, so APOP is not offered";

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("POP3-S-16a", "the timestamp of the greeting, if there is one, is never the same twice")
                        .clause("RFC 1939 section 7")
                        .level(Level.SHOULD)
                        .why("APOP proves that the client knows the password for one timestamp. If a timestamp is sent"
                                + " twice, an attacker who recorded the first login can repeat it.")
                        .fix("Leave the timestamp out of the greeting, which disables APOP: its MD5 allows an"
                                + " eavesdropper to guess passwords offline. Cyrus: allowapop: no.")
                        .on(Protocol.POP3)
                        .run(ApopTopic::fresh),
                Check.of("POP3-S-16b", "the timestamp sent before TLS is not valid for APOP inside it")
                        .clause("RFC 2595 section 4")
                        .level(Level.SHOULD)
                        .why("The timestamp came in plaintext, so an attacker on the path may have written it: a"
                                + " client that uses it inside TLS answers the attacker.")
                        .fix("Refuse APOP inside TLS if the greeting came before it. Clients can use USER, PASS and"
                                + " SASL. Cyrus: allowapop: no.")
                        .onUpgraded(Protocol.POP3)
                        .run(ApopTopic::reused));
    }

    static Optional<String> timestamp(ObservedPop3Reply greeting) {
        if (!(greeting instanceof ObservedPop3Reply.Answer answer) || !answer.good()) {
            return Optional.empty();
        }
        Matcher found = TIMESTAMP.matcher(answer.text());
        return found.find() ? Optional.of(found.group()) : Optional.empty();
    }

    private static Optional<Verdict> secureFirst(Pop3ProtocolSession session, CheckContext context) {
        return context.target().scheme().implicitTls() ? session.secured() : Optional.empty();
    }

    private static Verdict fresh(CheckContext context) throws IOException {
        Pop3ProtocolSession first = Pop3Profile.STAGES.open(context);
        Optional<Verdict> obstacle = secureFirst(first, context);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        ObservedPop3Reply greeting = first.next();
        if (!greeting.good()) {
            return Verdict.inconclusive("the greeting was " + greeting.description() + ", not +OK");
        }
        Optional<String> one = timestamp(greeting);
        if (one.isEmpty()) {
            return Verdict.pass(NONE);
        }
        first.wire().close();
        Pop3ProtocolSession second = Pop3Profile.STAGES.open(context);
        obstacle = secureFirst(second, context);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        ObservedPop3Reply again = second.next();
        return again.good()
                ? compared(one.get(), timestamp(again))
                : Verdict.inconclusive("the second greeting was " + again.description() + ", not +OK");
    }

    private static Verdict compared(String one, Optional<String> other) {
        String detail = Transcript.printable(one);
        if (other.isEmpty()) {
            return Verdict.warn(detail + " in one greeting, none in the next");
        }
        return other.get().equals(one)
                ? Verdict.warn("two greetings have the same timestamp: " + detail)
                : Verdict.pass(detail + ", then " + Transcript.printable(other.get()));
    }

    private static Verdict reused(CheckContext context) throws IOException {
        Pop3ProtocolSession session = Pop3Profile.STAGES.open(context);
        ObservedPop3Reply greeting = session.next();
        if (!greeting.good()) {
            return Verdict.inconclusive("the greeting was " + greeting.description() + ", not +OK");
        }
        Optional<String> timestamp = timestamp(greeting);
        if (timestamp.isEmpty()) {
            return Verdict.pass(NONE);
        }
        Optional<Login> login = context.settings().login();
        if (login.isEmpty()) {
            return Verdict.skip("needs a login: give --user and --password-file");
        }
        Optional<Verdict> obstacle = session.introduced().or(session::offered).or(session::goneAhead);
        return obstacle.orElseGet(() -> inside(session, context, login.get(), timestamp.get()));
    }

    private static Verdict inside(Pop3ProtocolSession session, CheckContext context, Login login, String timestamp) {
        HandshakeResult handshake = session.handshake();
        if (!(handshake instanceof HandshakeResult.Done done)) {
            return ProtocolSession.noHandshake(handshake);
        }
        Optional<Verdict> doubt = AuthenticatedServer.withholds(context, done);
        if (doubt.isPresent()) {
            return doubt.get();
        }
        ObservedPop3Reply reply = new Pop3Authentication(session, login).apop(timestamp);
        if (reply.good()) {
            return Verdict.warn(
                    "APOP inside TLS logs in with " + Transcript.printable(timestamp) + ", which came in plaintext");
        }
        return reply.refusal() || reply.ended()
                ? Verdict.pass("APOP with this timestamp is refused inside TLS")
                : Verdict.inconclusive("APOP inside TLS was not answered");
    }
}
