package dev.starttls.conformance.check;

import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.util.Optional;

/** What the checks of the TLS layer need of a protocol: how to start TLS, and one command to send inside it. */
public interface Dialect {
    Protocol protocol();

    /**
     * One well-behaved session with the target.
     *
     * @throws IOException if no connection could be made
     */
    Survey survey(CheckContext context) throws IOException;

    /**
     * Takes a new plaintext connection up to the server's go-ahead, so that the next message is the ClientHello.
     *
     * @return empty on success; otherwise the verdict of a check that needs TLS
     */
    Optional<Verdict> talkToGoAhead(Conversation conversation);

    /** The same with the settings of a check. */
    default Optional<Verdict> talkToGoAhead(Conversation conversation, TargetSettings settings) {
        return talkToGoAhead(conversation);
    }

    /** A command, with its CRLF, that is allowed at any time after the greeting and changes nothing. */
    String harmlessCommand();

    /**
     * The longest form of {@link #harmlessCommand} that servers take, or {@linkplain #refusesHarmlessCommand refuse} and go on,
     * with its CRLF.
     */
    default String longestHarmlessCommand() {
        return harmlessCommand();
    }

    /** Whether this line, without its CRLF, is the (end of the) good answer to the harmless command. */
    boolean answersHarmlessCommand(String line);

    /** Whether this line, without its CRLF, refuses the harmless command, which is an answer too. */
    default boolean refusesHarmlessCommand(String line) {
        return false;
    }

    /**
     * How this line, the first of a connection and without its CRLF, turns the client away; empty if it does not: 4yz and
     * 5yz of SMTP (RFC 5321 section 3.1), BYE of IMAP (RFC 9051 section 7.1.5), -ERR of POP3.
     */
    default Optional<TurnedAway> turnsAway(String line) {
        Optional<TurnedAway.Kind> kind =
                switch (protocol()) {
                    case SMTP ->
                        line.matches("5[0-9]{2}([ -].*)?")
                                ? Optional.of(TurnedAway.Kind.FINAL)
                                : line.matches("4[0-9]{2}([ -].*)?")
                                        ? Optional.of(TurnedAway.Kind.BUSY)
                                        : Optional.empty();
                    case IMAP ->
                        line.matches("(?i)\\* BYE( .*)?") ? Optional.of(TurnedAway.Kind.BUSY) : Optional.empty();
                    case POP3 -> line.matches("-ERR( .*)?") ? Optional.of(TurnedAway.Kind.BUSY) : Optional.empty();
                };
        return kind.map(how -> new TurnedAway(how, "'" + Transcript.printable(line) + "'"));
    }

    /** Whether this line, without its CRLF, is the end of the greeting that comes first inside implicit TLS. */
    boolean endsGreeting(String line);
}
