package dev.starttls.core.upgrade;

import dev.starttls.core.engine.TlsPump;
import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.wire.ClientHelloReader;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;

/** What there is of TLS before there is a pump: how it is made and, where that depends on it, the name asked for. */
final class PumpFactory {

    private final Role role;
    private final UpgradeSettings settings;
    private final Peer peer;
    private Optional<ClientHelloReader> names = Optional.empty();

    PumpFactory(Role role, UpgradeSettings settings, Peer peer) {
        this.role = role;
        this.settings = settings;
        this.peer = peer;
    }

    /** Whether the name that the client asks for must be read first. */
    boolean awaitsName() {
        return role == Role.SERVER && settings.tls().choosesByServerName();
    }

    /** Takes octets of the ClientHello. Returns whether the name is known, or known not to be there. */
    boolean read(ByteBuffer network) {
        if (names.isEmpty()) {
            names = Optional.of(new ClientHelloReader());
        }
        return names.get().read(network);
    }

    /** The octets that were read for the name, all of which are the pump's. */
    ByteBuffer seen() {
        return names.orElseThrow().seen();
    }

    /** The octets of memory held. */
    int held() {
        return names.map(reader -> reader.seen().remaining()).orElse(0);
    }

    private Optional<String> serverName() {
        return names.isPresent() ? names.get().serverName() : Optional.empty();
    }

    TlsPump pump() {
        try {
            TlsSettings tls = settings.tls();
            return new TlsPump(
                    role == Role.CLIENT
                            ? PeerCheck.clientEngine(tls, peer.identity(), peer.port(), settings.verification())
                            : tls.serverEngine(peer.host(), peer.port(), serverName()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "Expected this platform to have a TLS context, got " + e + "; set one with TlsSettings.Builder", e);
        }
    }
}
