package dev.starttls.core.testing;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/** A protocol's dialogues, and what is said on the wire when they work: what the contracts have to know of them. */
public interface ProtocolUnderTest {

    /**
     * What one says and the other answers.
     *
     * @param command the client's line without CRLF; empty where the server speaks first
     * @param replies the server's lines without CRLF
     */
    record Exchange(String command, List<String> replies) {

        /** The command as it goes over the wire. */
        public String commandOctets() {
            return command.isEmpty() ? "" : command + "\r\n";
        }

        /** The replies as they go over the wire. */
        public String replyOctets() {
            return replies.isEmpty() ? "" : String.join("\r\n", replies) + "\r\n";
        }
    }

    /** A new client's dialogue. */
    Dialogue client();

    /** A new server's dialogue. */
    Dialogue server(TlsPolicy policy);

    /** What is said in plaintext before the upgrade command, greeting first, as the client says it. */
    List<Exchange> before();

    /** A greeting that announces nothing. */
    default String bareGreeting() {
        return before().get(0).replyOctets();
    }

    /** The upgrade command and the go-ahead. */
    Exchange upgrade();

    /** A reply by which the command is refused. */
    String refusal();

    /** What is said inside TLS until the client is ready, as the client says it. */
    List<Exchange> inside();

    /** A command that the server carries out before TLS and inside it, and its one reply there. */
    Exchange probe();

    /** What the client has learnt once it is ready. */
    List<String> announcedInside();

    /** What an application says once the client is ready, several lines at once, up to the end of the session. */
    List<Exchange> session();

    /** What an attacker might add after the upgrade command, besides the probe. */
    List<String> injections();

    /** What a server might say in the clear, right and wrong. */
    List<String> serverFragments();

    /** All that a client says in the clear where it must upgrade, whatever the server says: a regular expression. */
    String clientInTheClear();

    /** What a client might say in the clear, right and wrong. */
    List<String> clientFragments();

    /** A server whose handler fails the test at a log-in. */
    Dialogue guardedServer(TlsPolicy policy);

    /** A line of such a server in the clear: a regular expression. */
    String answerInTheClear(TlsPolicy policy);
}
