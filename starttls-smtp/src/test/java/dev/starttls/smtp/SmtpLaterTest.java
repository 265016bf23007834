package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import dev.starttls.core.upgrade.Want;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Handlers, deliveries and receivers that answer later. */
class SmtpLaterTest {

    private static final String ENVELOPE = "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@d.example>\r\n";

    static Stream<Fragmentation> splits() {
        return Stream.of(Fragmentation.WHOLE, Fragmentation.OCTETS, Fragmentation.random(1), Fragmentation.random(2));
    }

    private static Endpoint serve(SmtpHandler handler) {
        return Endpoint.of(
                new SmtpServerDialogue("mx.example.org", TlsPolicy.DISABLED, handler, List.of()),
                UpgradeSettings.of(TlsPolicy.DISABLED));
    }

    /** Delivers when it is told to. */
    private static final class Slow implements SmtpDelivery {

        private final CompletableFuture<Optional<SmtpReply>> welcome = new CompletableFuture<>();
        private final CompletableFuture<Optional<SmtpReply>> known = new CompletableFuture<>();
        private final CompletableFuture<SmtpReply> stored = new CompletableFuture<>();
        private final List<CompletableFuture<Boolean>> pauses = new ArrayList<>();
        private final List<String> lines = new ArrayList<>();
        private final List<SessionEnd> ends = new ArrayList<>();

        @Override
        public CompletionStage<Optional<SmtpReply>> admit(SmtpSession session) {
            return welcome;
        }

        @Override
        public CompletionStage<Optional<SmtpReply>> decide(SmtpEnvelope envelope, String recipient) {
            return known;
        }

        @Override
        public void ended(SmtpSession session, SessionEnd end) {
            ends.add(end);
        }

        @Override
        public SmtpDataReceiver begin(SmtpEnvelope envelope) {
            return new SmtpDataReceiver() {
                @Override
                public void line(String line) {
                    lines.add(line);
                }

                @Override
                public SmtpReply end() {
                    throw new AssertionError("Expected finish to be called, got end");
                }

                @Override
                public CompletionStage<SmtpReply> finish() {
                    return stored;
                }

                @Override
                public Optional<CompletionStage<Boolean>> pause() {
                    if (!lines.get(lines.size() - 1).startsWith("pause")) {
                        return Optional.empty();
                    }
                    pauses.add(new CompletableFuture<>());
                    return Optional.of(pauses.get(pauses.size() - 1));
                }
            };
        }
    }

    @ParameterizedTest
    @MethodSource("splits")
    void a_pipelined_transaction_waits_at_each_answer_and_keeps_its_order(Fragmentation fragmentation) {
        Slow slow = new Slow();
        Endpoint server = serve(new SmtpTransaction(slow, 65_536)).fragmented(fragmentation);
        server.arrive(ENVELOPE + "DATA\r\none\r\npause\r\n..two\r\n.\r\nQUIT\r\n")
                .run();
        assertThat(server.takeText()).isEmpty();
        assertThat(server.connection().want()).isEqualTo(Want.ANSWER);

        slow.welcome.complete(Optional.empty());
        assertThat(codes(server)).containsExactly("220", "250", "250");
        slow.known.complete(Optional.empty());
        assertThat(codes(server)).containsExactly("250", "354");
        assertThat(slow.lines).containsExactly("one", "pause");
        assertThat(server.connection().want()).isEqualTo(Want.ANSWER);

        slow.pauses.get(0).complete(true);
        assertThat(codes(server)).isEmpty();
        assertThat(slow.lines).containsExactly("one", "pause", ".two");
        slow.stored.complete(SmtpReply.of(250, "2.0.0 Stored"));
        assertThat(codes(server)).containsExactly("250", "221");
        assertThat(slow.ends).extracting(SessionEnd::cause).containsExactly(SessionEnd.Cause.CLOSED);
    }

