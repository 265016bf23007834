package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.speak.TlsEngine;
import dev.starttls.conformance.speak.Transcript.From;
import dev.starttls.conformance.speak.Transcript.Through;
import dev.starttls.conformance.tls.manual.Tls12Session;
import dev.starttls.conformance.tls.manual.Tls13Session;
import dev.starttls.conformance.tls.wire.Octets;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A session that stands and was heard to answer, so that whatever breaks it afterwards is the check's own doing. */
final class EstablishedSession implements AutoCloseable {

    private final Prober prober;
    private final Conversation conversation;
    private final RecordSession session;
    private final SessionLines lines;

    private EstablishedSession(Prober prober, Conversation conversation, RecordSession session) {
        this.prober = prober;
        this.conversation = conversation;
        this.session = session;
        this.lines = new SessionLines(session, conversation, prober.subject().dialect());
    }

    /**
     * Upgrades, reads the greeting where one comes inside TLS, and asks for one answer: by hand in TLS 1.3 or 1.2, or
     * where the server has nothing in common with that, by an engine.
     *
     * @throws BlockedException if it does not come to that; inconclusive
     */
    static EstablishedSession open(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> live =
                tls13(prober, (in, out) -> Tls13Session.shake(in, out, prober.serverName()));
        if (live.isEmpty()) {
            live = tls12(prober, Tls12Session.Kind.MODERN);
        }
        return (live.isPresent() ? live.get() : byEngine(prober)).begun();
    }

    /** A session of TLS 1.3 by hand on which nothing was said; empty if the handshake failed, as the transcript tells. */
    static Optional<EstablishedSession> tls13(Prober prober, ManualRecordSession.Opening opening)
            throws IOException, BlockedException {
        return tried(prober, "TLS 1.3", opening);
    }

    /** A session of TLS 1.2 by hand on which nothing was said; empty if the handshake failed, as the transcript tells. */
    static Optional<EstablishedSession> tls12(Prober prober, Tls12Session.Kind kind)
            throws IOException, BlockedException {
        return tls12(prober, (in, out) -> Tls12Session.shake(in, out, prober.serverName(), kind));
    }

    /** The same with a handshake of one's own. */
    static Optional<EstablishedSession> tls12(Prober prober, ManualRecordSession.Opening opening)
            throws IOException, BlockedException {
        return tried(prober, "TLS 1.2", opening);
    }

    private static Optional<EstablishedSession> tried(
            Prober prober, String version, ManualRecordSession.Opening opening) throws IOException, BlockedException {
        Conversation conversation = prober.approach();
        WireStream stream = prober.stream(conversation);
        try {
            RecordSession session = new ManualRecordSession(
                    conversation.wire(), stream, prober.subject().settings().answer(), opening);
            return Optional.of(new EstablishedSession(prober, conversation, session));
        } catch (IOException e) {
            conversation.note(
                    "no " + version + " by hand: " + stream.received(e).told());
            conversation.close();
            return Optional.empty();
        }
    }

    private static EstablishedSession byEngine(Prober prober) throws IOException, BlockedException {
        Conversation conversation = prober.approach();
        Duration answer = prober.subject().settings().answer();
        TlsEngine engine = new TlsEngine(conversation.wire(), prober.subject().offer(), conversation.takePending());
        Handshake handshake = engine.handshake(answer);
        EstablishedSession live = new EstablishedSession(
                prober, conversation, new EngineRecordSession(conversation.wire(), engine, answer));
        live.require(
                "no TLS session to begin with", handshake.done() ? Optional.empty() : Optional.of(handshake.told()));
        return live;
    }

    /**
     * Reads the greeting where one comes inside TLS, and asks for one answer.
     *
     * @return this
     * @throws BlockedException if that does not come; inconclusive
     */
    EstablishedSession begun() throws BlockedException {
        require(
                "inside TLS nothing is answered, whatever the records",
                begunInstead().map(Received::told));
        return this;
    }

    /** The same, told and not thrown: empty if it was answered, else what came instead. */
    Optional<Received> begunInstead() {
        note("TLS handshake done: " + session.told());
        Optional<Received> instead =
                prober.subject().target().scheme().implicitTls() ? lines.greeting() : Optional.empty();
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
        Octets command = Octets.ascii(prober.subject().dialect().harmlessCommand());
        conversation.record(From.CLIENT, Through.TLS, command.text());
        session.send(session.seal(command));
    }

    /** Waits for one good answer, and for one more to a command that follows. */
    Verdict verdict(String what, String good) {
        Optional<Received> instead = lines.answers(1);
        if (instead.isEmpty()) {
            sendHarmlessCommand();
            instead = lines.answers(1);
        }
        return instead.map(heard -> judged(what, heard)).orElseGet(() -> Verdict.pass(good));
    }

    /** What it means when something else came than the answer. */
    Verdict judged(String what, Received instead) {
        return Verdict.fail("after " + what + " no answer came: " + instead.told());
    }

    /** Says that nothing more will be sent, which leaves the session good for going on with it later. */
    void sendCloseNotify() {
        conversation.note("sends close_notify");
        session.send(session.closeNotify());
    }

    /** Cuts the connection off on this side, without close_notify. */
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
