package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.TlsEngine;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.tls.minimal.Tls12Session;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import dev.starttls.conformance.tls.wire.OctetString;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A session that is open and has answered a command, so that a later failure is caused by what the check does. */
final class EstablishedSession implements AutoCloseable {

    private final Prober prober;
    private final Conversation conversation;
    private final RecordSession session;
    private final SessionLines lines;

    private EstablishedSession(Prober prober, Conversation conversation, RecordSession session) {
        this.prober = prober;
        this.conversation = conversation;
        this.session = session;
        this.lines = new SessionLines(session, conversation, prober.context().dialect());
    }

    /**
     * Upgrades, reads the greeting if one comes inside TLS, and gets one answer: with the suite's own TLS 1.3 or 1.2
     * or, if the server has no suite in common with that, with an engine.
     *
     * @throws BlockedException if that fails; inconclusive
     */
    static EstablishedSession open(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> live =
                tls13(prober, (in, out) -> Tls13Session.shake(in, out, prober.serverName(), prober.identity()));
        if (live.isEmpty()) {
            live = tls12(prober, Tls12Session.Kind.MODERN);
        }
        return (live.isPresent() ? live.get() : byEngine(prober)).begun();
    }

    /**
     * A session with the suite's own TLS 1.3 on which nothing has been sent; empty if the handshake failed, and then
     * the transcript has the reason.
     */
    static Optional<EstablishedSession> tls13(Prober prober, MinimalRecordSession.Opening opening)
            throws IOException, BlockedException {
        return tried(prober, "TLS 1.3", opening);
    }

    /**
     * A session with the suite's own TLS 1.2 on which nothing has been sent; empty if the handshake failed, and then
     * the transcript has the reason.
     */
    static Optional<EstablishedSession> tls12(Prober prober, Tls12Session.Kind kind)
            throws IOException, BlockedException {
        return tls12(prober, (in, out) -> Tls12Session.shake(in, out, prober.serverName(), kind, prober.identity()));
    }

    /** The same with another handshake. */
    static Optional<EstablishedSession> tls12(Prober prober, MinimalRecordSession.Opening opening)
            throws IOException, BlockedException {
        return tried(prober, "TLS 1.2", opening);
    }

    /**
     * A handshake that was tried.
     *
     * @param session the session on which nothing has been sent; empty if the handshake failed
     * @param instead what came instead of the rest of the handshake
     */
    record Attempt(Optional<EstablishedSession> session, Optional<Received> instead) {}

    private static Optional<EstablishedSession> tried(
            Prober prober, String version, MinimalRecordSession.Opening opening) throws IOException, BlockedException {
        return attempt(prober, version, opening).session();
    }

    /** Tries a handshake with the suite's own TLS. */
    static Attempt attempt(Prober prober, String version, MinimalRecordSession.Opening opening)
            throws IOException, BlockedException {
        Conversation conversation = prober.connectForTls();
        WireStream stream = prober.stream(conversation);
        try {
            RecordSession session = new MinimalRecordSession(
                    conversation.wire(), stream, prober.context().settings().answer(), opening);
            return new Attempt(Optional.of(new EstablishedSession(prober, conversation, session)), Optional.empty());
        } catch (IOException e) {
            Received instead = stream.received(e);
            conversation.note("no session with the suite's own " + version + ": " + instead.description());
            conversation.close();
            return new Attempt(Optional.empty(), Optional.of(instead));
        }
    }

    private static EstablishedSession byEngine(Prober prober) throws IOException, BlockedException {
        Conversation conversation = prober.connectForTls();
        Duration answer = prober.context().settings().answer();
        TlsEngine engine = new TlsEngine(conversation.wire(), prober.context().offer(), conversation.takePending());
        HandshakeResult handshake = engine.handshake(answer);
        EstablishedSession live = new EstablishedSession(
                prober, conversation, new EngineRecordSession(conversation.wire(), engine, answer));
        live.require(
                "no TLS session to start with",
                handshake.done() ? Optional.empty() : Optional.of(handshake.description()));
        return live;
    }

    /**
     * Reads the greeting if one comes inside TLS, and gets one answer.
     *
     * @throws BlockedException if that fails; inconclusive
     */
    EstablishedSession begun() throws BlockedException {
        require(
                "commands inside TLS are not answered, whatever the records",
                begunInstead().map(Received::description));
        return this;
    }

    /** The same with a result instead of an exception: empty if it was answered, otherwise what came instead. */
    Optional<Received> begunInstead() {
        note("TLS handshake done: " + session.description());
        Optional<Received> instead =
                prober.context().target().scheme().implicitTls() ? lines.greeting() : Optional.empty();
        if (instead.isPresent()) {
            return instead;
        }
        sendHarmlessCommand();
        return lines.answers(1);
    }

    private void require(String otherwise, Optional<String> instead) throws BlockedException {
        if (instead.isPresent()) {
            conversation.note(otherwise + ": " + instead.get());
            conversation.close();
            throw new BlockedException(Verdict.inconclusive(otherwise + ": " + instead.get()));
        }
    }

    RecordSession session() {
        return session;
    }

    SessionLines lines() {
        return lines;
    }

    /** Sends the dialect's harmless command in one record. */
    void sendHarmlessCommand() {
        OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
        conversation.record(From.CLIENT, Through.TLS, command.text());
        session.send(session.seal(command));
    }

    /** Waits for one good answer, and for one more to another command. */
    Verdict verdict(String what, String good) {
        Optional<Received> instead = lines.answers(1);
        if (instead.isEmpty()) {
            sendHarmlessCommand();
            instead = lines.answers(1);
        }
        return instead.map(received -> judged(what, received)).orElseGet(() -> Verdict.pass(good));
    }

    /** The verdict if something else came instead of the answer. */
    Verdict judged(String what, Received instead) {
        return Verdict.fail("after " + what + " no answer came: " + instead.description());
    }

    /** Sends close_notify, after which the session may be resumed. */
    void sendCloseNotify() {
        conversation.note("sends close_notify");
        session.send(session.closeNotify());
    }

    /** Ends the sending side of the connection, without close_notify. */
    void cut() {
        conversation.finish();
    }

    void note(String text) {
        conversation.note(text);
    }

    @Override
    public void close() {
        conversation.close();
    }
}
