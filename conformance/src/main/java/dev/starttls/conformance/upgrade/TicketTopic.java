package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.ResumableTls;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.tls.AuthenticatedServer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The check that a resumed TLS session does not carry a login. */
final class TicketTopic extends UpgradeTopic {
    TicketTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(check(
                        "UP-S-56",
                        "a resumed TLS session does not carry the login of the session before it",
                        Level.SECURITY,
                        Rule.INSIDE,
                        "Keep who is logged in with the connection, never with the TLS session.")
                .why("A ticket is made for the TLS session and may be kept for days, by a program that several users"
                        + " share. A server that finds the login with the session gives one user's mail to the next.")
                .on(profile().protocol())
                .run(this::carried));
    }

    private Verdict carried(CheckContext context) throws IOException {
        Optional<Login> login = context.settings().login();
        if (login.isEmpty()) {
            return Verdict.skip("needs a login: give --user and --password-file");
        }
        ResumableTls sessions = new ResumableTls();
        ProtocolSession first = profile().stages().open(context);
        Optional<Verdict> obstacle = begun(first, context, sessions, Optional.of(login.get()));
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        List<Response> loggedIn = EarlyLoginTopic.needLogin(profile(), first);
        first.say(words().goodbye());
        first.wire().closeNotify();
        first.wire().close();
        ProtocolSession second = profile().stages().open(context);
        second.wire().note("the same TLS session again, without a login");
        Optional<Verdict> again = begun(second, context, sessions, Optional.empty());
        if (again.isPresent()) {
            return again.get();
        }
        if (!sessions.resumed()) {
            return Verdict.pass("the server does not resume the session, so it carries nothing");
        }
        List<Response> resumed = EarlyLoginTopic.needLogin(profile(), second);
        second.wire().close();
        String detail = profile().needLogin() + " in the resumed session: " + Response.description(resumed);
        ProtocolSession control = profile().stages().open(context);
        control.wire().note("control: a new TLS session without a login");
        Optional<Verdict> noControl = begun(control, context, new ResumableTls(), Optional.empty());
        if (noControl.isPresent()) {
            return noControl.get();
        }
        List<Response> without = EarlyLoginTopic.needLogin(profile(), control);
        if (EarlyLoginTopic.more(resumed, without)) {
            return Verdict.fail(detail + "; in a new one: " + Response.description(without));
        }
        return EarlyLoginTopic.more(loggedIn, without)
                ? Verdict.pass(detail + ", as in a new one")
                : Verdict.undecided(detail + "; but they are answered so after a login too");
    }

    /** Takes a new connection into TLS and asks for the capabilities there; logs in if there is a login to use. */
    private Optional<Verdict> begun(
            ProtocolSession session, CheckContext context, ResumableTls sessions, Optional<Login> login) {
        boolean implicit = context.target().scheme().implicitTls();
        Optional<Verdict> obstacle = implicit
                ? Optional.empty()
                : session.greeted().or(session::introduced).or(session::offered).or(session::goneAhead);
        if (obstacle.isPresent()) {
            return obstacle;
        }
        HandshakeResult handshake = session.wire().handshake(context.offer(), sessions);
        if (!(handshake instanceof HandshakeResult.Done done)) {
            return Optional.of(ProtocolSession.noHandshake(handshake));
        }
        if (login.isPresent()) {
            Optional<Verdict> doubt = AuthenticatedServer.withholds(context, done);
            if (doubt.isPresent()) {
                return doubt;
            }
        }
        Optional<Verdict> greeting = implicit ? session.greeted() : Optional.empty();
        return greeting.or(session::introduced).or(() -> login.flatMap(session::logIn));
    }
}
