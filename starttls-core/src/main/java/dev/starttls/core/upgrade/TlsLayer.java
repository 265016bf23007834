package dev.starttls.core.upgrade;

import dev.starttls.core.tls.ServerNameReader;
import dev.starttls.core.tls.TlsPump;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.TlsStatus;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** The pump of a connection, from before there is one: a server may have to read the name asked for first. */
final class TlsLayer {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Role role;
    private final UpgradeSettings settings;
    private final Peer peer;
    private Optional<ServerNameReader> names = Optional.empty();
    private ByteBuffer ahead = NOTHING;
    private TlsPump pump;

    TlsLayer(Role role, UpgradeSettings settings, Peer peer) {
        this.role = role;
        this.settings = settings;
        this.peer = peer;
    }

    /** Makes the engine if it can be made already: mistakes in the settings show here, before anything is proposed. */
    void ready() {
        if (pump != null || names.isPresent()) {
            return;
        }
        if (role == Role.SERVER && settings.tls().choosesByServerName()) {
            names = Optional.of(new ServerNameReader());
        } else {
            make(Optional.empty());
        }
    }

    /** Makes a client's ClientHello, to be sent later. */
    void prepare() throws SSLException {
        ready();
        pump.prepare();
    }

    /** Lets go of the engine: there will be no handshake. */
    void discard() {
        if (pump != null) {
            pump.release();
            pump = null;
        }
    }

    boolean exists() {
        return pump != null;
    }

    boolean established() {
        return pump != null && pump.established();
    }

    TlsPump pump() {
        return pump;
    }

    TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
        if (pump == null) {
            ServerNameReader reader = names.orElseThrow();
            if (!reader.read(network)) {
                return TlsStatus.NEED_READ;
            }
            ahead = reader.seen();
            make(reader.serverName());
        }
        if (ahead.hasRemaining()) {
            TlsStatus status = pump.receive(ahead, application);
            if (status != TlsStatus.NEED_READ) {
                return status;
            }
            ahead = NOTHING;
        }
        return pump.receive(network, application);
    }

    TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
        return pump == null ? TlsStatus.NEED_READ : pump.send(application, network);
    }

    boolean wantsSend() {
        return pump != null && pump.wantsSend();
    }

    ByteBuffer decrypted() {
        return pump == null ? NOTHING : pump.decrypted();
    }

    private void make(Optional<String> serverName) {
        try {
            TlsSettings tls = settings.tls();
            pump = new TlsPump(
                    role == Role.CLIENT
                            ? tls.clientEngine(peer.host(), peer.port(), settings.verification())
                            : tls.serverEngine(peer.host(), peer.port(), serverName));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "Expected this platform to have a TLS context, got " + e + "; set one with TlsSettings.Builder", e);
        }
    }
}
