package dev.starttls.conformance.imap;

import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.imap.ObservedImapResponse.Condition;
import dev.starttls.conformance.session.Response;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What came where the answer to a command was expected: untagged responses and the end.
 *
 * @param tag of the command
 * @param before what came before the end
 * @param end a tagged response, of this command or of another; a continuation request, which is not the end yet; or no
 *     response at all
 */
record ImapCommandResult(String tag, List<ObservedImapResponse> before, ObservedImapResponse end) implements Response {
    ImapCommandResult {
        before = List.copyOf(before);
    }

    /** Whether the command ended with this condition. */
    boolean is(Condition condition) {
        return end.ends(tag) && ((ObservedImapResponse.Tagged) end).condition() == condition;
    }

    boolean ok() {
        return is(Condition.OK);
    }

    /** The server waits for more of the command. */
    @Override
    public boolean asks() {
        return end instanceof ObservedImapResponse.Continuation;
    }

    /** Whether the server has announced the end of the session. */
    boolean bye() {
        return before.stream().anyMatch(response -> response.untagged(Condition.BYE));
    }

    /** The lines {@code * CAPABILITY} in it. */
    List<ObservedImapResponse.Data> capabilities() {
        return before.stream()
                .filter(ObservedImapResponse::capability)
                .map(ObservedImapResponse.Data.class::cast)
                .toList();
    }

    /** The response code of the end. */
    Optional<String> code() {
        return end.code();
    }

    @Override
    public List<String> flaws() {
        return end.wrongs();
    }

    @Override
    public boolean goAhead() {
        return ok();
    }

    @Override
    public boolean done() {
        return ok();
    }

    /** BYE, and the end of the command (RFC 9051 section 6.1.3). */
    @Override
    public boolean goodbye() {
        return ok() && bye();
    }

    @Override
    public boolean refusesSyntax() {
        return is(Condition.BAD);
    }

    /** RFC 5530 section 3. */
    @Override
    public boolean wantsTls() {
        return is(Condition.NO) && code().filter("PRIVACYREQUIRED"::equals).isPresent();
    }

    /** BAD refuses the command, whatever the credentials. */
    @Override
    public boolean refusesCredentials() {
        return is(Condition.NO) && !wantsTls();
    }

    /** Without the tag. */
    @Override
    public String wording() {
        return end instanceof ObservedImapResponse.Tagged tagged ? tagged.condition() + " " + tagged.text() : "";
    }

    @Override
    public boolean refusesState() {
        return is(Condition.BAD);
    }

    /** BYE, or the end of the connection, with which a BYE may have been lost. */
    @Override
    public boolean endsSession() {
        return bye() || ended();
    }

    @Override
    public boolean came() {
        return end instanceof ObservedImapResponse.Tagged || asks() || end.untagged(Condition.BAD);
    }

    /** NO or BAD, or a BAD that belongs to no command. */
    @Override
    public boolean refusal() {
        return is(Condition.NO) || is(Condition.BAD) || end.untagged(Condition.BAD);
    }

    /** Whether the connection ended where the answer was expected. */
    @Override
    public boolean ended() {
        return end instanceof ObservedImapResponse.None none && none.instead() instanceof Received.Ended;
    }

    @Override
    public String description() {
        String first = before.stream()
                .filter(response -> !(response instanceof ObservedImapResponse.Data))
                .map(response -> response.description() + ", ")
                .collect(Collectors.joining());
        return first + end.description();
    }
}
