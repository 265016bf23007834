package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Handlers that answer later. */
class ImapLaterTest {

    private final CompletableFuture<ImapAnswer> answer = new CompletableFuture<>();
    private final CompletableFuture<Optional<String>> welcome = CompletableFuture.completedFuture(Optional.empty());

    private Endpoint serve(CompletableFuture<Optional<String>> admission) {
        return Endpoint.of(
                new ImapServerDialogue(
                        "mail.example.org",
                        TlsPolicy.OPPORTUNISTIC,
                        new ImapHandler() {
                            @Override
                            public ImapAnswer handle(ImapCommand command, ImapSession session) {
                                return ImapAnswer.later(answer);
                            }

                            @Override
                            public CompletionStage<Optional<String>> admit(ImapSession session) {
                                return admission;
                            }
                        },
                        List.of("IMAP4rev1")),
                UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC));
    }

    @Test
    void a_command_that_follows_waits_for_the_answer_and_its_tag() {
        Endpoint server = serve(welcome);
        server.run().take();
        server.arrive("a1 ID NIL\r\na2 NOOP\r\n").run();
        assertThat(server.takeText()).isEmpty();
        answer.complete(ImapAnswer.ok("done"));
        assertThat(server.run().takeText()).isEqualTo("a1 OK done\r\na2 OK NOOP completed\r\n");
    }

    @Test
    void a_stage_that_fails_is_answered_with_the_tag_and_bye() {
        Endpoint server = serve(welcome);
        server.run().take();
        server.arrive("a1 ID NIL\r\na2 NOOP\r\n").run();
        answer.completeExceptionally(new IllegalStateException("database"));
        assertThat(server.run().takeText()).startsWith("a1 NO [SERVERBUG]").contains("\r\n* BYE ");
    }

    @Test
    void an_answer_that_does_not_come_is_answered_with_the_tag_and_bye() {
        Endpoint server = serve(welcome);
        server.run().take();
        server.arrive("a1 ID NIL\r\n").run();
        server.pass(Step.Later.DEFAULT_LIMIT);
        assertThat(server.run().takeText()).startsWith("a1 NO [SERVERBUG]").contains("\r\n* BYE ");
    }

    @Test
    void the_greeting_may_come_later_and_be_a_refusal() {
        CompletableFuture<Optional<String>> admission = new CompletableFuture<>();
        Endpoint server = serve(admission);
        assertThat(server.run().takeText()).isEmpty();
        admission.complete(Optional.of("Not you"));
        assertThat(server.run().takeText()).isEqualTo("* BYE Not you\r\n");
    }
}
