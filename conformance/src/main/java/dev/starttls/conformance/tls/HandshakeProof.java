package dev.starttls.conformance.tls;

import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Shows that a handshake of TLS 1.3 can be finished: a ServerHello alone does not, as the rest of it is encrypted. */
final class HandshakeProof {

    /** What the engine of this Java runtime has too: AES-GCM and ChaCha20, on the usual curves. */
    private static final Set<Integer> SUITES = Set.of(0x1301, 0x1302, 0x1303);

    private static final Set<String> GROUPS =
            Set.of(NamedGroup.X25519.label(), NamedGroup.SECP256R1.label(), NamedGroup.SECP384R1.label());

    private HandshakeProof() {}

    /**
     * Why no handshake could be finished.
     *
     * @param failure what the server did
     * @param control the ServerHello that came when the same was asked again
     */
    record Unfinished(HandshakeResult.Failed failure, Optional<ServerHello> control) {

        /** Whether the server ended the handshake, or sent what is not TLS 1.3; silence and limits do not show that. */
        boolean isBroken() {
            return failure.failure() != HandshakeResult.Failure.SILENCE && control.isPresent();
        }

        String why() {
            return failure.description();
        }
    }

    /**
     * Tries to finish a handshake, with two implementations; empty if one could, or if neither has what the server
     * chose.
     *
     * @param alone the ServerHello that came when only TLS 1.3 was offered
     */
    static Optional<Unfinished> ofTls13(Prober prober, ServerHello alone) throws IOException, BlockedException {
        Optional<EstablishedSession> own =
                EstablishedSession.tls13(prober, (in, out) -> Tls13Session.shake(in, out, prober.serverName()));
        if (own.isPresent()) {
            own.get().close();
            return Optional.empty();
        }
        boolean common = SUITES.contains(alone.suite())
                && alone.group().filter(GROUPS::contains).isPresent();
        if (!common) {
            return Optional.empty();
        }
        TlsOffer standard = prober.context().offer();
        TlsOffer offer = new TlsOffer(
                standard.serverName(), List.of(ProtocolVersion.TLS13.label()), standard.verdict(), standard.identity());
        HandshakeResult result;
        try (Conversation conversation = prober.connectForTls()) {
            result = conversation.handshake(offer);
        }
        return result instanceof HandshakeResult.Failed failed
                ? Optional.of(new Unfinished(failed, prober.chosen(ProtocolVersion.TLS13)))
                : Optional.empty();
    }
}
