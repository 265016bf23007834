package dev.starttls.conformance.session;

import java.util.List;
import java.util.stream.Collectors;

/** What came where a command's answer was due, whatever the protocol. */
public interface Response {
    /** Whether it is an answer at all. */
    boolean came();

    /** What is not well formed in an answer that could be read all the same. */
    List<String> flaws();

    /** Whether it is the answer to the upgrade command after which a ClientHello is due. */
    boolean goAhead();

    /** Whether it is the good answer to any other command but the goodbye. */
    boolean done();

    /** Whether it is the good answer to the goodbye. */
    boolean goodbye();

    /** Whether it is an answer, and says no. */
    boolean refusal();

    /** Whether it is the refusal that is meant for a command with wrong arguments. */
    boolean refusesSyntax();

    /** Whether it is the refusal that is meant for a command that the session's state does not allow. */
    default boolean refusesState() {
        return refusal();
    }

    /** Whether it is a refusal that may be another answer later. */
    default boolean temporary() {
        return false;
    }

    /** Whether the server asks for more before it answers. */
    boolean asks();

    /** Whether the server says, in the way that the protocol has for it, that it ends the session. */
    boolean endsSession();

    /** Whether the connection ended where it was due. */
    boolean ended();

    /** In a few words, for a detail. */
    String told();

    /** Several in a row, for a detail. */
    static String told(List<? extends Response> responses) {
        return responses.isEmpty()
                ? "nothing"
                : responses.stream().map(Response::told).collect(Collectors.joining(", "));
    }
}
