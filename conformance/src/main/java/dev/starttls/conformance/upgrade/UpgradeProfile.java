package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Stages;
import dev.starttls.conformance.session.Vocabulary;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.util.List;
import java.util.Optional;

/**
 * All that the shared checks know of one protocol of lines.
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
     * @param tag begins the line where the protocol has tags, and is left out where it has none
     */
    default String line(String tag, String command) {
        return command;
    }

    /** Where its checks begin. */
    Stages<? extends ProtocolSession> stages();

    /** Where the protocol says what a rule is. */
    Reference reference(Rule rule);

    /** How much it weighs to accept an argument of the upgrade command. */
    Level argument();

    /** The capability command with an argument that shows who sent it, if it takes one. */
    String injectedCapabilities();

    /** The command that begins a transaction or a login, and never comes to one: {@code MAIL FROM:<>}. */
    String begin();

    /** A command that is refused unless {@link #begin} was executed before it; empty if there is none. */
    Optional<String> provesBegun();

    /**
     * A command that is refused unless the capability command came before it; empty if the protocol has none, so that
     * nothing said before TLS is needed for anything.
     */
    Optional<String> needsCapabilities();

    /** The command that logs in by a SASL mechanism, without a first response. */
    String authenticate(String mechanism);

    /** The command that begins a long line: one that is taken before TLS, or refused without harm. */
    String longCommand();

    /** The octets of a line that is somewhat longer than a server has to take. */
    int overlong();

    /** Commands for one segment whose answers, in their order, differ. */
    List<PipelinedCommand> pipelined();

    /** Whether this line in plaintext, without its end, is the good answer to a command that a check sent. */
    boolean executed(String line);

    /** Whether clients of this scheme log in; where they do not, an offer of it is a warning. */
    boolean expectsLogin(Scheme scheme);

    /**
     * Whether servers such as Dovecot take a connection between equal addresses for secured, and let it log in: then what
     * they do for the login is looked at from another address.
     */
    boolean trustsOwnAddress();

    /** A command, with its end, that {@link #answersHarmless} knows the answer of. */
    default String harmless() {
        return words().probe() + "\r\n";
    }

    /** Whether this line, without its end, is the (end of the) good answer to {@link #harmless}. */
    boolean answersHarmless(String line);

    /** Whether this line, without its end, is the end of a greeting that lets the session go on. */
    boolean endsGreeting(String line);
}
