package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.OctetString;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks of a client that starts a handshake and does not continue it. */
final class StallTopic implements Topic {

    /** More than the threads of a server that has one or two for handshakes. */
    private static final int STALLED = 4;

    /** A server waits five minutes for a command (RFC 5321 section 4.5.3.2.7); a handshake should not take longer. */
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(6);

    /** Times for an answer up to this are not meant for waiting until a handshake is given up. */
    private static final Duration USUAL = Duration.ofMinutes(1);

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-15a", "others are served while handshakes stall")
                        .clause("RFC 4732 section 2.1.2")
                        .level(Level.SHOULD)
                        .why("Half a ClientHello costs an attacker nothing; if a server waits for the rest before it"
                                + " serves other clients, the attacker blocks it completely.")
                        .fix("Perform the handshake of each client in a process or thread of its own, or without"
                                + " blocking.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(StallTopic::others)),
                Check.of("TLS-S-15b", "a stalled handshake is ended by the server")
                        .clause("RFC 4732 section 2.1.2, RFC 5321 section 4.5.3.2")
                        .level(Level.SHOULD)
                        .why("Connections that wait for ever use up the resources of a server, one by one.")
                        .fix("Set a time limit for the handshake. Postfix: smtpd_starttls_timeout, 300 s by default.")
                        .early()
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(StallTopic::ended)));
    }

    private static Verdict others(Prober prober) throws IOException, BlockedException {
        Optional<Verdict> single = prober.context().sideBySide();
        return single.isPresent() ? single.get() : beside(prober);
    }

    private static Verdict beside(Prober prober) throws IOException, BlockedException {
        List<Conversation> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < STALLED; i++) {
                stalled.add(prober.stall());
            }
            try (EstablishedSession live = EstablishedSession.open(prober)) {
                live.note("served while " + STALLED + " handshakes stall");
                return Verdict.pass("a session was started and answered while " + STALLED + " handshakes stalled");
            }
        } catch (BlockedException | IOException e) {
            stalled.forEach(Conversation::close);
            return unserved(prober, stalled.size(), e.getMessage());
        }
    }

    /** A server that limits the connections of a client serves no more of them when none stalls; then nothing is known. */
    private static Verdict unserved(Prober prober, int stalled, String instead) throws IOException, BlockedException {
        List<EstablishedSession> idle = new ArrayList<>();
        try {
            for (int i = 0; i <= STALLED; i++) {
                EstablishedSession live = EstablishedSession.open(prober);
                idle.add(live);
                live.note("served beside " + i + " idle sessions, when no handshake is stalled");
            }
        } catch (BlockedException | IOException e) {
            if (idle.isEmpty()) {
                throw e;
            }
            return Verdict.undecided("beside " + idle.size() + (idle.size() == 1 ? " idle session" : " idle sessions")
                    + ", without any stalled handshake, no other client was served either (" + e.getMessage()
                    + "), as by a limit on the connections of one client; a client at another address would show"
                    + " whether others are served");
        } finally {
            idle.forEach(EstablishedSession::close);
        }
        prober.context().unlimited();
        return Verdict.fail("while " + stalled + (stalled == 1 ? " handshake was" : " handshakes were")
                + " stalled no other client was served (" + instead + "), and with none stalled " + (STALLED + 1)
                + " were at the same time");
    }

    /**
     * No server needs to give up within the default time for an answer, so that a run with it does not wait for what
     * would not be a fault; half of a longer time is waited for.
     */
    private static Duration patience(Duration answer) {
        return answer.compareTo(USUAL) <= 0 ? answer.dividedBy(10) : answer.dividedBy(2);
    }

    private static Verdict ended(Prober prober) throws IOException, BlockedException {
        Duration wait = patience(prober.context().settings().answer());
        try (Conversation conversation = prober.stall()) {
            long begun = System.nanoTime();
            WireStream stream = prober.stream(conversation);
            OctetString sent = OctetString.NONE;
            Received received = stream.next(wait);
            while (received instanceof Received.Data data) {
                sent = sent.and(OctetString.of(data.bytes())).first(256);
                received = stream.next(wait.minusNanos(System.nanoTime() - begun));
            }
            conversation.note(
                    (sent.isEmpty() ? "" : "the server sent " + sent.text() + ", then ") + received.description());
            return judged(sent, received, wait, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    /** The verdict on what came within this time. */
    static Verdict judged(OctetString sent, Received received, Duration waited, Duration took) {
        if (!sent.isEmpty() && !isAlert(sent)) {
            return Verdict.fail("the server sent plaintext during the handshake: " + sent.text());
        }
        if (received instanceof Received.Ended ended && ended.ending() != ConnectionEnd.GIVEN_UP) {
            return Verdict.pass("ended after " + took.toMillis() + " ms" + (sent.isEmpty() ? "" : ", with an alert"));
        }
        return waited.compareTo(LONG_ENOUGH) < 0
                ? Verdict.undecided(
                        "not within " + waited.toMillis() + " ms, which is not a fault: servers may wait for minutes;"
                                + " with a --timeout of more than a minute this check waits half of it, so --timeout "
                                + 2 * LONG_ENOUGH.toSeconds() + " --only TLS-S-15b would find out")
                : Verdict.fail("not within " + waited.toSeconds() + " s");
    }

    private static boolean isAlert(OctetString sent) {
        return sent.length() >= 7 && sent.at(0) == 21 && sent.at(1) == 3;
    }
}
