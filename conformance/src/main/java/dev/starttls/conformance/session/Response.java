package dev.starttls.conformance.session;

import java.util.List;
import java.util.stream.Collectors;

/** What came where a command's answer was due, whatever the protocol. */
public interface Response {
    /** Whether it is an answer at all. */
    boolean came();

    /** Whether it is an answer, and says no. */
    boolean refusal();

    /** Whether the connection ended where it was due. */
    boolean ended();

    /** In a few words, for a detail. */
    String told();

    /** Several in a row, for a detail. */
    static String told(List<? extends Response> responses) {
        return responses.stream().map(Response::told).collect(Collectors.joining(", "));
    }
}
