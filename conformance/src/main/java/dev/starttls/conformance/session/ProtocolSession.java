package dev.starttls.conformance.session;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.target.Login;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One session of a check. Each step towards what the check is about returns an obstacle, as a verdict, if the session
 * cannot go on.
 */
public abstract class ProtocolSession {
    private final Conversation wire;
    private final TlsOffer offer;
    private final Vocabulary words;
    private Optional<String> clientName = Optional.empty();

    protected ProtocolSession(Conversation wire, TlsOffer offer, Vocabulary words) {
        this.wire = wire;
        this.offer = offer;
        this.words = words;
    }

    /** The connection under the session, for what is not part of the protocol. */
    public final Conversation wire() {
        return wire;
    }

    /** Sets the name of the client in a protocol that has one; empty for the one that the session chooses. */
    final void introduceAs(Optional<String> name) {
        clientName = name;
    }

    /** The name of the client, if the user gave one. */
    protected final Optional<String> clientName() {
        return clientName;
    }

    /** Reads the greeting. */
    public abstract Greeting greeting();

    /** Reads the greeting; an obstacle if the session cannot go on after it. */
    public abstract Optional<Verdict> greeted();

    /** Sends a command and reads its answer. */
    public abstract Response say(String command);

    /** Reads the next answer, whatever it answers. */
    public abstract Response next();

    /** Sends the capability command and reads its answer. */
    public abstract Response ask();

    /** The offers in the last answer to the capability command. */
    public abstract Offers offers();

    /** Reads the answer to a command that was sent with this tag. */
    public abstract Response answerTo(String tag, String command);

    /**
     * Whether this answers a line that was sent with this tag. In a protocol without tags: whether it is a refusal, so
     * that it cannot be the go-ahead.
     */
    public boolean refusedOrTagged(Response answer, String tag) {
        return answer.refusal();
    }

    /** Sends the capability command and the goodbye, and reads until the session ends. */
    public abstract CommandExchange exchange();

    /** Logs in inside TLS, after the capability command. */
    public abstract Optional<Verdict> logIn(Login login);

    /** Sends the capability command; an obstacle if it is not answered as it should be. */
    public Optional<Verdict> introduced() {
        Response answer = ask();
        return answer.done()
                ? Optional.empty()
                : Optional.of(
                        Verdict.inconclusive(words.capabilities() + " was answered with " + answer.description()));
    }

    /** An obstacle if the last answer to the capability command did not offer the upgrade. */
    public final Optional<Verdict> offered() {
        return offers().upgrade().isPresent()
                ? Optional.empty()
                : Optional.of(Verdict.skip(words.upgrade() + " is not offered"));
    }

    /** Sends the upgrade command and reads the go-ahead. */
    public final Optional<Verdict> goneAhead() {
        Response answer = say(words.upgrade());
        return answer.goAhead()
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive(words.upgrade() + " was answered with " + answer.description()));
    }

    /** Sends the first command inside TLS, and reports what came before its answer. */
    public UnsolicitedResponse unsolicited() {
        CommandExchange exchange = exchange();
        if (exchange.sound()) {
            return new UnsolicitedResponse(UnsolicitedResponse.Kind.NOTHING, exchange.description());
        }
        int more = exchange.answers().size() - CommandExchange.EXPECTED;
        return more > 0
                ? new UnsolicitedResponse(
                        UnsolicitedResponse.Kind.FORBIDDEN,
                        Response.description(exchange.answers().subList(0, more)))
                : new UnsolicitedResponse(UnsolicitedResponse.Kind.UNCLEAR, exchange.description());
    }

    /**
     * Why, after a good greeting and {@linkplain #introduced}, this is another protocol's server after all; empty if it
     * is not.
     */
    public Optional<String> foreignServer() {
        return Optional.empty();
    }

    /** Sends the goodbye and does not wait for its answer. */
    public abstract void leave();

    /** Sends the goodbye and reads all that follows: answers, then how the connection ended. */
    public abstract List<? extends Response> quit();

    /**
     * Reads answers until the connection ends or nothing more comes; the last may be the absence of one.
     *
     * @param max after so many answers the server is not read further
     */
    protected static <R extends Response> List<R> untilEnd(Supplier<R> next, int max) {
        List<R> answers = new ArrayList<>();
        do {
            answers.add(next.get());
        } while (answers.size() < max && answers.get(answers.size() - 1).came());
        return answers;
    }

    public final HandshakeResult handshake() {
        return wire.handshake(offer);
    }

    /**
     * Performs the handshake on a connection on which TLS comes first; an obstacle if it fails, or if plaintext came
     * before or during the handshake.
     */
    public final Optional<Verdict> securedAtOnce(Duration quiet) {
        String early = wire.overhear(quiet);
        if (!early.isEmpty()) {
            return Optional.of(Verdict.fail("plaintext came before TLS: '" + Transcript.printable(early) + "'"));
        }
        HandshakeResult handshake = handshake();
        return handshake instanceof HandshakeResult.Failed failed && failed.failure() == HandshakeResult.Failure.NOT_TLS
                ? Optional.of(Verdict.fail("plaintext came before TLS: " + failed.detail()))
                : judged(handshake);
    }

    /** Performs the handshake; an obstacle if it fails. */
    public final Optional<Verdict> secured() {
        return judged(handshake());
    }

    private static Optional<Verdict> judged(HandshakeResult handshake) {
        return handshake.done() ? Optional.empty() : Optional.of(noHandshake(handshake));
    }

    /** The verdict of a check that depends on a handshake which failed. */
    public static Verdict noHandshake(HandshakeResult handshake) {
        return Verdict.inconclusive("the TLS handshake failed: " + handshake.description());
    }
}
