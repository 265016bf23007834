package dev.starttls.smtp;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server knows of its client on this side of the upgrade. At the upgrade the connection gets a new one, so that
 * nothing said in the clear is believed inside TLS (RFC 3207 section 4.2): an author who keeps all state here cannot forget
 * to forget it.
 *
 * <pre>{@code
 * session.keep(new Login("mary"));
 * Optional<Login> login = session.kept(Login.class);
 * }</pre>
 *
 * <p>Not safe for use by several threads; nothing blocks.
 */
public final class SmtpSession {

    private final boolean secure;
    private final Map<Class<?>, Object> kept = new HashMap<>();
    private Optional<SmtpCommand> hello = Optional.empty();

    SmtpSession(boolean secure) {
        this.secure = secure;
    }

    /**
     * Whether the client's commands come inside TLS.
     *
     * @return the same for the whole life of this session
     */
    public boolean secure() {
        return secure;
    }

    /**
     * The client's name, as it gave it with EHLO or HELO on this side of the upgrade. It is a claim.
     *
     * @return empty before that
     */
    public Optional<String> clientName() {
        return hello.map(SmtpCommand::argument);
    }

    /**
     * Whether the client used EHLO, and so knows what was announced.
     *
     * @return false before it did, and after HELO
     */
    public boolean extended() {
        return hello.filter(command -> command.verb().equals("EHLO")).isPresent();
    }

    /**
     * Keeps a value, one of each class, until the session ends, that is at the latest at the upgrade.
     *
     * @param value takes the place of the one of the same class
     */
    public void keep(Object value) {
        kept.put(value.getClass(), value);
    }

    /**
     * A value that was kept.
     *
     * @param <T> its type
     * @param type exactly the class of the value
     * @return empty if there is none
     */
    public <T> Optional<T> kept(Class<T> type) {
        return Optional.ofNullable(kept.get(type)).map(type::cast);
    }

    /**
     * Lets go of a value; no effect if there is none.
     *
     * @param type exactly the class of the value
     */
    public void forget(Class<?> type) {
        kept.remove(type);
    }

    Optional<SmtpCommand> hello() {
        return hello;
    }

    void greet(Optional<SmtpCommand> command) {
        hello = command;
    }
}
