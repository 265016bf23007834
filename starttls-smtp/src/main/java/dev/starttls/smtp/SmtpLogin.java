package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.SessionEnd;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The log-in of a submission server (RFC 6409): AUTH (RFC 4954) with PLAIN (RFC 4616) and LOGIN, with an initial response too.
 * What comes after it is another handler's, to which all else is passed on.
 *
 * <pre>{@code
 * SmtpTransaction mail = new SmtpTransaction(delivery, 10_485_760);
 * SmtpLogin login = new SmtpLogin((user, password) -> accounts.verify(user, password), mail);
 * SmtpServer server = SmtpServer.named("mail.example.org", login).extensions(login.extensions(mail.extensions()));
 * }</pre>
 *
 * <p>AUTH is announced and taken inside TLS alone, which the dialogue sees to: before it, AUTH is answered 530 or 538. Until the
 * client has logged in, every command but EHLO, HELO, NOOP, QUIT, RSET and AUTH is answered 530 (RFC 4954 section 6). Then {@link
 * SmtpSession#user} is the user, in the delivery by {@link SmtpEnvelope#session}: it decides whether the sender is one of the
 * user's. AUTH once more, or within a transaction of {@link SmtpTransaction}, is answered 503.
 *
 * <p>A user may act for no other user: an authorization identity that is not the user's own is refused. The connection is closed
 * with a 421 at the third login that fails ({@link #MAX_FAILED_LOGINS}). Responses have at
 * most 12,288 octets, or as many as the limits let a line have, and transcripts conceal them.
 *
 * <p>It keeps its state in the session: one instance serves any number of connections and threads, if the credentials and
 * the other handler do.
 */
public final class SmtpLogin implements SmtpHandler {

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
        default boolean match(String user, String password, SmtpSession session) {
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
        default CompletionStage<Boolean> verify(String user, String password, SmtpSession session) {
            return CompletableFuture.completedFuture(match(user, password, session));
        }
    }

    /**
     * The logins that may fail in a session before it is closed: enough for a mistyped password, few for guessing, and as many as a
     * server should wait for (RFC 4954 section 9).
     */
    public static final int MAX_FAILED_LOGINS = 3;

    private final Credentials credentials;
    private final SmtpHandler next;

    /** How many logins have failed. */
    private record Failed(int logins) {}

    /**
     * A log-in before another handler.
     *
     * @param credentials checks the users' passwords
     * @param next answers every command but AUTH once the client has logged in, and RSET before it too
     * @throws NullPointerException if one of them is null
     */
    public SmtpLogin(Credentials credentials, SmtpHandler next) {
        this.credentials = Objects.requireNonNull(credentials, "credentials: expected a check of passwords, got null");
        this.next = Objects.requireNonNull(
                next,
                "next: expected a handler for the commands after the log-in, such as an SmtpTransaction, got null");
    }

    /**
     * What may be announced because of this handler and the other one.
     *
     * @param others those of the other handler, such as {@link SmtpTransaction#extensions}
     * @return the others and AUTH PLAIN LOGIN, which is announced inside TLS only
     */
    public List<String> extensions(List<String> others) {
        List<String> all = new ArrayList<>(others);
        all.add("AUTH PLAIN LOGIN");
        return List.copyOf(all);
    }

    @Override
    public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
        if (command.verb().equals("AUTH")) {
            return authenticate(command, session);
        }
        // RFC 4954 section 6; the dialogue answers the others that are taken before it.
        return session.user().isPresent() || command.verb().equals("RSET")
                ? next.handle(command, session)
                : SmtpAnswer.of(530, "5.7.0 Authentication required");
    }

    @Override
    public Optional<SmtpReply> connected(SmtpSession session) {
        return next.connected(session);
    }

    @Override
    public CompletionStage<Optional<SmtpReply>> admit(SmtpSession session) {
        return next.admit(session);
    }

    @Override
    public Optional<SmtpReply> greeted(SmtpSession session) {
        return next.greeted(session);
    }

    @Override
    public void upgraded(SmtpSession session) {
        next.upgraded(session);
    }

    @Override
    public void ended(SmtpSession session, SessionEnd end) {
        next.ended(session, end);
    }

    private SmtpAnswer authenticate(SmtpCommand command, SmtpSession session) {
        // RFC 4954 section 4: after EHLO, once, and not in a transaction.
        if (!session.extended()) {
            return SmtpAnswer.of(503, "5.5.1 Send EHLO first");
        }
        if (session.user().isPresent()) {
            return SmtpAnswer.of(503, "5.5.1 Logged in already");
        }
        if (SmtpTransaction.open(session)) {
            return SmtpAnswer.of(503, "5.5.1 In a transaction; RSET first");
        }
        String argument = command.argument();
        int space = argument.indexOf(' ');
        String mechanism = Ascii.upper(space < 0 ? argument : argument.substring(0, space));
        Optional<String> initial = space < 0 ? Optional.empty() : Optional.of(argument.substring(space + 1));
        return switch (mechanism) {
            case "PLAIN" -> response("", initial, response -> plain(response, session));
            case "LOGIN" ->
                response(
                        "Username:",
                        initial,
                        user -> response("Password:", Optional.empty(), password -> decide(user, password, session)));
            case "" -> SmtpAnswer.of(501, "5.5.4 Expected AUTH and a mechanism");
            default -> SmtpAnswer.of(504, "5.5.4 Mechanism not known");
        };
    }

    /** What is made of the client's response, decoded: to this challenge, unless it came with the command. */
    private static SmtpAnswer response(String challenge, Optional<String> initial, Function<String, SmtpAnswer> then) {
        if (initial.isPresent()) {
            // RFC 4954 section 4: "=" is an empty initial response.
            return decoded(initial.get().equals("=") ? "" : initial.get(), then);
        }
        String encoded = Base64.getEncoder().encodeToString(challenge.getBytes(StandardCharsets.US_ASCII));
        return new SmtpAnswer.Challenge(
                SmtpReply.of(334, encoded),
                // RFC 4954 section 4: the client gives up.
                response -> response.equals("*")
                        ? SmtpAnswer.of(501, "5.0.0 Authentication cancelled")
                        : decoded(response, then));
    }

    private static SmtpAnswer decoded(String response, Function<String, SmtpAnswer> then) {
        byte[] octets;
        try {
            octets = Base64.getDecoder().decode(response.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            return SmtpAnswer.of(501, "5.5.2 Expected base64");
        }
        return then.apply(new String(octets, StandardCharsets.UTF_8));
    }

    /** RFC 4616 section 2: authorization identity, NUL, user, NUL, password; only the first may be empty. */
    private SmtpAnswer plain(String response, SmtpSession session) {
        String[] parts = response.split("\0", -1);
        if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
            return SmtpAnswer.of(501, "5.5.2 Expected an identity, a user and a password (RFC 4616)");
        }
        return parts[0].isEmpty() || parts[0].equals(parts[1])
                ? decide(parts[1], parts[2], session)
                : failed("5.7.8 No user may act for another", session);
    }

    private SmtpAnswer decide(String user, String password, SmtpSession session) {
        if (user.isEmpty() || password.isEmpty()) {
            return SmtpAnswer.of(501, "5.5.2 Expected a user and a password");
        }
        return SmtpAnswer.later(credentials.verify(user, password, session).thenApply(right -> {
            if (!right) {
                return failed("5.7.8 Wrong user or password", session);
            }
            session.logIn(user);
            return SmtpAnswer.of(235, "2.7.0 Logged in");
        }));
    }

    private static SmtpAnswer failed(String why, SmtpSession session) {
        int logins = session.kept(Failed.class).map(Failed::logins).orElse(0) + 1;
        session.keep(new Failed(logins));
        return logins < MAX_FAILED_LOGINS
                ? SmtpAnswer.of(535, why)
                : new SmtpAnswer.Close(SmtpReply.of(421, "4.7.0 Too many failed logins"));
    }
}
