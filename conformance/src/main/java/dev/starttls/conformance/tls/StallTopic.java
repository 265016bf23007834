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

/** Checks of a client that starts a handshake and does not continue it. */
final class StallTopic implements Topic {

    /** More than the threads of a server that has one or two for handshakes. */
    private static final int STALLED = 4;

    /** A server waits five minutes for a command (RFC 5321 section 4.5.3.2.7); a handshake should not take longer. */
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(6);

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
        List<Conversation> stalled = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            stalled.add(prober.stall());
        }
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            live.note("served while " + STALLED + " handshakes stall");
            return Verdict.pass("a session was started and answered while " + STALLED + " handshakes stalled");
        } catch (BlockedException | IOException e) {
            stalled.forEach(Conversation::close);
            try (EstablishedSession live = EstablishedSession.open(prober)) {
                live.note("served when no handshake is stalled");
                return Verdict.fail("while " + STALLED + " handshakes were stalled no other client was served"
                        + " (" + e.getMessage()
                        + "), and after they were closed one was");
            }
        }
    }

    /** The wait is half of that for an answer, so that it does not make a run with default settings much longer. */
    private static Verdict ended(Prober prober) throws IOException, BlockedException {
        Duration wait = prober.context().settings().answer().dividedBy(2);
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
                ? Verdict.inconclusive(
                        "not within " + waited.toSeconds() + " s, which is not a fault: servers may wait for minutes;"
                                + " this check waits half of --timeout, so --timeout " + 2 * LONG_ENOUGH.toSeconds()
                                + " --only TLS-S-15b would find out")
                : Verdict.fail("not within " + waited.toSeconds() + " s");
    }

    private static boolean isAlert(OctetString sent) {
        return sent.length() >= 7 && sent.at(0) == 21 && sent.at(1) == 3;
    }
}
