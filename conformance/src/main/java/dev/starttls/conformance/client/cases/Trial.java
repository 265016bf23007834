package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.connection.Transcript.Through;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One run of the client against one script, when it is over.
 *
 * @param took how long the client ran
 */
public record Trial(Evidence evidence, Ending ending, Duration took) {
    /** The lines that the client sent inside TLS. */
    public List<ReceivedLine> inside() {
        return evidence.lines(Through.TLS);
    }

    /** The lines that the client sent in plaintext. */
    public List<ReceivedLine> plaintext() {
        return evidence.lines(Through.PLAINTEXT);
    }

    /** The first line of at least this weight that was sent in plaintext, as a transcript shows it. */
    public Optional<String> exposed(Weight least) {
        return plaintext().stream()
                .filter(line -> line.weight().compareTo(least) >= 0)
                .max(Comparator.comparing(ReceivedLine::weight).thenComparing(ReceivedLine::hasCredentials))
                .map(evidence::described);
    }

    /** Whether credentials were sent in plaintext although the server had TLS, and a handshake with it failed. */
    public boolean exposedCredentialsAfterFailure() {
        return exposedAfterTls().isPresent()
                || (evidence.hello().isPresent()
                        && broken().isPresent()
                        && exposed(Weight.CREDENTIAL).isPresent());
    }

    /** The first credentials that were sent in plaintext on a connection on which TLS had begun before. */
    public Optional<String> exposedAfterTls() {
        Set<Integer> begun = new HashSet<>();
        for (Evidence.Event event : evidence.events()) {
            if (event instanceof Evidence.Hello) {
                begun.add(event.connection());
            } else if (event instanceof Evidence.Line sent
                    && sent.through() == Through.PLAINTEXT
                    && sent.line().weight() == Weight.CREDENTIAL
                    && begun.contains(event.connection())) {
                return Optional.of(evidence.described(sent.line()));
            }
        }
        return Optional.empty();
    }

    /** Whether the client sent a line inside TLS that is like this. */
    public boolean sentInside(Predicate<ReceivedLine> like) {
        return inside().stream().anyMatch(like);
    }

    /** Whether the client finished a handshake. */
    public boolean secured() {
        return evidence.secured();
    }

    /** Whether the client says that it did what it is for. */
    public boolean succeeded() {
        return ending.kind() == Ending.Kind.SUCCESS;
    }

    /** Whether the client says at all how it went: a person's program does not, nor a command whose status is ignored. */
    public boolean reports() {
        return ending.kind() != Ending.Kind.UNKNOWN;
    }

    /** Why nothing is known that only the client's report could show; empty if it reports how it went. */
    public Optional<String> unreported() {
        return reports()
                ? Optional.empty()
                : Optional.of("only what the client reports of its success can show it, and that is not known: "
                        + ending.words());
    }

    /** Whether the client broke down. */
    public boolean crashed() {
        return ending.kind() == Ending.Kind.CRASHED;
    }

    /** Whether the client was ended because its time was over. */
    public boolean hung() {
        return ending.kind() == Ending.Kind.TIMED_OUT;
    }

    /** How TLS was not established, or ended; empty if it was not broken. */
    public Optional<Evidence.Broken> broken() {
        return evidence.events(Evidence.Broken.class).stream().findFirst();
    }
}
