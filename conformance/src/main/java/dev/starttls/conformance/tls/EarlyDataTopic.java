package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.PreSharedKey;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.SessionTicket;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The check of early data, which can be replayed and for which no mail protocol has rules. */
final class EarlyDataTopic implements Topic {

    @Override
    public List<Check> checks() {
        return List.of(Check.of("TLS-S-22", "early data is neither invited nor accepted")
                .clause("RFC 8446 section 8, section 2.3 and appendix E.5")
                .level(Level.MUST)
                .why("An attacker who has recorded early data can replay it; a protocol must define which of its"
                        + " commands may be sent as early data, and no mail protocol does.")
                .fix("Set the maximum early data size to 0 in the TLS library.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(EarlyDataTopic::early)));
    }

    private static Verdict early(Prober prober) throws IOException, BlockedException {
        List<PreSharedKey> keys;
        String detail;
        Optional<EstablishedSession> first = EstablishedSession.tls13(
                prober, (in, out) -> Tls13Session.shake(in, out, prober.serverName(), prober.identity()));
        if (first.isEmpty()) {
            return Verdict.skip("only TLSv1.3 has early data, and there was no handshake of it");
        }
        try (EstablishedSession live = first.get().begun()) {
            Tls13Session session = ((MinimalRecordSession) live.session()).details(Tls13Session.class);
            List<SessionTicket> tickets = session.tickets();
            detail = tickets.size() + (tickets.size() == 1 ? " ticket" : " tickets") + " came";
            Optional<SessionTicket> inviting =
                    tickets.stream().filter(SessionTicket::invitesEarlyData).findFirst();
            if (inviting.isPresent()) {
                return Verdict.fail(detail + ", with a maximum early data size: "
                        + inviting.get().extensions());
            }
            keys = session.preSharedKeys();
            live.sendCloseNotify();
        }
        return keys.isEmpty()
                ? Verdict.pass("no ticket came, so there is no key to send early data with")
                : uninvited(prober, keys.get(0), detail + ", none of which invites early data");
    }

    /**
     * Sends a command as early data nevertheless; a server that does not accept it has to skip it (RFC 8446 section
     * 4.2.10).
     */
    private static Verdict uninvited(Prober prober, PreSharedKey key, String detail)
            throws IOException, BlockedException {
        OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
        Optional<EstablishedSession> early = EstablishedSession.tls13(
                prober, (in, out) -> Tls13Session.resumeEarly(in, out, prober.serverName(), key, command));
        if (early.isEmpty()) {
            return Verdict.pass(detail + "; sent nevertheless, it ends the handshake");
        }
        try (EstablishedSession live = early.get()) {
            live.note("sent early: " + command.text());
            boolean taken = ((MinimalRecordSession) live.session())
                    .details(Tls13Session.class).encryptedExtensions().stream()
                            .anyMatch(extension -> extension.type() == Extension.EARLY_DATA);
            return taken
                    ? Verdict.fail("a command sent before the handshake was done was accepted, though uninvited")
                    : Verdict.pass(detail + "; sent nevertheless, it is not accepted");
        }
    }
}
