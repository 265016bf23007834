package dev.starttls.imap;

import dev.starttls.core.upgrade.TlsPolicy;
import java.util.Optional;
import java.util.Set;

/**
 * Which commands a server refuses whatever their arguments are, by the state of the session (RFC 9051 section 3) and the
 * policy.
 */
final class ImapGate {

    /** The commands of the authenticated and the selected state: RFC 9051 sections 6.3 and 6.4, RFC 3501 the same. */
    private static final Set<String> AFTER_LOGIN = Set.of(
            "ENABLE",
            "SELECT",
            "EXAMINE",
            "CREATE",
            "DELETE",
            "RENAME",
            "SUBSCRIBE",
            "UNSUBSCRIBE",
            "LIST",
            "LSUB",
            "NAMESPACE",
            "STATUS",
            "APPEND",
            "IDLE",
            "CHECK",
            "CLOSE",
            "UNSELECT",
            "EXPUNGE",
            "SEARCH",
            "FETCH",
            "STORE",
            "COPY",
            "MOVE",
            "UID");

    private final TlsPolicy policy;

    ImapGate(TlsPolicy policy) {
        this.policy = policy;
    }

    /** Whether a command has this name: of any state, or ID (RFC 2971). */
    static boolean known(String name) {
        return switch (name) {
            case "CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "LOGIN", "AUTHENTICATE", "ID" -> true;
            default -> AFTER_LOGIN.contains(name);
        };
    }

    /** The reply to a command that is refused whatever its arguments are. */
    Optional<String> refusal(Optional<ImapCommand> command, ImapSession session) {
        if (command.isEmpty()) {
            return Optional.of("* BAD Expected a tag, a space and a command");
        }
        String name = command.get().name();
        Optional<ImapStatus> reason = refusal(name, session);
        return reason.isPresent() ? Optional.of(command.get().tag() + " " + reason.get()) : Optional.empty();
    }

    private Optional<ImapStatus> refusal(String name, ImapSession session) {
        boolean loggedIn = session.authenticated();
        return switch (name) {
            case "CAPABILITY", "NOOP", "LOGOUT" -> Optional.empty();
            case "STARTTLS" -> {
                if (loggedIn) {
                    yield bad("STARTTLS is for clients that have not logged in");
                }
                if (session.secure()) {
                    yield bad("TLS is active already");
                }
                yield policy == TlsPolicy.DISABLED ? bad("STARTTLS is not available") : Optional.empty();
            }
            case "LOGIN", "AUTHENTICATE" -> {
                if (!session.secure()) {
                    yield privacyRequired();
                }
                yield loggedIn ? bad("Logged in already") : Optional.empty();
            }
            default -> {
                if (!ImapSyntax.atom(name)) {
                    yield bad("Expected a command after the tag and one space");
                }
                if (!loggedIn && AFTER_LOGIN.contains(name)) {
                    yield bad("Log in first");
                }
                if (session.secure() || policy != TlsPolicy.REQUIRED) {
                    yield Optional.empty();
                }
                yield name.equals("ID") ? privacyRequired() : bad("Unknown command, or none before STARTTLS");
            }
        };
    }

    private static Optional<ImapStatus> bad(String text) {
        return Optional.of(ImapStatus.of(ImapCondition.BAD, text));
    }

    private static Optional<ImapStatus> privacyRequired() {
        return Optional.of(new ImapStatus(
                ImapCondition.NO, Optional.of(ImapResponseCode.PRIVACY_REQUIRED), "Not without TLS; STARTTLS first"));
    }
}
