package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Checks of what the server offers, before TLS and inside it. */
final class OfferTopic extends UpgradeTopic {
    OfferTopic(UpgradeProfile profile) {
        super(profile);
    }

    @Override
    public List<Check> checks() {
        return List.of(
                check(
                                "UP-S-02",
                                "the upgrade command is offered before TLS, without parameters",
                                Level.MUST,
                                Rule.OFFER)
                        .why("A client that requires TLS cannot use a port that does not offer it, and one that does"
                                + " not require it continues in plaintext. A parameter after the keyword makes strict"
                                + " clients miss the offer.")
                        .run(from(stages().greeted(), (session, context) -> offered(session))),
                check(
                                "UP-S-06",
                                "the upgrade command is not offered inside TLS",
                                Level.MUST,
                                Rule.INSIDE,
                                "Leave it out of the answer to " + words().capabilities()
                                        + " once the session is inside TLS.")
                        .why("A client that uses every offer would start TLS inside TLS and lose the session.")
                        .run(from(stages().introducedInside(), (session, context) -> notOffered(session))),
                check(
                                "UP-S-23b",
                                "the upgrade command is not offered on an implicit-TLS port",
                                Level.MUST,
                                Rule.IMPLICIT_OFFER,
                                "Offer it only on connections that began in plaintext.")
                        .why("The session is inside TLS already; the offer leads to TLS inside TLS.")
                        .onImplicit(profile().protocol())
                        .run(from(stages().introducedInside(), (session, context) -> notOffered(session))),
                check(
                                "UP-S-08",
                                "offers before TLS and inside it, compared",
                                Level.SHOULD,
                                Rule.INSIDE,
                                "The check only lists the differences, none of which is a fault by itself.")
                        .why("Both sides discard at the upgrade what they learned before it, so the two lists are"
                                + " independent; the administrator may want to know the differences.")
                        .run(from(
                                (profile().trustsOwnAddress()
                                                ? stages().introducedFromElsewhere()
                                                : stages().introduced())
                                        .and(ProtocolSession::offered),
                                this::compare)));
    }

    private Verdict offered(ProtocolSession session) {
        Response answer = session.ask();
        String command = words().capabilities();
        if (!answer.done()) {
            boolean unknown = answer.refusal() && !answer.temporary() && !answer.endsSession();
            return unknown
                    ? Verdict.fail("nothing is offered: " + command + " was answered with " + answer.description())
                    : notDone(command, answer);
        }
        if (!session.offers().known()) {
            return tried(session, answer);
        }
        Optional<String> parameters = session.offers().upgrade();
        if (parameters.isEmpty()) {
            return Verdict.fail(command + " does not offer " + words().upgrade() + "; it offers "
                    + list(session.offers().description()));
        }
        return parameters.get().isEmpty()
                ? Verdict.pass("offered")
                : Verdict.fail("offered with a parameter: '" + words().upgrade() + " " + parameters.get() + "'");
    }

    /** RFC 2449 section 5: without the list a client has to try. */
    private Verdict tried(ProtocolSession session, Response list) {
        Response goAhead = session.say(words().upgrade());
        String detail = words().capabilities() + " is not known (" + list.description() + "), and " + words().upgrade()
                + " is answered with " + goAhead.description();
        if (goAhead.goAhead()) {
            return Verdict.warn(detail + "; a client that looks for the offer stays in plaintext");
        }
        return goAhead.refusal() ? Verdict.fail(detail) : Verdict.inconclusive(detail);
    }

    private Verdict notOffered(ProtocolSession session) {
        if (!session.offers().known()) {
            return noList();
        }
        return session.offers().upgrade().isPresent()
                ? Verdict.fail(words().capabilities() + " inside TLS offers " + words().upgrade())
                : Verdict.pass("not offered");
    }

    private Verdict noList() {
        return Verdict.skip("the server does not know " + words().capabilities() + ", so there is no list of offers");
    }

    private Verdict compare(ProtocolSession session, CheckContext context) {
        if (!session.offers().known()) {
            return noList();
        }
        Collection<String> before = session.offers().description();
        Optional<Verdict> obstacle = session.goneAhead().or(session::secured).or(session::introduced);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Collection<String> inside = session.offers().description();
        TreeSet<String> gone = new TreeSet<>(before);
        gone.removeAll(inside);
        TreeSet<String> come = new TreeSet<>(inside);
        come.removeAll(before);
        TreeSet<String> both = new TreeSet<>(before);
        both.retainAll(inside);
        return Verdict.pass("only before: " + list(gone) + "; only inside: " + list(come) + "; both: " + list(both));
    }

    private static String list(Collection<String> offers) {
        return offers.isEmpty() ? "nothing" : String.join(", ", offers);
    }
}
