package dev.starttls.conformance.check;

import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.target.Protocol;
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

    /** A command, with its CRLF, that is allowed at any time after the greeting and changes nothing. */
    String harmlessCommand();

    /** The longest form of {@link #harmlessCommand} that every server accepts, with its CRLF. */
    default String longestHarmlessCommand() {
        return harmlessCommand();
    }

    /** Whether this line, without its CRLF, is the (end of the) good answer to the harmless command. */
    boolean answersHarmlessCommand(String line);

    /** Whether this line, without its CRLF, is the end of the greeting that comes first inside implicit TLS. */
    boolean endsGreeting(String line);
}