    @Test
    void a_refusal_may_come_later() {
        Slow slow = new Slow();
        Endpoint server = serve(new SmtpTransaction(slow, 65_536)).run();
        slow.welcome.complete(Optional.of(SmtpReply.of(554, "5.7.1 Listed")));
        assertThat(codes(server)).containsExactly("554");

        Slow other = new Slow();
        Endpoint choosy = serve(new SmtpTransaction(other, 65_536));
        other.welcome.complete(Optional.empty());
        choosy.arrive(ENVELOPE + "DATA\r\n").run();
        other.known.complete(Optional.of(SmtpReply.of(550, "5.1.1 Unknown")));
        assertThat(codes(choosy)).containsExactly("220", "250", "250", "550", "503");
    }

    @Test
    void a_stage_that_fails_ends_in_451_and_421() {
        Slow slow = new Slow();
        Endpoint server = serve(new SmtpTransaction(slow, 65_536));
        slow.welcome.complete(Optional.empty());
        server.arrive(ENVELOPE).run().take();
        slow.known.completeExceptionally(new IllegalStateException("database"));
        assertThat(codes(server)).containsExactly("451", "421");
        assertThat(slow.ends).extracting(SessionEnd::cause).containsExactly(SessionEnd.Cause.FAULT);
    }

    @Test
    void a_refusal_that_is_none_ends_in_451_and_421_as_it_does_at_once() {
        Slow slow = new Slow();
        Endpoint server = serve(new SmtpTransaction(slow, 65_536));
        slow.welcome.complete(Optional.empty());
        server.arrive(ENVELOPE).run().take();
        slow.known.complete(Optional.of(SmtpReply.of(250, "2.1.5 Ok")));
        assertThat(codes(server)).containsExactly("451", "421");
    }

    @Test
    void an_answer_that_does_not_come_ends_in_451_and_421() {
        Slow slow = new Slow();
        Endpoint server = serve(new SmtpTransaction(slow, 65_536));
        slow.welcome.complete(Optional.empty());
        slow.known.complete(Optional.empty());
        server.arrive(ENVELOPE + "DATA\r\none\r\n.\r\n").run().take();
        server.pass(Step.Later.DEFAULT_LIMIT).run();
        assertThat(codes(server)).containsExactly("451", "421");
        slow.stored.complete(SmtpReply.of(250, "2.0.0 Stored"));
        assertThat(codes(server)).isEmpty();
    }

    @Test
    void a_pause_that_does_not_end_is_said_by_421_alone_since_no_command_waits() {
        Slow slow = new Slow();
        Endpoint server = serve(new SmtpTransaction(slow, 65_536));
        slow.welcome.complete(Optional.empty());
        slow.known.complete(Optional.empty());
        server.arrive(ENVELOPE + "DATA\r\npause\r\n").run().take();
        server.pass(Step.Later.DEFAULT_LIMIT).run();
        assertThat(codes(server)).containsExactly("421");
    }

    @Test
    void the_answer_to_a_challenge_may_come_later() {
        CompletableFuture<Boolean> right = new CompletableFuture<>();
        Endpoint server = serve((command, session) -> new SmtpAnswer.Challenge(
                SmtpReply.of(334, ""),
                response -> new SmtpAnswer.Later(
                        right.thenApply(yes -> SmtpAnswer.of(yes ? 235 : 535, response)), Duration.ofSeconds(5))));
        server.arrive("EHLO c.example\r\nX\r\n").run().take();
        server.arrive("secret\r\nNOOP\r\n").run();
        assertThat(server.takeText()).isEmpty();
        right.complete(true);
        assertThat(server.run().takeText()).isEqualTo("235 secret\r\n250 2.0.0 Ok\r\n");
    }

    @Test
    void what_is_there_already_is_the_answer_itself() {
        SmtpAnswer ok = SmtpAnswer.of(250, "Ok");
        assertThat(SmtpAnswer.later(CompletableFuture.completedFuture(ok))).isSameAs(ok);
        assertThatThrownBy(() -> new SmtpAnswer.Later(new CompletableFuture<>(), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit: expected a positive time");
    }

    private static List<String> codes(Endpoint server) {
        return server.run()
                .takeText()
                .lines()
                .filter(line -> line.charAt(3) == ' ')
                .map(line -> line.substring(0, 3))
                .toList();
    }
}
