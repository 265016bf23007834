package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.Octets;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client that begins a handshake and goes no further must not hold the server up. */
final class StallTopic implements Topic {

    /** A server with one or two threads for handshakes is held up by as many. */
    private static final int STALLED = 4;

    /** A server waits five minutes for a command (RFC 5321 section 4.5.3.2.7); a handshake is worth no more. */
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(6);

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-15a", "others are served while handshakes stall")
                        .clause("RFC 9325 section 7.5, RFC 4732 section 2.3")
                        .level(Level.SHOULD)
                        .why(
                                "Half a ClientHello costs an attacker nothing; a server that waits for the rest of it before"
                                        + " it serves anyone else is switched off by it.")
                        .fix("Shake hands with each client on its own: in a process or thread of its own, or without"
                                + " blocking.")
                        .on(Protocol.values())
                        .run(TlsBody.of(StallTopic::others)),
                Check.of("TLS-S-15b", "a handshake that stalls is given up")
                        .clause("RFC 9325 section 7.5, RFC 5321 section 4.5.3.2")
                        .level(Level.SHOULD)
                        .why("Connections that wait for ever use up what a server has, one by one.")
                        .fix("Set a time limit for the handshake. Postfix: smtpd_starttls_timeout, 300 s by default.")
                        .early()
                        .on(Protocol.values())
                        .run(TlsBody.of(StallTopic::givenUp)));
    }

    private static Verdict others(Prober prober) throws IOException, BlockedException {
        List<Conversation> stalled = new ArrayList<>();
        for (int i = 0; i < STALLED; i++) {
            stalled.add(prober.stall());
        }
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            live.note("served while " + STALLED + " handshakes stall");
            return Verdict.pass("a session was begun and answered while " + STALLED + " handshakes stalled");
        } catch (BlockedException | IOException e) {
            stalled.forEach(Conversation::close);
            try (EstablishedSession live = EstablishedSession.open(prober)) {
                live.note("served when no handshake stalls any more");
                return Verdict.fail("while " + STALLED + " handshakes stalled nobody else was served (" + e.getMessage()
                        + "), and when they were gone somebody was");
            }
        }
    }

    /** The wait is half of that for an answer, so that a run with default settings is not much longer for it. */
    private static Verdict givenUp(Prober prober) throws IOException, BlockedException {
        Duration wait = prober.subject().settings().answer().dividedBy(2);
        try (Conversation conversation = prober.stall()) {
            long begun = System.nanoTime();
            WireStream stream = prober.stream(conversation);
            Octets said = Octets.NONE;
            Received heard = stream.next(wait);
            while (heard instanceof Received.Data data) {
                said = said.and(Octets.of(data.bytes())).first(256);
                heard = stream.next(wait.minusNanos(System.nanoTime() - begun));
            }
            conversation.note((said.isEmpty() ? "" : "the server said " + said.text() + ", then ") + heard.told());
            return judged(said, heard, wait, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    /** What it means that in so much time this was heard. */
    static Verdict judged(Octets said, Received heard, Duration waited, Duration took) {
        if (!said.isEmpty() && !isAlert(said)) {
            return Verdict.fail("in the middle of the handshake the server spoke plaintext: " + said.text());
        }
        if (heard instanceof Received.Ended ended && ended.ending() != Ending.GIVEN_UP) {
            return Verdict.pass(
                    "given up after " + took.toMillis() + " ms" + (said.isEmpty() ? "" : ", with an alert"));
        }
        return waited.compareTo(LONG_ENOUGH) < 0
                ? Verdict.inconclusive(
                        "not within " + waited.toSeconds() + " s, which is no fault: servers may wait for"
                                + " minutes; half of --timeout is waited, so --timeout " + 2 * LONG_ENOUGH.toSeconds()
                                + " --only TLS-S-15b would tell")
                : Verdict.fail("not within " + waited.toSeconds() + " s");
    }

    private static boolean isAlert(Octets said) {
        return said.length() >= 7 && said.at(0) == 21 && said.at(1) == 3;
    }
}
