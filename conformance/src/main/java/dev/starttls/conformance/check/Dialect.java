package dev.starttls.conformance.check;

import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.Optional;

/** What checks that are not about the protocol itself must know of it: the way to TLS, and one thing to say inside. */
public interface Dialect {
    Protocol protocol();

    /**
     * One well-behaved session with the target.
     *
     * @throws IOException if no connection could be made
     */
    Survey survey(CheckContext subject) throws IOException;

    /**
     * Talks a fresh plaintext connection up to the server's go-ahead, so that the next thing due is a ClientHello.
     *
     * @return empty if it is due now; else why it never will be, as a verdict for whoever wanted TLS
     */
    Optional<Verdict> talkToGoAhead(Conversation conversation);

    /** A command, with its CRLF, that is allowed at any time after the greeting and changes nothing. */
    String harmlessCommand();

    /** Whether this line, without its CRLF, is the (end of the) good answer to the harmless command. */
    boolean answersHarmlessCommand(String line);

    /** Whether this line, without its CRLF, is the end of the greeting that comes first inside implicit TLS. */
    boolean endsGreeting(String line);
}
