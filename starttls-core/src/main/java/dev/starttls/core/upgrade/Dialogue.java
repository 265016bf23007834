package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineException;
import java.util.List;
import java.util.Optional;

/**
 * What a protocol says before and after the upgrade: its words only. The connection decides when octets may cross, what
 * fails, what is bounded and what is forgotten. One instance serves one connection; no call of it blocks, and calls never
 * overlap. {@link ClientDialogue} and {@link ServerDialogue} are skeletons for protocols with capabilities.
 *
 * <p>An {@link UpgradeConnection} runs it, and a driver of {@code dev.starttls.core.nio} that one: {@code
 * StartTlsChannel.over(channel, new UpgradeConnection(dialogue, settings, peer)).upgrade()} on a thread that blocks, {@code
 * UpgradeLoop} on a selector. {@code ClientSetup} and {@code ServerSetup} are extended for clients and servers that have all that
 * those of the mail protocols have.
 *
 * <p>A whole client, for a protocol with a command and a one-line reply:
 *
 * <pre>{@code
 * public Step opened() { return Step.await(Phase.GREETING); }
 * public Step received(String line) {
 *     if (!greeted) { greeted = true; return new Step.Propose("STARTTLS"); }
 *     return line.startsWith("OK") ? Step.goAhead() : new Step.Decline(FailureReason.REFUSED, line);
 * }
 * public Step secured() { return Step.ready(); }
 * }</pre>
 *
 * <p>And for a binary protocol, PostgreSQL:
 *
 * <pre>{@code
 * public Step opened() { return new Step.Propose(Output.octets(SSL_REQUEST), Frame.exactly(1)); }
 * public Step octets(byte[] reply) {
 *     return reply[0] == 'S' ? Step.goAhead() : new Step.Decline(FailureReason.REFUSED, "N");
 * }
 * public Step secured() { return Step.ready(); }
 * }</pre>
 */
public interface Dialogue {

    /**
     * The protocol's name, for reports.
     *
     * @return for instance "smtp"
     */
    String protocol();

    /**
     * Which side this dialogue speaks for.
     *
     * @return always the same
     */
    Role role();

    /**
     * The ports that are registered for the protocol in plaintext and its upgrade, named in advice to people.
     *
     * @return 1 to 65535 each; by default none, and advice speaks of such a port without a number
     */
    default List<Integer> startTlsPorts() {
        return List.of();
    }

    /**
     * The ports that are registered for the protocol inside TLS from the first octet (RFC 8314 section 7 for mail), named in
     * advice to people.
     *
     * @return 1 to 65535 each; by default none, and advice speaks of such a port without a number
     */
    default List<Integer> implicitTlsPorts() {
        return List.of();
    }

    /**
     * Says what is known of the connection: called when it begins, before {@link #opened}, and again before {@link #secured}.
     *
     * @param info the peer's address and, inside TLS, what was negotiated
     */
    default void connected(ConnectionInfo info) {}

    /**
     * The upgrade command may be sent right after the greeting, without asking what the server can do ({@link
     * DirectUpgrade}): by {@link Step.Propose} with {@link Step.Offer#UNREAD}, whose refusal {@link Step.Ask} answers. Called
     * before {@link #opened}, where the setting and what is remembered of the host say so. Clients only; a dialogue that does
     * not implement it asks.
     */
    default void direct() {}

    /**
     * The phase in which the connection begins, without implicit TLS. What comes in {@link Phase#CONNECT} has the time and the
     * octets of one phase as a whole, on a server too.
     *
     * @return {@link Phase#GREETING} by default
     */
    default Phase firstPhase() {
        return Phase.GREETING;
    }

    /**
     * The connection is open, in plaintext. Not called with implicit TLS.
     *
     * @return what to do first
     */
    Step opened();

    /**
     * A line came, in plaintext or inside TLS. A dialogue that never awaits a line need not implement it.
     *
     * @param line without its CRLF, each character one octet
     * @return what to do next
     */
    default Step received(String line) {
        throw new DialogueFault(
                "Expected a dialogue that awaits lines to take them, got a line in one that does not; implement"
                        + " Dialogue.received, or await another Frame");
    }

    /**
     * Octets that are no line have come, as {@link Step.Await} or {@link Step.Propose} asked for them by a {@link Frame}.
     *
     * @param octets as many as were asked for, or up to the end that was asked for, which is included; the dialogue's own
     * @return what to do next
     */
    default Step octets(byte[] octets) {
        throw new DialogueFault("Expected a dialogue that asks for octets to take them, got " + octets.length
                + " octets in one that does not; implement Dialogue.octets");
    }

    /**
     * The handshake is done. All that was learned before it must be forgotten here: greeting, capabilities, names, users,
     * transactions (RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC 2595 section 4); {@link #capabilities} is empty
     * after it. With implicit TLS it is called in place of {@link #opened}.
     *
     * @return what to do inside TLS
     */
    Step secured();

    /**
     * There will be no TLS, and the policy allows to go on in plaintext. Clients only.
     *
     * @param reason what {@link Step.Decline} said; {@link FailureReason#NOT_OFFERED} too when the policy is {@link
     *     TlsPolicy#DISABLED} and a {@link Step.Propose} was therefore not carried out
     * @return what to do in plaintext
     */
    default Step declined(FailureReason reason) {
        return Step.ready();
    }

