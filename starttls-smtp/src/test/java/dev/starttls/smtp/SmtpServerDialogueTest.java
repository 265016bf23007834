package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.upgrade.ClosingReason;
import dev.starttls.core.upgrade.DialogueTranscript;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpServerDialogueTest {

    private static final SmtpHandler NOTHING_KNOWN = (command, session) -> SmtpAnswer.of(502, "5.5.1 Not implemented");

    @Test
    void every_side_of_the_upgrade_has_its_own_session() {
        List<SmtpSession> seen = new ArrayList<>();
        List<SmtpSession> fresh = new ArrayList<>();
        SmtpServerDialogue dialogue = dialogue(new SmtpHandler() {
            @Override
            public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
                seen.add(session);
                session.keep("kept in " + (session.secure() ? "TLS" : "the clear"));
                return SmtpAnswer.of(250, "2.0.0 Ok");
            }

            @Override
            public void upgraded(SmtpSession session) {
                fresh.add(session);
                assertThat(session.kept(String.class)).isEmpty();
                assertThat(session.clientName()).isEmpty();
            }
        });
        dialogue.opened();
        dialogue.received("EHLO before.example");
        dialogue.received("X");
        assertThat(seen.get(0).clientName()).contains("before.example");
        assertThat(seen.get(0).extended()).isTrue();
        dialogue.received("STARTTLS");
        dialogue.secured();
        assertThat(dialogue.capabilities()).isEmpty();
        dialogue.received("HELO inside.example");
        dialogue.received("X");
        assertThat(fresh).containsExactly(seen.get(1));
        assertThat(seen.get(1).secure()).isTrue();
        assertThat(seen.get(1).extended()).isFalse();
        assertThat(seen.get(1).kept(String.class)).contains("kept in TLS");
        seen.get(1).forget(String.class);
        assertThat(seen.get(1).kept(String.class)).isEmpty();
    }

    @Test
    void a_refused_name_is_not_believed() {
        SmtpServerDialogue dialogue = dialogue(new SmtpHandler() {
            @Override
            public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
                return SmtpAnswer.of(250, session.clientName().orElse("nobody"));
            }

            @Override
            public Optional<SmtpReply> greeted(SmtpSession session) {
                return session.clientName()
                        .filter(name -> name.equals("evil"))
                        .map(name -> SmtpReply.of(550, "5.7.1 No"));
            }
        });
        assertThat(lines(dialogue.received("EHLO evil"))).containsExactly("550 5.7.1 No");
        assertThat(lines(dialogue.received("X"))).containsExactly("250 nobody");
        assertThat(lines(dialogue.received("HELO good"))).containsExactly("250 mail.example.org");
        assertThat(lines(dialogue.received("EHLO evil"))).containsExactly("550 5.7.1 No");
        assertThat(lines(dialogue.received("X"))).containsExactly("250 good");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO", "EHLO ", "EHLO a b", "HELO", "EHLO a\tb", "EHLO \u00fc"})
    void a_client_without_a_proper_name_is_answered_501(String command) {
        assertThat(lines(dialogue(NOTHING_KNOWN).received(command)).get(0)).startsWith("501 5.5.4 ");
    }

    @Test
    void the_response_to_a_challenge_is_no_command() {
        List<String> responses = new ArrayList<>();
        SmtpServerDialogue dialogue = dialogue((command, session) -> new SmtpAnswer.Challenge(
                SmtpReply.of(334, "VXNlcm5hbWU6"),
                user -> new SmtpAnswer.Challenge(SmtpReply.of(334, "UGFzc3dvcmQ6"), password -> {
                    responses.addAll(List.of(user, password));
                    return SmtpAnswer.of(235, "2.7.0 Welcome");
                })));
        dialogue.opened();
        dialogue.secured();
        assertThat(lines(dialogue.received("AUTH LOGIN"))).containsExactly("334 VXNlcm5hbWU6");
        assertThat(lines(dialogue.received("QUIT"))).containsExactly("334 UGFzc3dvcmQ6");
        assertThat(lines(dialogue.received("STARTTLS"))).containsExactly("235 2.7.0 Welcome");
        assertThat(responses).containsExactly("QUIT", "STARTTLS");
        assertThat(lines(dialogue.received("NOOP"))).containsExactly("250 2.0.0 Ok");
    }

    @Test
    void a_response_that_is_too_long_ends_the_exchange() {
        SmtpServerDialogue dialogue = dialogue((command, session) ->
                new SmtpAnswer.Challenge(SmtpReply.of(334, ""), response -> SmtpAnswer.of(235, "2.7.0 Welcome")));
        dialogue.opened();
        dialogue.secured();
        dialogue.received("AUTH X");
        assertThat(lines(dialogue.received("x".repeat(12_286)))).containsExactly("235 2.7.0 Welcome");
        dialogue.received("AUTH X");
        assertThat(lines(dialogue.received("x".repeat(12_287))))
                .containsExactly("500 5.5.6 Authentication exchange line is too long");
        assertThat(lines(dialogue.received("NOOP"))).containsExactly("250 2.0.0 Ok");
    }

    @ParameterizedTest
    @CsvSource({"VRFY,512", "MAIL,1024", "RCPT,1024", "AUTH,12288"})
    void a_command_as_long_as_it_may_be_is_taken_and_one_octet_more_is_not(String verb, int octets) {
        SmtpServerDialogue dialogue = dialogue((command, session) -> SmtpAnswer.of(250, "2.0.0 Ok"));
        dialogue.opened();
        dialogue.secured();
        String longest = verb + " " + "x".repeat(octets - verb.length() - " \r\n".length());
        assertThat(lines(dialogue.received(longest))).containsExactly("250 2.0.0 Ok");
        assertThat(lines(dialogue.received(longest + "x"))).containsExactly("500 5.5.2 Line too long");
    }

    @Test
    void a_transcript_shows_nothing_of_the_response_to_a_challenge() {
        SmtpServerDialogue dialogue = dialogue((command, session) ->
                new SmtpAnswer.Challenge(SmtpReply.of(334, ""), response -> SmtpAnswer.of(235, "2.7.0 Welcome")));
        dialogue.opened();
        dialogue.secured();
        dialogue.received("AUTH LOGIN");
        assertThat(dialogue.shown(DialogueTranscript.Direction.RECEIVED, "EHLO secret"))
                .isEqualTo(DialogueTranscript.CONCEALED);
        dialogue.received("EHLO secret");
        assertThat(dialogue.shown(DialogueTranscript.Direction.RECEIVED, "EHLO c"))
                .isEqualTo("EHLO c");
    }

    @Test
    void a_fault_between_two_commands_answers_none_of_them() {
        SmtpServerDialogue dialogue = dialogue(NOTHING_KNOWN);
        dialogue.opened();
        dialogue.received("NOOP");
        assertThat(said(dialogue.lastLines(ClosingReason.FAULT))).startsWith("421 4.3.0 ");
    }

    @Test
    void a_handler_may_hand_the_connection_over_with_a_last_reply() {
        Step step = dialogue((command, session) -> new SmtpAnswer.HandOver(SmtpReply.of(220, "2.0.0 Go on")))
                .received("X");
        assertThat(step).isEqualTo(new Step.Ready(List.of("220 2.0.0 Go on")));
    }

    @Test
    void without_chunking_bdat_is_a_command_like_any_other() {
        SmtpServerDialogue dialogue =
                new SmtpServerDialogue("mail.example.org", TlsPolicy.OPPORTUNISTIC, NOTHING_KNOWN, List.of("8BITMIME"));
        dialogue.opened();
        assertThat(lines(dialogue.received("BDAT 5"))).containsExactly("502 5.5.1 Not implemented");
        assertThat(lines(dialogue.received("NOOP"))).containsExactly("250 2.0.0 Ok");
    }

    @Test
    void a_chunk_before_tls_that_is_required_ends_the_connection_since_its_octets_are_no_commands() {
        SmtpServerDialogue dialogue =
                new SmtpServerDialogue("mail.example.org", TlsPolicy.REQUIRED, NOTHING_KNOWN, List.of("CHUNKING"));
        dialogue.opened();
        assertThat(dialogue.received("BDAT 5"))
                .isEqualTo(new Step.Close(List.of(
                        "530 5.7.0 Must issue a STARTTLS command first",
                        "421 4.7.0 mail.example.org Not reading the octets that follow, closing the connection")));
    }

    @Test
    void the_octets_of_a_refused_chunk_are_read_up_to_a_limit_and_beyond_it_the_connection_ends() {
        assertThat(chunking(SmtpAnswer.of(503, "5.5.1 No")).received("BDAT 10485760"))
                .isInstanceOf(Step.Await.class);
        assertThat(chunking(SmtpAnswer.of(503, "5.5.1 No")).received("BDAT 10485761"))
                .isEqualTo(new Step.Close(List.of(
                        "503 5.5.1 No",
                        "421 4.7.0 mail.example.org Not reading the octets that follow, closing the connection")));
    }

    @Test
    void a_handler_may_close_the_connection_at_a_chunk() {
        SmtpReply enough = SmtpReply.of(421, "4.7.0 Enough");
        Step closed = new Step.Close(List.of("421 4.7.0 Enough"));
        assertThat(chunking(new SmtpAnswer.Close(enough)).received("BDAT 5")).isEqualTo(closed);
        assertThat(chunking(new SmtpAnswer.Reply(enough)).received("BDAT 5")).isEqualTo(closed);
    }

    @Test
    void a_chunk_is_not_answered_by_what_asks_for_lines() {
        SmtpServerDialogue dialogue = chunking(
                new SmtpAnswer.Challenge(SmtpReply.of(334, ""), response -> SmtpAnswer.of(235, "2.7.0 Welcome")));
        assertThatThrownBy(() -> dialogue.received("BDAT 5"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Expected SmtpAnswer.Chunk or a refusal");
    }

    @Test
    void a_chunk_is_not_cut_off_by_a_reply_that_accepts() {
        SmtpServerDialogue dialogue = chunking(new SmtpAnswer.Chunk(new Chunks() {
            @Override
            public Optional<SmtpReply> cutOff() {
                return Optional.of(SmtpReply.of(250, "2.0.0 Ok"));
            }
        }));
        assertThatThrownBy(() -> dialogue.received("BDAT 3"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Expected a refusal");
    }

    @Test
    void a_message_that_is_cut_off_in_a_chunk_is_abandoned_at_once() {
        Chunks chunks = new Chunks() {
            @Override
            public Optional<SmtpReply> cutOff() {
                return Optional.of(SmtpReply.of(552, "5.3.4 Enough"));
            }
        };
        List<String> events = chunks.events;
        assertThat(chunking(new SmtpAnswer.Chunk(chunks)).received("BDAT 3")).isInstanceOf(Step.Fail.class);
        assertThat(events).containsExactly("ABANDONED");
    }

    @Test
    void the_message_of_a_chunk_that_was_begun_before_tls_is_abandoned() {
        Chunks chunks = new Chunks();
        List<String> events = chunks.events;
        SmtpServerDialogue dialogue = chunking(new SmtpAnswer.Chunk(chunks));
        dialogue.received("BDAT 3");
        assertThat(lines(dialogue.octets(new byte[] {'a', 'b', 'c'}))).containsExactly("250 2.0.0 Ok");
        assertThat(events).containsExactly("abc");
        dialogue.secured();
        assertThat(events).containsExactly("abc", "ABANDONED");
    }

    @Test
    void a_handler_may_close_with_a_last_reply() {
        Step step = dialogue((command, session) -> new SmtpAnswer.Close(SmtpReply.of(421, "4.7.0 Enough")))
                .received("X");
        assertThat(step).isEqualTo(new Step.Close(List.of("421 4.7.0 Enough")));
    }

    @Test
    void a_reply_that_promises_more_must_say_what() {
        assertThatThrownBy(() -> SmtpAnswer.of(354, "go")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SmtpAnswer.of(334, "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SmtpAnswer.Close(SmtpReply.of(354, "go")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> new SmtpAnswer.Challenge(SmtpReply.of(250, ""), response -> SmtpAnswer.of(250, response)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS", "starttls", "binarymime", "BINARYMIME", "", " SIZE", "X\r\nY"})
    void what_may_not_be_announced_is_refused_at_once(String extension) {
        assertThatThrownBy(() -> new SmtpServerDialogue(
                        "mail.example.org", TlsPolicy.REQUIRED, NOTHING_KNOWN, List.of(extension)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_refused_extension_says_whether_it_is_announced_without_being_given_or_not_supported() {
        assertThatThrownBy(() -> new SmtpServerDialogue(
                        "mail.example.org", TlsPolicy.REQUIRED, NOTHING_KNOWN, List.of("BINARYMIME")))
                .hasMessage("extensions: BINARYMIME cannot be given: the server announces STARTTLS itself; BINARYMIME"
                        + " is not supported");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nb", "\u00fc"})
    void a_name_that_could_not_be_sent_is_refused_at_once(String name) {
        assertThatThrownBy(() -> new SmtpServerDialogue(name, TlsPolicy.REQUIRED, NOTHING_KNOWN, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SmtpClientDialogue(name, HeloFallback.ALLOWED))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_legacy_form_of_auth_is_kept_for_the_inside_too() {
        SmtpServerDialogue dialogue = new SmtpServerDialogue(
                "mail.example.org", TlsPolicy.OPPORTUNISTIC, NOTHING_KNOWN, List.of("auth plain", "AUTH=PLAIN", "DSN"));
        dialogue.opened();
        dialogue.received("EHLO c");
        assertThat(dialogue.capabilities()).containsExactly("DSN", "STARTTLS");
        dialogue.secured();
        dialogue.received("EHLO c");
        assertThat(dialogue.capabilities()).containsExactly("auth plain", "AUTH=PLAIN", "DSN");
    }

    @Test
    void a_message_that_was_begun_before_tls_is_forgotten() {
        List<SmtpFixture.Delivered> mailbox = new ArrayList<>();
        SmtpServerDialogue dialogue = SmtpFixture.serverDialogue(TlsPolicy.OPPORTUNISTIC, mailbox);
        dialogue.opened();
        for (String line : List.of("EHLO c", "MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA")) {
            dialogue.received(line);
        }
        assertThat(dialogue.secured()).isEqualTo(Step.await(Phase.RECAPABILITY));
        assertThat(lines(dialogue.received("NOOP"))).containsExactly("250 2.0.0 Ok");
        assertThat(mailbox).isEmpty();
    }

    private static SmtpServerDialogue dialogue(SmtpHandler handler) {
        return new SmtpServerDialogue("mail.example.org", TlsPolicy.OPPORTUNISTIC, handler, List.of());
    }

    /** Keeps what it is told. */
    private static class Chunks implements SmtpChunkReceiver {

        private final List<String> events = new ArrayList<>();

        @Override
        public void octets(byte[] piece) {
            events.add(new String(piece, StandardCharsets.ISO_8859_1));
        }

        @Override
        public CompletionStage<SmtpReply> finish() {
            return CompletableFuture.completedFuture(SmtpReply.of(250, "2.0.0 Ok"));
        }

        @Override
        public void abandoned() {
            events.add("ABANDONED");
        }
    }

    /** One that announces CHUNKING, has begun, and gives one answer to all commands. */
    private static SmtpServerDialogue chunking(SmtpAnswer answer) {
        SmtpServerDialogue dialogue = new SmtpServerDialogue(
                "mail.example.org", TlsPolicy.OPPORTUNISTIC, (command, session) -> answer, List.of("CHUNKING"));
        dialogue.opened();
        return dialogue;
    }

    private static List<String> lines(Step step) {
        return List.of(said(((Step.Await) step).output()).split("\r\n"));
    }

    private static String said(Output output) {
        return new String(output.toOctets(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void what_is_missing_is_said_at_once() {
        assertThatNullPointerException()
                .isThrownBy(() -> new SmtpServerDialogue("mx", null, NOTHING_KNOWN, List.of()))
                .withMessageContaining("policy: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> new SmtpServerDialogue("mx", TlsPolicy.REQUIRED, null, List.of()))
                .withMessageContaining("handler: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> SmtpServer.named("mx", null))
                .withMessageContaining("handler: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> SmtpServer.named(null, NOTHING_KNOWN))
                .withMessageContaining("host: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> new SmtpTransaction(null, 65_536))
                .withMessageContaining("delivery: expected");
        assertThatNullPointerException()
                .isThrownBy(() -> SmtpClient.to("mx", 25).helo(null))
                .withMessageContaining("fallback: expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nb", "\u00fc"})
    void a_name_that_could_not_be_sent_is_refused_where_it_is_set(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SmtpClient.to("mx", 25).name(name))
                .withMessageContaining("name: expected");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SmtpServer.named(name, NOTHING_KNOWN))
                .withMessageContaining("host: expected");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SmtpServer.named("mx", NOTHING_KNOWN).extensions(List.of("SIZE 1", "\u0100" + name)))
                .withMessageContaining("extensions: expected");
    }
}
