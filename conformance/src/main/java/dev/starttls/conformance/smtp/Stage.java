package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.CheckBody;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import java.io.IOException;
import java.util.Optional;

/** How far a session is when a check takes it over. Where the way there ends early, that is the verdict. */
enum Stage {
    /** Greeting read, in plaintext. */
    GREETED {
        @Override
        Optional<Verdict> reach(Talk talk, Subject subject) {
            return talk.greeted();
        }
    },
    /** EHLO said in plaintext. */
    INTRODUCED {
        @Override
        Optional<Verdict> reach(Talk talk, Subject subject) {
            return talk.greeted().or(talk::introduced);
        }
    },
    /** EHLO said in plaintext and STARTTLS among the offers. */
    OFFERED {
        @Override
        Optional<Verdict> reach(Talk talk, Subject subject) {
            return INTRODUCED.reach(talk, subject).or(talk::offered);
        }
    },
    /** STARTTLS said and answered with 220: a ClientHello is due. */
    GONE_AHEAD {
        @Override
        Optional<Verdict> reach(Talk talk, Subject subject) {
            return OFFERED.reach(talk, subject).or(talk::goneAhead);
        }
    },
    /** Inside TLS, nothing said yet; with implicit TLS the greeting is read. */
    INSIDE {
        @Override
        Optional<Verdict> reach(Talk talk, Subject subject) {
            return subject.target().scheme().implicitTls()
                    ? talk.secured().or(talk::greeted)
                    : GONE_AHEAD.reach(talk, subject).or(talk::secured);
        }
    },
    /** Inside TLS, EHLO said. */
    INTRODUCED_INSIDE {
        @Override
        Optional<Verdict> reach(Talk talk, Subject subject) {
            return INSIDE.reach(talk, subject).or(talk::introduced);
        }
    };

    /** The rest of a check, from this stage on. */
    @FunctionalInterface
    interface Rest {
        Verdict judge(Talk talk, Subject subject) throws IOException;
    }

    /** Walks there; empty on arrival. */
    abstract Optional<Verdict> reach(Talk talk, Subject subject);

    /** Whether a fresh connection gets here; why not, if it does not, a connection that cannot be made included. */
    Optional<Verdict> tryAfresh(Subject subject) {
        try {
            return reach(Talk.with(subject), subject);
        } catch (IOException e) {
            return Optional.of(Verdict.inconclusive("there was no connection: " + e.getMessage()));
        }
    }

    /** A check that begins at this stage of a fresh connection. */
    CheckBody then(Rest rest) {
        return subject -> {
            Talk talk = Talk.with(subject);
            Optional<Verdict> obstacle = reach(talk, subject);
            return obstacle.isPresent() ? obstacle.get() : rest.judge(talk, subject);
        };
    }
}
