package dev.starttls.conformance.session;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BiFunction;

/** The stages at which the checks of one protocol start. */
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

    /** The stages of sessions made by this function, over a connection on which nothing has been sent. */
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
     * A session on a new connection on which nothing has been sent.
     *
     * @throws IOException if there is no connection
     */
    public T open(CheckContext context) throws IOException {
        return configured(sessions.apply(context.connect(), context.offer()), context.settings());
    }

    private T openFromElsewhere(CheckContext context) throws IOException {
        return configured(sessions.apply(context.connectFromElsewhere(), context.offer()), context.settings());
    }

    /** A session over this connection, with these settings. */
    public T over(Conversation connection, TlsOffer offer, TargetSettings settings) {
        return configured(sessions.apply(connection, offer), settings);
    }

    private static <T extends ProtocolSession> T configured(T session, TargetSettings settings) {
        session.introduceAs(settings.ehloName());
        return session;
    }

    /** Greeting read, in plaintext. */
    public Stage<T> greeted() {
        return greeted;
    }

    /** Greeting read, in plaintext or, with implicit TLS, inside TLS. */
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

    /** Upgrade command sent and answered with the go-ahead: the ClientHello is next. */
    public Stage<T> goneAhead() {
        return goneAhead;
    }

    /** The same; with implicit TLS the new connection itself. */
    public Stage<T> clientHelloDue() {
        return goneAhead.butImplicitly(Stage.first(this::open, session -> Optional.empty()));
    }

    /** Inside TLS, no command sent yet; with implicit TLS the greeting is read. */
    public Stage<T> inside() {
        return inside;
    }

    /** Inside TLS, capabilities asked for. */
    public Stage<T> introducedInside() {
        return introducedInside;
    }
}
