package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.io.IOException;
import java.util.Optional;

/**
 * A login before TLS with credentials that no server knows, in one command: was it refused because TLS is missing, or
 * because the credentials are wrong? Only in the second case were they tried. Where the answer does not say so itself,
 * it is compared with the answer to the same command without credentials, and inside TLS.
 *
 * @param mechanism as servers announce it
 * @param command with the credentials in it
 */
public record InventedLogin(UpgradeProfile profile, String mechanism, String command) {

    /**
     * What came of it before TLS.
     *
     * @param finding what the answer shows by itself
     * @param refusal the refusal that shows nothing until it is compared with that inside TLS
     * @param announced whether the mechanism was announced
     */
    record Attempt(InventedLogin login, Optional<Verdict> finding, Optional<Response> refusal, boolean announced) {
        /**
         * The verdict on it; empty if the answer keeps a password off the network. To compare, a connection is made,
         * which takes the place of the one before.
         */
        Optional<Verdict> verdict(CheckContext context) throws IOException {
            return finding.isPresent() || refusal.isEmpty()
                    ? finding
                    : login.control(refusal.get(), announced, context);
        }
    }

    /** Sends the command before TLS. */
    Attempt attempt(ProtocolSession session) {
        Response answer = session.say(command);
        if (answer.asks()) {
            cancel(session);
            return found(Verdict.fail("the server asks for more of a login in plaintext: " + mechanism
                    + " was answered with " + answer.description()));
        }
        if (answer.done() || answer.goAhead()) {
            return found(Verdict.fail(
                    "a login by " + mechanism + " in plaintext was answered with " + answer.description()));
        }
        if (answer.endsSession() || answer.ended()) {
            return new Attempt(this, Optional.empty(), Optional.empty(), false);
        }
        if (!answer.refusal()) {
            return found(
                    answer.came()
                            ? Verdict.undecided(mechanism + " was answered with " + answer.description())
                            : Verdict.inconclusive(mechanism + " was not answered: " + answer.description()));
        }
        boolean doubtful = answer.refusesCredentials() && !refusedWithoutCredentials(session, answer);
        return new Attempt(
                this,
                Optional.empty(),
                doubtful ? Optional.of(answer) : Optional.empty(),
                session.offers().mechanisms().contains(mechanism));
    }

    private Attempt found(Verdict finding) {
        return new Attempt(this, Optional.of(finding), Optional.empty(), false);
    }

    /** The same refusal without the credentials shows that it is not about them. */
    private boolean refusedWithoutCredentials(ProtocolSession session, Response answer) {
        Response bare = session.say(profile.authenticate(mechanism));
        if (bare.asks()) {
            cancel(session);
        }
        return bare.refusal() && bare.wording().equals(answer.wording());
    }

    /** The refusal may be of the credentials: is it the same inside TLS, where they are tried? */
    private Optional<Verdict> control(Response answer, boolean announced, CheckContext context) throws IOException {
        String detail = mechanism + " in plaintext: " + answer.description();
        if (announced && answer.namesCredentials()) {
            return Optional.of(Verdict.fail("the credentials were tried in plaintext: " + detail));
        }
        ProtocolSession control = profile.stages().open(context);
        control.wire().note("control: how is the same login refused inside TLS?");
        Optional<Verdict> obstacle = insideWithOffers(control, context);
        if (obstacle.isPresent()) {
            return Optional.of(Verdict.undecided(detail + "; how it is refused inside TLS could not be observed: "
                    + obstacle.get().detail()));
        }
        boolean offered = control.offers().mechanisms().contains(mechanism)
                || !control.offers().known();
        Response inside = control.say(command);
        if (inside.asks()) {
            cancel(control);
        }
        if (!inside.wording().equals(answer.wording())) {
            return Optional.empty();
        }
        if (!offered && !answer.namesCredentials()) {
            return Optional.empty();
        }
        boolean tried = announced || (offered && answer.namesCredentials());
        return Optional.of(
                tried
                        ? Verdict.fail(
                                "the credentials were tried in plaintext: " + detail + ", the same as inside TLS")
                        : Verdict.warn(detail + ", the same as inside TLS: the credentials may have been tried, and"
                                + " the client does not learn that it must use TLS"));
    }

    private <T extends ProtocolSession> Optional<Verdict> insideWithOffers(T session, CheckContext context) {
        return inside(profile, session, context).or(session::introduced);
    }

    /** Takes a new session into TLS. */
    static Optional<Verdict> inside(UpgradeProfile profile, ProtocolSession session, CheckContext context) {
        Optional<Verdict> first = context.target().scheme().implicitTls()
                ? session.secured().or(session::greeted)
                : session.greeted().or(session::introduced).or(session::offered).or(session::goneAhead);
        return first.or(() -> context.target().scheme().implicitTls() ? Optional.empty() : session.secured());
    }

    /** A line with an asterisk ends an exchange (RFC 4954 section 4, RFC 9051 section 6.2.2, RFC 5034 section 4). */
    static Response cancel(ProtocolSession session) {
        session.wire().send("*");
        return session.next();
    }
}
