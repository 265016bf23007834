package dev.starttls.core.upgrade;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.line.LineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The skeleton of a server's side, for the whole of a session: one {@link ServerSession} on each side of the upgrade, what is
 * announced there, and what is answered to input that is not a line. A protocol adds its words: how it greets ({@link
 * #greet}) and what it answers to a line ({@link #received}).
 *
 * <p>At the upgrade everything is forgotten: there is a new session, and nothing is announced yet (RFC 3207 section 4.2,
 * RFC 9051 section 6.2.1, RFC 2595 section 4). What a subclass and its handler keep besides, they forget in {@link #forget}.
 *
 * <p>One instance serves one connection, one thread at a time; nothing blocks but what the handler does.
 *
 * @param <S> what is known of the client
 * @param <H> the handler that the author of a server writes; only the subclass calls it
 */
public abstract class ServerDialogue<S extends ServerSession, H> extends ProtocolDialogue {

    private final String host;
    private final TlsPolicy policy;
    private final H handler;
    private final List<String> capabilities;
    private final BiFunction<State, ConnectionInfo, S> sessions;
    private S session;
    private ConnectionInfo info = ConnectionInfo.UNKNOWN;
    private List<String> announced = List.of();
    private boolean openedInPlaintext;

    /**
     * A dialogue that has not begun.
     *
     * @param protocol what is fixed for it
     * @param host what the server calls itself: printable characters of ASCII without a space
     * @param policy that of the connection's settings
     * @param handler answers what the dialogue does not
     * @param capabilities what the handler knows, each as it is announced; without the upgrade. Copied
     * @param sessions makes an empty session: of {@link State#PLAINTEXT} or {@link State#SECURE}, and what is known of the
     *     connection
     * @throws IllegalArgumentException if the host could not be sent as one
     * @throws NullPointerException if one of them is null
     */
    protected ServerDialogue(
            StartTlsProtocol protocol,
            String host,
            TlsPolicy policy,
            H handler,
            List<String> capabilities,
            BiFunction<State, ConnectionInfo, S> sessions) {
        super(protocol, Role.SERVER);
        Objects.requireNonNull(host, "host: expected what the server calls itself, got null");
        if (!Ascii.word(host)) {
            throw new IllegalArgumentException(
                    "host: expected printable characters of ASCII without a space, got others, or none");
        }
        this.host = host;
        this.policy = Objects.requireNonNull(policy, "policy: expected a TlsPolicy, got null; try TlsPolicy.REQUIRED");
        this.handler = Objects.requireNonNull(handler, "handler: expected one to answer the commands, got null");
        this.capabilities = List.copyOf(capabilities);
        this.sessions = sessions;
        this.session = sessions.apply(State.PLAINTEXT, info);
    }

    @Override
    public final List<String> capabilities() {
        return announced;
    }

    @Override
    public final Optional<ServerSession> handedOver() {
        return Optional.of(session);
    }

    @Override
    public final void connected(ConnectionInfo known) {
        info = known;
        if (known.tls().isEmpty()) {
            session = sessions.apply(State.PLAINTEXT, info);
        }
    }

    @Override
    public final Step opened() {
        openedInPlaintext = true;
        return greet();
    }

    @Override
    public final Step secured() {
        session = sessions.apply(State.SECURE, info);
        announced = List.of();
        forget();
        return openedInPlaintext ? upgraded() : greet();
    }

    @Override
    public final Step malformed(LineException broken) {
        FailureReason reason = FailureReason.of(broken);
        boolean tooLong = reason == FailureReason.LIMIT_EXCEEDED;
        return new Step.Fail(
                reason,
                broken.getMessage(),
                "",
                noLine(tooLong ? "Line too long" : "Lines must end in CRLF and have no other CR, LF or NUL"),
                tooLong ? Wording.tooMuch("withLineOctets") : "");
    }

    /**
     * Greets a client: at the beginning of a connection, in plaintext or, with implicit TLS, inside it.
     *
     * @return the greeting, or a refusal
     */
    protected abstract Step greet();

    /**
     * What is answered before the connection is closed where something came that is no line.
     *
     * @param text what is wrong, for people
     * @return lines without CRLF
     */
    protected abstract List<String> noLine(String text);

    /**
     * What is said first after STARTTLS.
     *
     * @return unless overridden nothing: the client speaks first inside TLS (RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC
     *     2595 section 4)
     */
    protected Step upgraded() {
        return Step.await(Phase.RECAPABILITY);
    }

    /**
     * The handshake is done, and {@link #session} is a new one: what the subclass has kept from before is forgotten here, and
     * the handler is called so that it forgets too (RFC 3207 section 4.2, RFC 9051 section 6.2.1, RFC 2595 section 4).
     */
    protected abstract void forget();

    /**
     * Whether a capability that the handler knows may be announced on this side of the upgrade.
     *
     * @param capability as it is announced
     * @return true unless overridden
     */
    protected boolean announceable(String capability) {
        return true;
    }

    /**
     * How the upgrade is announced.
     *
     * @return {@link StartTlsProtocol#keyword} unless overridden
     */
    protected String offer() {
        return keyword();
    }

    /**
     * What is announced now: the capabilities that may be, and the upgrade where it is offered.
     *
     * @return a new list
     */
    protected List<String> announcement() {
        List<String> now = new ArrayList<>();
        for (String capability : capabilities) {
            if (announceable(capability)) {
                now.add(capability);
            }
        }
        if (offered()) {
            now.add(offer());
        }
        return now;
    }

    /**
     * Announces.
     *
     * @return the {@link #announcement}, kept as what was announced last
     */
    protected final List<String> announce() {
        announced = List.copyOf(announcement());
        return announced;
    }

    /**
     * What the server calls itself.
     *
     * @return as it was given
     */
    protected final String host() {
        return host;
    }

    /**
     * What is done about TLS.
     *
     * @return as it was given
     */
    protected final TlsPolicy policy() {
        return policy;
    }

    /**
     * What answers the commands that the dialogue does not.
     *
     * @return as it was given
     */
    protected final H handler() {
        return handler;
    }

    /**
     * What is known of the client.
     *
     * @return another after the upgrade
     */
    protected final S session() {
        return session;
    }

    /**
     * Whether the upgrade is offered here.
     *
     * @return true before TLS, but under {@link TlsPolicy#DISABLED}
     */
    protected final boolean offered() {
        return !session.secure() && policy != TlsPolicy.DISABLED;
    }

    /**
     * Whether commands are refused here until the client has upgraded.
     *
     * @return true before TLS under {@link TlsPolicy#REQUIRED}
     */
    protected final boolean upgradeRequired() {
        return !session.secure() && policy == TlsPolicy.REQUIRED;
    }

    /**
     * The phase in which commands are awaited.
     *
     * @return {@link Phase#CAPABILITY} in plaintext, {@link Phase#RECAPABILITY} inside TLS
     */
    protected final Phase phase() {
        return session.secure() ? Phase.RECAPABILITY : Phase.CAPABILITY;
    }
}
