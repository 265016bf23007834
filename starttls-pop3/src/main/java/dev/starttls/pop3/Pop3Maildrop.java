package dev.starttls.pop3;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.SessionEnd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A small maildrop: USER, PASS and AUTH PLAIN, then STAT, LIST, RETR, DELE, NOOP, RSET, TOP and UIDL (RFC 1939 sections 4 to
 * 7, RFC 5034). Messages are held in memory while a session lasts.
 *
 * <pre>{@code
 * Pop3Maildrop mail = new Pop3Maildrop((user, password) -> accounts.open(user, password));
 * Pop3Server.named("pop.example.org", mail).capabilities(mail.capabilities());
 * }</pre>
 *
 * <p>It keeps its state in the session: one instance serves any number of connections and threads, if the login does. A
 * USER that was given before the upgrade is gone with the session.
 */
public final class Pop3Maildrop implements Pop3Handler {

    /** The logins that may fail in a session before it is closed: enough for a mistyped password, few for guessing. */
    public static final int MAX_FAILED_LOGINS = 3;

    private final Pop3Login login;

    /** The name that PASS is awaited for. */
    private record User(String name) {}

    /** How many logins have failed. */
    private record Failed(int logins) {}

    /**
     * A handler.
     *
     * @param login checks credentials and has the mailboxes
     */
    public Pop3Maildrop(Pop3Login login) {
        this.login = Objects.requireNonNull(login, "login: expected a Pop3Login to check credentials, got null");
    }

    /**
     * What may be announced because of this handler.
     *
     * @return TOP, USER, SASL PLAIN, RESP-CODES, PIPELINING and UIDL (RFC 2449 section 6), AUTH-RESP-CODE (RFC 3206
     *     section 6)
     */
    public List<String> capabilities() {
        return List.of("TOP", "USER", "SASL PLAIN", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "UIDL");
    }

    @Override
    public Optional<Pop3Reply> connected(Pop3Session session) {
        return login.connected(session);
    }

    @Override
    public CompletionStage<Optional<Pop3Reply>> admit(Pop3Session session) {
        return login.admit(session);
    }

    @Override
    public void ended(Pop3Session session, SessionEnd end) {
        login.ended(session, end);
    }

    @Override
    public Pop3Answer handle(Pop3Command command, Pop3Session session) {
        Optional<OpenMaildrop> open = session.kept(OpenMaildrop.class);
        if (open.isPresent()) {
            return open.get().handle(command);
        }
        Optional<User> user = session.kept(User.class);
        // RFC 1939 section 7: PASS may come immediately after USER only.
        session.forget(User.class);
        return switch (command.keyword()) {
            case "USER" -> name(command, session);
            case "PASS" ->
                user.isEmpty()
                        ? Pop3Answer.error("Say USER first")
                        : check(user.get().name(), utf8(command.argument()), session);
            case "AUTH" -> authenticate(command, session);
            case "STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "TOP", "UIDL" -> Pop3Answer.error("Log in first");
            default -> Pop3Answer.error("Unknown command");
        };
    }

    @Override
    public Pop3Reply update(Pop3Session session) {
        try {
            Optional<OpenMaildrop> open = session.kept(OpenMaildrop.class);
            if (open.isPresent()) {
                open.get().update();
            }
            return Pop3Reply.ok("Bye");
        } catch (IOException e) {
            return Pop3Reply.error("[SYS/TEMP] Some deleted messages were not removed");
        }
    }

    private static Pop3Answer name(Pop3Command command, Pop3Session session) {
        if (command.argument().isEmpty()) {
            return Pop3Answer.error("USER needs a name");
        }
        session.keep(new User(utf8(command.argument())));
        // Only the right password shows whether there is such a user.
        return Pop3Answer.ok("Say PASS");
    }

    private Pop3Answer authenticate(Pop3Command command, Pop3Session session) {
        List<String> arguments = command.arguments();
        if (arguments.isEmpty() || arguments.size() > 2) {
            return Pop3Answer.error("Expected AUTH with a mechanism, perhaps with an initial response");
        }
        if (!Ascii.upper(arguments.get(0)).equals("PLAIN")) {
            return Pop3Answer.error("Mechanism not known; PLAIN is");
        }
        return arguments.size() == 2
                ? plain(arguments.get(1), session)
                : new Pop3Answer.Challenge("", line -> plain(line, session));
    }

    private Pop3Answer plain(String response, Pop3Session session) {
        Optional<PlainCredentials> credentials = PlainCredentials.parse(response);
        return credentials.isEmpty()
                ? failed(session)
                : check(credentials.get().user(), credentials.get().password(), session);
    }

    private Pop3Answer check(String user, String password, Pop3Session session) {
        return Pop3Answer.later(
                login.openLater(user, password, session).thenApply(mailbox -> opened(mailbox, session)));
    }

    private static Pop3Answer opened(Optional<Pop3Mailbox> mailbox, Pop3Session session) {
        if (mailbox.isEmpty()) {
            return failed(session);
        }
        try {
            OpenMaildrop open = new OpenMaildrop(mailbox.get());
            session.keep(open);
            return new Pop3Answer.Opened(Pop3Reply.ok(open.summary()));
        } catch (IOException e) {
            return Pop3Answer.error("[SYS/TEMP] The mailbox cannot be opened now");
        }
    }

    private static Pop3Answer failed(Pop3Session session) {
        int logins = session.kept(Failed.class).map(Failed::logins).orElse(0) + 1;
        session.keep(new Failed(logins));
        return logins < MAX_FAILED_LOGINS
                ? Pop3Answer.error("[AUTH] Name or password wrong")
                : new Pop3Answer.Close(Pop3Reply.error("[AUTH] Name or password wrong, too often"));
    }

    /** Characters that are octets each, as text. */
    private static String utf8(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
