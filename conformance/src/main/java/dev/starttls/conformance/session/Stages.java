package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BiFunction;

/** Where the checks of one protocol begin. */
public final class Stages<T extends ProtocolSession> {
    private final BiFunction<Conversation, TlsOffer, T> sessions;
    private final Stage<T> greeted;
    private final Stage<T> opened;
    private final Stage<T> introduced;
    private final Stage<T> introducedFromElsewhere;
    private final Stage<T> offered;
    private final Stage<T> goneAhead;
    private final Stage<T> inside;
    private final Stage<T> introducedInside;

    /** Of sessions that are made so, over a connection on which nothing was said. */
    public Stages(BiFunction<Conversation, TlsOffer, T> sessions) {
        this.sessions = sessions;
        greeted = Stage.first(this::open, ProtocolSession::greeted);
        opened = greeted.butImplicitly(
                Stage.first(this::open, ProtocolSession::secured).and(ProtocolSession::greeted));
        introduced = greeted.and(ProtocolSession::introduced);
        introducedFromElsewhere =
                Stage.first(this::openFromElsewhere, ProtocolSession::greeted).and(ProtocolSession::introduced);
        offered = introduced.and(ProtocolSession::offered);
        goneAhead = offered.and(ProtocolSession::goneAhead);
        inside = goneAhead.and(ProtocolSession::secured).butImplicitly(opened);
        introducedInside = inside.and(ProtocolSession::introduced);
    }

    /**
     * A session on a fresh connection on which nothing was said.
     *
     * @throws IOException if there is no connection
     */
    public T open(CheckContext subject) throws IOException {
        return sessions.apply(subject.connect(), subject.offer());
    }

    private T openFromElsewhere(CheckContext subject) throws IOException {
        return sessions.apply(subject.connectFromElsewhere(), subject.offer());
    }

    /** A session over this connection. */
    public T over(Conversation connection, TlsOffer offer) {
        return sessions.apply(connection, offer);
    }

    /** Greeting read, in plaintext. */
    public Stage<T> greeted() {
        return greeted;
    }

    /** Greeting read, in plaintext or, where TLS comes first, inside it. */
    public Stage<T> opened() {
        return opened;
    }

    /** Capabilities asked for in plaintext. */
    public Stage<T> introduced() {
        return introduced;
    }

    /** The same, if possible from another address than the server's own, to which it may offer more. */
    public Stage<T> introducedFromElsewhere() {
        return introducedFromElsewhere;
    }

    /** Capabilities asked for in plaintext, and the upgrade command among them. */
    public Stage<T> offered() {
        return offered;
    }

    /** Upgrade command sent and answered with the go-ahead: a ClientHello is due. */
    public Stage<T> goneAhead() {
        return goneAhead;
    }

    /** The same; with implicit TLS at once. */
    public Stage<T> clientHelloDue() {
        return goneAhead.butImplicitly(Stage.first(this::open, talk -> Optional.empty()));
    }

    /** Inside TLS, nothing said yet; with implicit TLS the greeting is read. */
    public Stage<T> inside() {
        return inside;
    }

    /** Inside TLS, capabilities asked for. */
    public Stage<T> introducedInside() {
        return introducedInside;
    }
}
