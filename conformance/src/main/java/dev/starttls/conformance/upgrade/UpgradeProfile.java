package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Stages;
import dev.starttls.conformance.session.Vocabulary;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.util.List;
import java.util.Optional;

/**
 * What the shared checks need to know of one line-based protocol.
 *
 * <pre>{@code
 * UpgradeProfile smtp = new SmtpProfile();
 * List<Topic> topics = UpgradeTopics.of(smtp);
 * Dialect dialect = new ProfileDialect(smtp);
 * }</pre>
 */
public interface UpgradeProfile {
    Protocol protocol();

    Vocabulary words();

    /**
     * A line as the client sends it, without its end.
     *
     * @param tag begins the line in a protocol with tags; ignored in one without
     */
    default String line(String tag, String command) {
        return command;
    }

    /** The stages at which its checks start. */
    Stages<? extends ProtocolSession> stages();

    /** The checks of this protocol alone. */
    List<Topic> topics();

    /** The clause in which the protocol defines a rule. */
    Reference reference(Rule rule);

    /** The capability command with an argument that shows who sent it, if it takes one. */
    default String injectedCapabilities() {
        return words().capabilities();
    }

    /** The capability command as it may precede another command in a segment. */
    default String pipelinedCapabilities() {
        return words().capabilities();
    }

    /** A command that begins a transaction or a login without completing it: {@code MAIL FROM:<>}. */
    String begin();

    /** A command that is refused unless {@link #begin} was executed before it; empty if there is none. */
    default Optional<String> provesBegun() {
        return Optional.empty();
    }

    /**
     * A command that is refused unless the capability command came before it; empty if the protocol has no such
     * command.
     */
    default Optional<String> needsCapabilities() {
        return Optional.empty();
    }

    /** The command that logs in by a SASL mechanism, without a first response. */
    String authenticate(String mechanism);

    /** Commands that log in with the credentials that no server knows, without waiting for the server to ask for them. */
    List<String> inventedLogins();

    /** Commands for which a server needs a login; of one that asks for more, this is about a second login. */
    List<String> needLogin();

    /** The command that begins a long line: one that is accepted before TLS, or refused without harm. */
    String longCommand();

    /** The length in octets of a line that is somewhat longer than a server has to accept. */
    int overlong();

    /** Commands for one segment whose answers differ, so that their order is visible. */
    List<PipelinedCommand> pipelined();

    /** Whether this line in plaintext, without its end, is the good answer to a command that a check sent. */
    boolean executed(String line);

    /** Whether clients of this scheme log in; if not, offering a login is a warning. */
    default boolean expectsLogin(Scheme scheme) {
        return true;
    }

    /**
     * Whether servers such as Dovecot treat a connection between equal addresses as secured and let it log in: then the
     * checks of the login connect from another address.
     */
    default boolean trustsOwnAddress() {
        return true;
    }

    /** A command, with its line end, whose answer {@link #answersHarmless} recognises. */
    default String harmless() {
        return words().probe() + "\r\n";
    }

    /** What may stand in for {@link #harmless} on a server that refuses it, each with its line end. */
    default List<String> harmlessInstead() {
        return List.of();
    }

    /** The longest form of {@link #harmless} that servers take, or refuse without harm, with its line end. */
    default String longestHarmless() {
        return harmless();
    }

    /** Whether this line, without its end, is the (end of the) good answer to a harmless command. */
    boolean answersHarmless(String line);

    /** Whether this line, without its end, refuses a harmless command, in a session that goes on. */
    boolean refusesHarmless(String line);

    /** Whether this line, without its end, is the end of a greeting that lets the session go on. */
    boolean endsGreeting(String line);
}
