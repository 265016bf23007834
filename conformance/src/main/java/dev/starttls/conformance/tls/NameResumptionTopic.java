package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.ServedChain.Indication;
import dev.starttls.conformance.tls.minimal.MinimalTlsSession;
import dev.starttls.conformance.tls.minimal.PreSharedKey;
import dev.starttls.conformance.tls.minimal.Tls12Resumption;
import dev.starttls.conformance.tls.minimal.Tls12Session;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks that a session of one name does not stand for another name, which has another certificate. */
final class NameResumptionTopic implements Topic {

    @Override
    public List<Check> checks() {
        return List.of(Check.of("TLS-S-35", "a session is not resumed under a name with another certificate")
                .clause("RFC 6066 section 3, RFC 8446 section 4.6.1")
                .level(Level.SHOULD)
                .why("In a resumed session no certificate is shown. If the session of one name is accepted for another,"
                        + " a client that was misled to the wrong name does not notice, and rules that hold for one"
                        + " name are not applied. TLS 1.2 forbids it; in TLS 1.3 the client has to take care.")
                .fix("Give each name its own ticket keys and session cache, or turn tickets of TLS 1.2 off.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(NameResumptionTopic::crossing)));
    }

    private static Verdict crossing(Prober prober) throws IOException, BlockedException {
        boolean several = ServedChains.of(prober).unexpected().stream()
                .flatMap(group -> group.occasions().stream())
                .anyMatch(one -> one.indication() == Indication.UNKNOWN);
        if (!several || prober.serverName().isEmpty()) {
            return Verdict.skip("no two names with different certificates are known");
        }
        Optional<Verdict> older = tls12(prober);
        Optional<Verdict> newest = tls13(prober);
        CombinedVerdict combined = new CombinedVerdict();
        older.ifPresent(verdict -> combined.add("TLSv1.2", verdict));
        newest.ifPresent(verdict -> combined.add("TLSv1.3", verdict));
        return older.isPresent() || newest.isPresent()
                ? combined.verdict()
                : Verdict.skip("there was no session that could be resumed");
    }

    private static Optional<Verdict> tls12(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> first = EstablishedSession.tls12(prober, Tls12Session.Kind.MODERN);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        Tls12Resumption session;
        try (EstablishedSession live = first.get().begun()) {
            session = details(live, Tls12Session.class).resumption();
            live.sendCloseNotify();
        }
        if (session.ticket().isEmpty() && session.sessionId().isEmpty()) {
            return Optional.empty();
        }
        Optional<EstablishedSession> second = EstablishedSession.tls12(
                prober,
                (in, out) -> session.ticket().isEmpty()
                        ? Tls12Session.resumeById(in, out, ChainCollector.UNKNOWN_NAME, session)
                        : Tls12Session.resumeByTicket(in, out, ChainCollector.UNKNOWN_NAME, session));
        return Optional.of(
                resumed(second)
                        ? Verdict.fail("a session of '" + prober.serverName() + "' was resumed as '"
                                + ChainCollector.UNKNOWN_NAME + "', which has another certificate")
                        : Verdict.pass("not resumed"));
    }

    /** The server of TLS 1.3 need not bind a ticket to a name (RFC 8446 section 4.6.1). */
    private static Optional<Verdict> tls13(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> first = EstablishedSession.tls13(
                prober, (in, out) -> Tls13Session.shake(in, out, prober.serverName(), prober.identity()));
        if (first.isEmpty()) {
            return Optional.empty();
        }
        List<PreSharedKey> keys;
        try (EstablishedSession live = first.get().begun()) {
            keys = details(live, Tls13Session.class).preSharedKeys();
            live.sendCloseNotify();
        }
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        Optional<EstablishedSession> second = EstablishedSession.tls13(
                prober, (in, out) -> Tls13Session.resume(in, out, ChainCollector.UNKNOWN_NAME, keys.get(0)));
        return Optional.of(Verdict.pass(resumed(second) ? "resumed, which is left to the client" : "not resumed"));
    }

    private static boolean resumed(Optional<EstablishedSession> second) {
        if (second.isEmpty()) {
            return false;
        }
        try (EstablishedSession live = second.get()) {
            return ((MinimalRecordSession) live.session()).isResumed();
        }
    }

    private static <S extends MinimalTlsSession> S details(EstablishedSession live, Class<S> kind) {
        return ((MinimalRecordSession) live.session()).details(kind);
    }
}
