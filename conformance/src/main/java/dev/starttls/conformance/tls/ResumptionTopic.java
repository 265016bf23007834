package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.PreSharedKey;
import dev.starttls.conformance.tls.minimal.Tls12Resumption;
import dev.starttls.conformance.tls.minimal.Tls12Session;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks that an offered session is resumed, or that a full handshake takes its place. */
final class ResumptionTopic implements Topic {

    private static final String WITHOUT_TLS_12 = "there was no handshake of TLSv1.2 with ECDHE and AES-GCM";

    @Override
    public List<Check> checks() {
        return List.of(
                resumption("TLS-S-16a", "a session of TLS 1.2 is resumed by id and ticket, or that is declined cleanly")
                        .clause("RFC 5246 section 7.4.1.2, RFC 5077 section 3.4")
                        .run(TlsCheckBody.of(ResumptionTopic::older)),
                resumption("TLS-S-16b", "a session of TLS 1.3 is resumed by a ticket, or that is declined cleanly")
                        .clause("RFC 8446 section 2.2 and 4.2.11")
                        .run(TlsCheckBody.of(ResumptionTopic::newest)));
    }

    private static Check.Draft resumption(String id, String title) {
        return Check.of(id, title)
                .level(Level.SHOULD)
                .why("Clients offer their previous session. If the offer breaks the handshake, the first connection"
                        + " works and the following ones fail, until the client forgets the session.")
                .fix("Fall back to a full handshake whatever is wrong with a session or a ticket; if several servers"
                        + " have one name, let them share their ticket keys.")
                .on(Protocol.values());
    }

    private static Verdict older(Prober prober) throws IOException, BlockedException {
        Optional<Tls12Resumption> withTickets = tls12Resumption(prober, Tls12Session.Kind.MODERN);
        if (withTickets.isEmpty()) {
            return Verdict.skip(WITHOUT_TLS_12);
        }
        Optional<Tls12Resumption> withoutTickets = tls12Resumption(prober, Tls12Session.Kind.WITHOUT_TICKETS);
        return new CombinedVerdict()
                .add("ticket", byTicket(prober, withTickets.get()))
                .add(
                        "id",
                        withoutTickets.isPresent()
                                ? byId(prober, withoutTickets.get())
                                : Verdict.fail("a client that accepts no tickets is refused"))
                .verdict();
    }

    private static Optional<Tls12Resumption> tls12Resumption(Prober prober, Tls12Session.Kind kind)
            throws IOException, BlockedException {
        Optional<EstablishedSession> first = EstablishedSession.tls12(prober, kind);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        try (EstablishedSession live = first.get().begun()) {
            live.sendCloseNotify();
            return Optional.of(((MinimalRecordSession) live.session())
                    .details(Tls12Session.class)
                    .resumption());
        }
    }

    private static Verdict byTicket(Prober prober, Tls12Resumption session) throws IOException, BlockedException {
        return session.ticket().isEmpty()
                ? Verdict.pass("the server sends no ticket")
                : again(EstablishedSession.tls12(
                        prober, (in, out) -> Tls12Session.resumeByTicket(in, out, prober.serverName(), session)));
    }

    private static Verdict byId(Prober prober, Tls12Resumption session) throws IOException, BlockedException {
        return session.sessionId().isEmpty()
                ? Verdict.pass("the server stores no sessions")
                : again(EstablishedSession.tls12(
                        prober, (in, out) -> Tls12Session.resumeById(in, out, prober.serverName(), session)));
    }

    private static Verdict newest(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> first = EstablishedSession.tls13(
                prober, (in, out) -> Tls13Session.shake(in, out, prober.serverName(), prober.identity()));
        if (first.isEmpty()) {
            return Verdict.skip("there was no handshake of TLSv1.3 with AES-GCM");
        }
        List<PreSharedKey> keys;
        try (EstablishedSession live = first.get().begun()) {
            keys = ((MinimalRecordSession) live.session())
                    .details(Tls13Session.class)
                    .preSharedKeys();
            live.sendCloseNotify();
        }
        return keys.isEmpty()
                ? Verdict.pass("the server sends no tickets")
                : again(EstablishedSession.tls13(
                        prober, (in, out) -> Tls13Session.resume(in, out, prober.serverName(), keys.get(0))));
    }

    /** Whether the second session works, resumed or new. */
    private static Verdict again(Optional<EstablishedSession> second) throws BlockedException {
        if (second.isEmpty()) {
            return Verdict.fail("a handshake that offers the session fails, while one without works");
        }
        try (EstablishedSession live = second.get()) {
            boolean resumed = ((MinimalRecordSession) live.session()).isResumed();
            return live.begunInstead()
                    .map(received -> Verdict.fail((resumed ? "the resumed session" : "the new session in its place")
                            + " does not answer: " + received.description()))
                    .orElseGet(() -> Verdict.pass(resumed ? "resumed" : "declined, and a new session started"));
        }
    }
}
