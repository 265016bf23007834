package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.Transcript.From;
import dev.starttls.conformance.speak.Transcript.Through;
import dev.starttls.conformance.tls.wire.Octets;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A session that stands and was heard to answer, so that whatever breaks it afterwards is the check's own doing. */
final class LiveSession implements AutoCloseable {

    private final Prober prober;
    private final Conversation conversation;
    private final Session session;
    private final SessionLines lines;

    private LiveSession(Prober prober, Conversation conversation, Session session) {
        this.prober = prober;
        this.conversation = conversation;
        this.session = session;
        this.lines = new SessionLines(session, conversation, prober.subject().dialect());
    }

    /**
     * Upgrades, reads the greeting where one comes inside TLS, and asks for one answer.
     *
     * @throws BlockedException if it does not come to that; inconclusive
     */
    static LiveSession open(Prober prober) throws IOException, BlockedException {
        Conversation conversation = prober.approach();
        Duration answer = prober.subject().settings().answer();
        LiveSession live;
        try {
            Session byHand =
                    new HandmadeSession(conversation.wire(), prober.stream(conversation), prober.serverName(), answer);
            live = new LiveSession(prober, conversation, byHand);
        } catch (IOException e) {
            conversation.note("no TLS 1.3 by hand: " + Heard.Ended.by(e).told());
            conversation.close();
            live = byEngine(prober, answer);
        }
        live.begin();
        return live;
    }

    private static LiveSession byEngine(Prober prober, Duration answer) throws IOException, BlockedException {
        Conversation conversation = prober.approach();
        EngineSession engine = new EngineSession(
                conversation.wire(),
                prober.stream(conversation),
                Engines.client(prober.subject().offer()),
                answer);
        LiveSession live = new LiveSession(prober, conversation, engine);
        live.require("no TLS session to begin with", engine.handshake());
        return live;
    }

    private void begin() throws BlockedException {
        note("TLS handshake done: " + session.told());
        if (prober.subject().target().scheme().implicitTls()) {
            require("no greeting inside TLS", lines.greeting());
        }
        sendHarmlessCommand();
        require("the session answers nothing, whatever the records", lines.answers(1));
    }

    private void require(String otherwise, Optional<Heard> instead) throws BlockedException {
        if (instead.isPresent()) {
            conversation.note(otherwise + ": " + instead.get().told());
            conversation.close();
            throw new BlockedException(
                    Verdict.inconclusive(otherwise + ": " + instead.get().told()));
        }
    }

    Session session() {
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
        Optional<Heard> instead = lines.answers(1);
        if (instead.isEmpty()) {
            sendHarmlessCommand();
            instead = lines.answers(1);
        }
        return instead.map(heard -> judged(what, heard)).orElseGet(() -> Verdict.pass(good));
    }

    /** What it means when something else came than the answer. */
    Verdict judged(String what, Heard instead) {
        return Verdict.fail("after " + what + " no answer came: " + instead.told());
    }

    void note(String text) {
        conversation.note(text);
    }

    @Override
    public void close() {
        conversation.close();
    }
}
