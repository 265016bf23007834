package dev.starttls.imap;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.SessionEnd;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The log-in of a server: LOGIN (RFC 9051 section 6.2.3) and AUTHENTICATE PLAIN (RFC 4616), with an initial response too
 * (RFC 4959). What comes after it is another handler's.
 *
 * <pre>{@code
 * ImapLogin login = new ImapLogin((user, password) -> accounts.verify(user, password), mailboxes);
 * new ImapServerDialogue("mail.example.org", TlsPolicy.REQUIRED, login, login.capabilities());
 * }</pre>
 *
 * <p>A user may act for no other user: an authorization identity that is not the user's own is refused. The connection is closed
 * with a BYE at the third login that fails ({@link #MAX_FAILED_LOGINS}). Without another
 * handler there are no mailboxes: every command after the log-in but NOOP is answered BAD, which is enough to test
 * log-ins and upgrades against.
 *
 * <p>It keeps its state in the session: one instance serves any number of connections and threads, if the credentials and
 * the other handler do.
 */
public final class ImapLogin implements ImapHandler {

    /** Checks the users' passwords. */
    @FunctionalInterface
    public interface Credentials {

        /**
         * Whether a user has this password. Called by the thread that drives the connection.
         *
         * @param user as the client named it, decoded from UTF-8
         * @param password as the client sent it, decoded from UTF-8
         * @return true if so
         */
        boolean match(String user, String password);

        /**
         * The same with what is known of the client, its address and what it showed in the handshake. Called by {@link
         * #verify} unless that is overridden.
         *
         * @param user as the client named it, decoded from UTF-8
         * @param password as the client sent it, decoded from UTF-8
         * @param session not logged in yet
         * @return true if so
         */
        default boolean match(String user, String password, ImapSession session) {
            return match(user, password);
        }

        /**
         * The same where it has to be looked up, or computed for long: the client waits for it, up to {@link
         * dev.starttls.core.upgrade.Step.Later#DEFAULT_LIMIT}, and no other connection does. This is what is called.
         *
         * @param user as the client named it, decoded from UTF-8
         * @param password as the client sent it, decoded from UTF-8
         * @param session not logged in yet
         * @return completed, by any thread, with what {@code match} would return; unless overridden with what it does
         */
        default CompletionStage<Boolean> verify(String user, String password, ImapSession session) {
            return CompletableFuture.completedFuture(match(user, password, session));
        }
    }

    private static final class NoMailboxes implements ImapHandler {
        @Override
        public ImapAnswer handle(ImapCommand command, ImapSession session) {
            return command.name().equals("NOOP") ? ImapAnswer.ok("NOOP completed") : ImapAnswer.bad("Unknown command");
        }
    }

    /** The logins that may fail in a session before it is closed: enough for a mistyped password, few for guessing. */
    public static final int MAX_FAILED_LOGINS = 3;

    private final Credentials credentials;
    private final ImapHandler next;

    /** How many logins have failed. */
    private record Failed(int logins) {}

    /**
     * A log-in without mailboxes.
     *
     * @param credentials checks the users' passwords
     */
    public ImapLogin(Credentials credentials) {
        this(credentials, new NoMailboxes());
    }

    /**
     * A log-in before another handler.
     *
     * @param credentials checks the users' passwords
     * @param next answers every command but LOGIN and AUTHENTICATE, before the log-in too
     */
    public ImapLogin(Credentials credentials, ImapHandler next) {
        this.credentials = Objects.requireNonNull(credentials, "credentials: expected a check of passwords, got null");
        this.next = Objects.requireNonNull(
                next, "next: expected a handler for the commands after the log-in, got null; leave it out for none");
    }

    /**
     * What may be announced because of this handler.
     *
     * @return IMAP4rev1, LITERAL- (RFC 7888), SASL-IR (RFC 4959) and AUTH=PLAIN
     */
    public List<String> capabilities() {
        return List.of("IMAP4rev1", "LITERAL-", "SASL-IR", "AUTH=PLAIN");
    }

    @Override
    public ImapAnswer handle(ImapCommand command, ImapSession session) {
        return switch (command.name()) {
            case "LOGIN" -> login(command, session);
            case "AUTHENTICATE" -> authenticate(command, session);
            default -> next.handle(command, session);
        };
    }

    @Override
    public Optional<String> connected(ImapSession session) {
        return next.connected(session);
    }

    @Override
    public CompletionStage<Optional<String>> admit(ImapSession session) {
        return next.admit(session);
    }

    @Override
    public void upgraded(ImapSession session) {
        next.upgraded(session);
    }

    @Override
    public void ended(ImapSession session, SessionEnd end) {
        next.ended(session, end);
    }

    @Override
    public int literalOctets() {
        return next.literalOctets();
    }

    private ImapAnswer login(ImapCommand command, ImapSession session) {
        List<String> arguments = command.strings().orElse(List.of());
        return arguments.size() == 2
                ? decide(text(arguments.get(0)), text(arguments.get(1)), session)
                : ImapAnswer.bad("Expected LOGIN, a user and a password");
    }

    private ImapAnswer authenticate(ImapCommand command, ImapSession session) {
        String argument = command.argument();
        int space = argument.indexOf(' ');
        String mechanism = Ascii.upper(space < 0 ? argument : argument.substring(0, space));
        if (!ImapSyntax.atom(mechanism)) {
            return ImapAnswer.bad("Expected AUTHENTICATE and a mechanism");
        }
        if (!mechanism.equals("PLAIN")) {
            return ImapAnswer.no("[CANNOT] Mechanism not known");
        }
        return space < 0
                ? new ImapAnswer.Challenge(new ImapResponse.Continuation(""), response -> plain(response, session))
                : plain(argument.substring(space + 1), session);
    }

    /** RFC 4616 section 2: authorization identity, NUL, user, NUL, password; only the first may be empty. */
    private ImapAnswer plain(String response, ImapSession session) {
        byte[] octets;
        try {
            octets = Base64.getDecoder().decode(response.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            return ImapAnswer.bad("Expected base64");
        }
        String[] parts = new String(octets, StandardCharsets.UTF_8).split("\0", -1);
        if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
            return ImapAnswer.bad("Expected an identity, a user and a password (RFC 4616)");
        }
        return parts[0].isEmpty() || parts[0].equals(parts[1])
                ? decide(parts[1], parts[2], session)
                : failed("[AUTHORIZATIONFAILED] No user may act for another", session);
    }

    private ImapAnswer decide(String user, String password, ImapSession session) {
        return ImapAnswer.later(credentials.verify(user, password, session).thenApply(right -> {
            if (!right) {
                return failed("[AUTHENTICATIONFAILED] Wrong user or password", session);
            }
            session.logIn(user);
            return ImapAnswer.ok("Logged in");
        }));
    }

    private static ImapAnswer failed(String why, ImapSession session) {
        int logins = session.kept(Failed.class).map(Failed::logins).orElse(0) + 1;
        session.keep(new Failed(logins));
        return logins < MAX_FAILED_LOGINS
                ? ImapAnswer.no(why)
                : new ImapAnswer.Close("Too many failed logins", ImapStatus.of(ImapCondition.NO, why));
    }

    private static String text(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
