package dev.starttls.pop3;

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
class Pop3LaterTest {

    private final CompletableFuture<Optional<Pop3Reply>> admission = new CompletableFuture<>();
    private final CompletableFuture<Pop3Answer> login = new CompletableFuture<>();
    private final CompletableFuture<Pop3Reply> deleted = new CompletableFuture<>();
    private final Endpoint server = Endpoint.of(
            new Pop3ServerDialogue(
                    "mail.example.org",
                    TlsPolicy.DISABLED,
                    new Pop3Handler() {
                        @Override
                        public Pop3Answer handle(Pop3Command command, Pop3Session session) {
                            return command.keyword().equals("PASS") ? Pop3Answer.later(login) : Pop3Answer.ok("");
                        }

                        @Override
                        public CompletionStage<Optional<Pop3Reply>> admit(Pop3Session session) {
                            return admission;
                        }

                        @Override
                        public CompletionStage<Pop3Reply> updateLater(Pop3Session session) {
                            return deleted;
                        }
                    },
                    List.of()),
            UpgradeSettings.of(TlsPolicy.DISABLED));

    @Test
    void a_pipelined_session_waits_at_each_answer() {
        server.arrive("USER u\r\nPASS p\r\nNOOP\r\nQUIT\r\n").run();
        assertThat(server.takeText()).isEmpty();
        admission.complete(Optional.empty());
        assertThat(server.run().takeText().lines()).hasSize(2).last().isEqualTo("+OK");
        login.complete(new Pop3Answer.Opened(Pop3Reply.ok("1 20")));
        assertThat(server.run().takeText()).isEqualTo("+OK 1 20\r\n+OK\r\n");
        deleted.complete(Pop3Reply.ok("Deleted"));
        assertThat(server.run().requireNoFailure().takeText()).isEqualTo("+OK Deleted\r\n");
    }

    @Test
    void an_answer_that_does_not_come_is_answered_err() {
        admission.complete(Optional.empty());
        server.arrive("USER u\r\nPASS p\r\n").run().take();
        server.pass(Step.Later.DEFAULT_LIMIT);
        assertThat(server.run().takeText()).startsWith("-ERR [SYS/TEMP]");
    }

    @Test
    void a_client_may_be_turned_away_later() {
        admission.complete(Optional.of(Pop3Reply.error("Not you")));
        assertThat(server.run().takeText()).isEqualTo("-ERR Not you\r\n");
    }
}
