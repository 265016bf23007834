package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The lines of the protocol inside a session, as far as the checks of the TLS layer need them: whether a command was
 * answered.
 */
final class SessionLines {

    private static final int MAX_PENDING = 1 << 16;

    private final RecordSession session;
    private final Conversation conversation;
    private final Dialect dialect;
    private final StringBuilder pending = new StringBuilder();

    SessionLines(RecordSession session, Conversation conversation, Dialect dialect) {
        this.session = session;
        this.conversation = conversation;
        this.dialect = dialect;
    }

    /** Waits for the end of the greeting; empty if it came, otherwise what came instead. */
    Optional<Received> greeting() {
        return await(
                line -> {
                    conversation.greeted(line);
                    return dialect.endsGreeting(line);
                },
                () -> session.read(conversation.greetingLimit()));
    }

    /**
     * Waits for this number of answers to the harmless command; empty if they came, otherwise what came instead. A
     * refusal is an answer: it proves as well that the command arrived.
     */
    Optional<Received> answers(int count) {
        for (int i = 0; i < count; i++) {
            Optional<Received> instead = await(this::answers, session::read);
            if (instead.isPresent()) {
                return instead;
            }
        }
        return Optional.empty();
    }

    /**
     * Waits at most this time for one answer to the harmless command; empty if it came, otherwise what came
     * instead.
     */
    Optional<Received> answer(Duration limit) {
        return await(this::answers, () -> session.read(limit));
    }

    private boolean answers(String line) {
        return dialect.answersHarmlessCommand(line) || dialect.refusesHarmlessCommand(line);
    }

    private Optional<Received> await(Predicate<String> awaited, Supplier<Received> read) {
        while (true) {
            int end = pending.indexOf("\n");
            if (end >= 0) {
                String line = pending.substring(0, end > 0 && pending.charAt(end - 1) == '\r' ? end - 1 : end);
                pending.delete(0, end + 1);
                conversation.record(From.SERVER, Through.TLS, line);
                if (awaited.test(line)) {
                    return Optional.empty();
                }
                continue;
            }
            Received received = read.get();
            if (!(received instanceof Received.Data data) || pending.length() > MAX_PENDING) {
                conversation.note(received.description());
                return Optional.of(received);
            }
            pending.append(new String(data.bytes(), StandardCharsets.ISO_8859_1));
        }
    }
}
