package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerDialect;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the shared cases need to know of a protocol. */
public interface ClientProfile {
    ServerDialect dialect();

    /** The upgrade command: STARTTLS or STLS; in a list of capabilities it is the same word. */
    String upgrade();

    /** The command that asks for the capabilities. */
    String discovery();

    /** The line that is the go-ahead. */
    String goAhead();

    /** Lines that refuse the upgrade, by a name for each that can be part of an id: {@code 454}, {@code no}. */
    List<String> refusals();

    /** The capabilities by which a server invites a login, as in its list. */
    List<String> loginCapabilities();

    /** The lines of a good answer to the first command inside TLS, which invites a login. */
    List<String> inviting();

    /** The capabilities of a server that invites no login. */
    List<String> capabilitiesWithoutLogin();

    /** The commands of a login. */
    List<String> loginCommands();

    /** The lines that answer the commands of a login, to follow those of {@link #inviting}. */
    List<String> loggedIn();

    /**
     * An answer to the discovery command in two pieces, of which the second says nothing without the first.
     *
     * @param before comes in plaintext, without a line end
     * @param inside comes inside TLS
     */
    record Fragment(String before, String inside) {}

    Fragment fragment();

    /**
     * The pieces of an answer to the discovery command in plaintext that can be made as long as one likes.
     *
     * @param head what comes first
     * @param line one line of many
     * @param longLine the beginning of a long line
     * @param tail the offer of the upgrade, and the end
     */
    record Listing(String head, String line, String longLine, String tail) {}

    Listing listing();

    /** The beginning of an answer to the discovery command inside TLS, which invites a login and has no end. */
    String truncatedListing();

    /** What answers the transfer of a message, cut off before its end; by command. */
    Map<String, String> truncatedTransfers();

    /** A server that foresees what this client sends next, where the protocol's answers depend on it. */
    default Script foreseeing(Script script, Control control) {
        return script;
    }

    /** Why answers that came in plaintext were not meant for what the client sent inside TLS; empty if they were. */
    default Optional<String> unforeseen(Trial injected) {
        return Optional.empty();
    }

    /** The clause that a rule comes from. */
    String clause(ClientRule rule);

    /** The cases of this protocol alone. */
    List<ClientCase> cases();
}