    /**
     * The peer sent something that is not a line. Its rest would be taken for a line, so that nothing but the end of the
     * connection may follow.
     *
     * @param broken what was wrong
     * @return {@link Step.Fail} or {@link Step.Close}; by default, a failure that says so
     */
    default Step malformed(LineException broken) {
        return FailureReason.of(broken) == FailureReason.LIMIT_EXCEEDED
                ? new Step.Fail(
                        FailureReason.LIMIT_EXCEEDED,
                        broken.getMessage(),
                        "",
                        List.of(),
                        Wording.tooMuch("withLineOctets"))
                : new Step.Fail(FailureReason.PROTOCOL_VIOLATION, broken.getMessage(), "", List.of());
    }

    /**
     * What a server says in the clear to a client that sent octets after its upgrade command, before it closes. Servers
     * only; the go-ahead has not been sent.
     *
     * @return by default nothing
     */
    default Output injected() {
        return Output.none();
    }

    /**
     * What a server answers to its upgrade command when it cannot make a TLS engine, so that the client hears of it before
     * the handshake; the dialogue then goes on in plaintext, as the policy has it. Servers only.
     *
     * @return by default nothing, and the connection fails
     */
    default Output unavailable() {
        return Output.none();
    }

    /**
     * Whether the protocol allows a ClientHello to be sent together with the upgrade command: a server may take it ({@link
     * InjectionResponse#HANDSHAKE}), and a client may try it on a host of which nothing is remembered ({@link
     * DirectUpgrade#REMEMBERED}).
     *
     * @return false, unless the protocol says so (RFC 9051 section 6.2.1) or does not forbid it and servers take it
     */
    default boolean takesEarlyHello() {
        return false;
    }

    /**
     * Gives a dialogue that says things unasked what to call when it has one: then {@link #unasked} is called, as soon as
     * something may be said. Called once, before {@link #connected}.
     *
     * @param wake may be called by any thread at any time, also without need and after the end
     * @return whether this is such a dialogue; by default it is not
     */
    default boolean wakeBy(Runnable wake) {
        return false;
    }

    /**
     * What is said although the peer has not asked for it, as untagged data of IMAP (RFC 9051 section 5.2). Called by the thread
     * that drives the connection, after {@link #wakeBy} has been used, between two calls of the others: in plaintext, where
     * the dialogue may say something, and inside TLS; not while an answer is waited for, nor while the peer does not take what
     * was said before. What is waited for from the peer stays the same.
     *
     * @return perhaps nothing
     */
    default Output unasked() {
        return Output.none();
    }

    /**
     * What a server says last when it ends a session that its client has not ended. Asked only where lines may be said: in
     * plaintext before the upgrade command was accepted, and inside TLS once the handshake is done. The connection is
     * closed after them. A call that {@linkplain ClosingReason#FAULT threw} is not repeated: what it would have answered
     * is to be answered here. For {@link ClosingReason#BUSY} it is asked of a dialogue of which nothing else is. Servers only.
     *
     * @param why the server ends it
     * @return by default nothing
     */
    default Output lastLines(ClosingReason why) {
        return Output.none();
    }

    /**
     * What of a line may be shown in a {@link DialogueTranscript}. Called only where one is set: for a line that came right before
     * {@link #received}, for one that is said right after the step that says it. Must change nothing of the dialogue but what it
     * itself needs.
     *
     * @param direction which way the line goes
     * @param line without its CRLF, each character one octet
     * @return the line, or as much of it as is no secret, with {@link DialogueTranscript#CONCEALED} in place of the rest; unless
     *     overridden that alone, since nobody else knows where the secrets of a protocol are
     */
    default String shown(DialogueTranscript.Direction direction, String line) {
        return DialogueTranscript.CONCEALED;
    }

    /**
     * The same of octets that are no line.
     *
     * @param direction which way they go
     * @param octets a copy
     * @return what they mean or are, as far as it is no secret; unless overridden {@link DialogueTranscript#CONCEALED}
     */
    default String shown(DialogueTranscript.Direction direction, byte[] octets) {
        return DialogueTranscript.CONCEALED;
    }

    /**
     * The server's session that goes with the connection when it becomes the application's ({@link Step.Ready}), so that the code
     * that receives its channel knows whose it is. Servers only. Asked before the last octets of {@link Step.Ready} are said: what it
     * throws is a fault of the dialogue, and the connection is not handed over.
     *
     * @return by default none; of a {@link ServerDialogue} the session on this side of the upgrade. Any other server's dialogue
     *     returns a subclass of {@link ServerSession} of its own
     * @see UpgradeConnection#session
     */
    default Optional<ServerSession> handedOver() {
        return Optional.empty();
    }

    /**
     * The session has ended. Called once for each connection that has begun, whatever ended it; nothing is called after it.
     * What it throws changes nothing and goes to {@link UpgradeListener#uncaught}.
     *
     * <p>After {@link Step.Ready} that is when the driver hands the connection over ({@link UpgradeConnection#handOver}), or cannot:
     * the peer has reset it before the last octets have left, or this side was shut down.
     *
     * @param end how it ended
     */
    default void ended(SessionEnd end) {}

    /**
     * The capabilities that the server announced last, before TLS or inside it.
     *
     * @return as they were sent, without codes and tags; empty when none were announced since the connection began or
     *     was upgraded
     */
    default List<String> capabilities() {
        return List.of();
    }
}
