package dev.starttls.conformance.session;

import dev.starttls.conformance.check.Verdict;
import java.util.List;
import java.util.stream.Collectors;

/** What came where the answer to a command was expected, in any protocol. */
public interface Response {
    /** Whether an answer came at all. */
    boolean came();

    /** What is not well formed in an answer that could still be read. */
    List<String> flaws();

    /** Whether it is the answer to the upgrade command after which a ClientHello is due. */
    boolean goAhead();

    /** Whether it is the good answer to any other command except the goodbye. */
    boolean done();

    /** Whether it is the good answer to the goodbye. */
    boolean goodbye();

    /** Whether it is an answer that refuses the command. */
    boolean refusal();

    /** Whether it is the refusal that the protocol has for wrong arguments. */
    boolean refusesSyntax();

    /** Whether it is the refusal that the protocol has for a command that the session's state does not allow. */
    default boolean refusesState() {
        return refusal();
    }

    /**
     * Whether it refuses because the session is not inside TLS: by the code that the protocol has for it, or by its text
     * where the protocol has none.
     */
    default boolean wantsTls() {
        return false;
    }

    /** Whether it may be the refusal of wrong credentials. */
    default boolean refusesCredentials() {
        return refusal() && !wantsTls();
    }

    /** Whether it says, by a code that the protocol has for it, that the credentials are wrong. */
    default boolean namesCredentials() {
        return false;
    }

    /** What it says, without what belongs to one command alone, to compare it with another answer. */
    default String wording() {
        return description();
    }

    /** Whether it is a temporary refusal. */
    default boolean temporary() {
        return false;
    }

    /** Whether the server asks for more before it answers. */
    boolean asks();

    /** Whether the server announces, as the protocol defines it, that it ends the session. */
    boolean endsSession();

    /** Whether the connection ended where the answer was expected. */
    boolean ended();

    /** In a few words, for a detail. */
    String description();

    /** The verdict when it decides nothing: an answer leaves the question open, and without one nothing is known. */
    default Verdict inconclusive(String detail) {
        return came() ? Verdict.undecided(detail) : Verdict.inconclusive(detail);
    }

    /** Several in a row, for a detail. */
    static String description(List<? extends Response> responses) {
        return responses.isEmpty()
                ? "nothing"
                : responses.stream().map(Response::description).collect(Collectors.joining(", "));
    }
}
