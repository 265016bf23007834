package dev.starttls.smtp;

import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.State;
import java.util.Optional;

/**
 * What a server knows of its client on this side of the upgrade. At the upgrade the connection gets a new one, so that
 * nothing said in the clear is believed inside TLS (RFC 3207 section 4.2): an author that keeps all state here cannot forget
 * to forget it.
 *
 * <pre>{@code
 * session.logIn("mary");
 * session.keep(new Quota(10));
 * Optional<Quota> quota = session.kept(Quota.class);
 * session.peer().host();                      // the client's address
 * session.tls().map(tls -> tls.suite());      // empty before TLS
 * }</pre>
 *
 * <p>Not safe for use by several threads; nothing blocks.
 */
public final class SmtpSession extends ServerSession {

    private Optional<SmtpCommand> hello = Optional.empty();
    private Optional<String> user = Optional.empty();

    SmtpSession(State side, ConnectionInfo info) {
        super(side, info);
    }

    /**
     * The client's name, as it gave it with EHLO or HELO on this side of the upgrade. It is a claim.
     *
     * @return empty before that
     */
    public Optional<String> clientName() {
        return hello.isPresent() ? Optional.of(hello.get().argument()) : Optional.empty();
    }

    /**
     * Whether the client used EHLO, and so knows what was announced.
     *
     * @return false before it did, and after HELO
     */
    public boolean extended() {
        return hello.isPresent() && hello.get().verb().equals("EHLO");
    }

    /**
     * The user that has logged in, by {@link SmtpLogin} or a handler of your own.
     *
     * @return empty before that
     */
    public Optional<String> user() {
        return user;
    }

    /**
     * The client has authenticated (RFC 4954).
     *
     * @param name of the user
     * @throws IllegalStateException outside TLS, where a password is never taken
     */
    public void logIn(String name) {
        if (!secure()) {
            throw new IllegalStateException("Expected a log-in inside TLS only, got one in plaintext");
        }
        user = Optional.of(name);
    }

    Optional<SmtpCommand> hello() {
        return hello;
    }

    void greet(Optional<SmtpCommand> command) {
        hello = command;
    }
}
