package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.PiecewiseChannel;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.testing.RecordingHandler;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.ClosingReason;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server turns a client away, ends a session by itself, and what its handler hears of it. */
class ImapServerEndTest {

    private static final String SHUTDOWN = "* BYE mail.example.org shutting down\r\n";
    private static final String IDLE = "* BYE mail.example.org closing the connection, silent for too long\r\n";
    private static final String LIMIT = "* BYE mail.example.org closing the connection, too much was sent\r\n";
    private static final String FAULT = "* BYE mail.example.org closing the connection after an internal error\r\n";

    private final ScriptedImapHandler handler = new ScriptedImapHandler();

    /** A handler that does as its test wants. */
    private static final class ScriptedImapHandler extends RecordingHandler<ImapSession> implements ImapHandler {

        private Optional<String> refusal = Optional.empty();

        @Override
        public ImapAnswer handle(ImapCommand command, ImapSession session) {
            calls().add(command.name());
            return switch (command.name()) {
                case "BOOM" -> throw new IllegalArgumentException("boom");
                case "XNULL", "ID" -> null;
                case "XASK" -> new ImapAnswer.Challenge(new ImapResponse.Continuation(""), response -> null);
                case "XBYE" -> ImapAnswer.ok("Gone", new ImapResponse.Data("BYE Going down"));
                case "AUTHENTICATE" ->
                    new ImapAnswer.Challenge(new ImapResponse.Continuation(""), response -> {
                        throw new IllegalArgumentException("boom");
                    });
                default -> ImapAnswer.ok("Done");
            };
        }

        @Override
        public Optional<String> connected(ImapSession session) {
            recordConnected(session);
            return refusal;
        }
    }

    @Test
    void at_a_shutdown_it_says_bye() {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.OPPORTUNISTIC, handler);
        RawPeer client = ImapFixture.greeted(server);
        client.say("a CAPABILITY\r\n");
        server.connection().shutDown();
        assertThat(client.say("b NOOP\r\n")).isEqualTo(SHUTDOWN);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(handler.calls()).containsExactly("connected", "ended SHUT_DOWN");
    }

    @Test
    void at_a_shutdown_it_says_bye_inside_tls_and_closes() throws Exception {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED, handler);
        RawPeer client = ImapFixture.upgraded(server);
        server.connection().shutDown();
        assertThat(client.tls("")).isEqualTo(SHUTDOWN);
        assertThat(client.closeNotifyReceived()).isTrue();
    }

    @Test
    void to_a_client_that_is_silent_for_too_long_it_says_bye() throws Exception {
        Endpoint plain = ImapFixture.serverSide(TlsPolicy.REQUIRED, handler);
        RawPeer silent = ImapFixture.greeted(plain);
        plain.pass(Duration.ofSeconds(60));
        assertThat(silent.listen()).isEqualTo(IDLE);
        assertThat(plain.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(handler.calls()).last().isEqualTo("ended TIMED_OUT");

        Endpoint secure = ImapFixture.serverSide(TlsPolicy.REQUIRED, handler);
        RawPeer client = ImapFixture.upgraded(secure);
        client.tls("a CAPABILITY\r\n");
        secure.pass(Duration.ofMinutes(30));
        assertThat(client.tls("")).isEqualTo(IDLE);
        assertThat(client.closeNotifyReceived()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"'', 6, at most 5 lines in one phase", "x, 4, at most 300 octets in one phase"})
    void to_a_client_that_goes_over_a_limit_it_says_bye_after_the_answers_that_are_due(
            String argument, int answers, String limit) {
        Endpoint server = limited();
        RawPeer client = ImapFixture.greeted(server);
        String command = "a ID " + argument.repeat(93) + "\r\n";
        assertThat(client.say(command.repeat(10)))
                .isEqualTo("a NO [PRIVACYREQUIRED] Not without TLS; STARTTLS first\r\n".repeat(answers) + LIMIT);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(server.upgradeFailure()).hasMessageContaining(limit);
        assertThat(client.say("b NOOP\r\n")).isEmpty();
        assertThat(handler.calls()).containsExactly("connected", "ended FAILED");
    }

    @Test
    void inside_tls_each_command_has_the_limits_to_itself_and_after_a_literal_over_them_it_says_bye() throws Exception {
        Endpoint server = limited();
        RawPeer client = ImapFixture.upgraded(server);
        String command = "a X {200+}\r\n" + "x".repeat(200) + " more\r\n";
        assertThat(client.tls(command.repeat(20))).isEqualTo("a OK Done\r\n".repeat(20));
        assertThat(client.tls("a X\r\nb X {301+}\r\n" + "x".repeat(301) + "\r\nc X\r\n"))
                .isEqualTo("a OK Done\r\n" + LIMIT);
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(server.upgradeFailure()).hasMessageContaining("at most 300 octets in one piece, got a piece of 301");
        assertThat(handler.calls()).last().isEqualTo("ended FAILED");
    }

    @ParameterizedTest
    @CsvSource({
        "'a XNULL<CR><LF>', 'a command of an extension, or an unknown one'",
        "'a ID NIL<CR><LF>', ID",
        "'a XASK<CR><LF>response<CR><LF>', the response in AUTHENTICATE"
    })
    void a_handler_that_answers_nothing_is_answered_as_one_that_throws(String command, String to) throws Exception {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED, handler);
        RawPeer client = ImapFixture.upgraded(server);
        assertThat(client.tls(PiecewiseChannel.spelled(command) + "b NOOP\r\n"))
                .endsWith("a NO [SERVERBUG] Internal error\r\n" + FAULT);
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.failure().orElseThrow())
                .isInstanceOf(NullPointerException.class)
                .hasMessage("Expected an answer of the handler to " + to + ", got null");
        assertThat(handler.calls()).last().isEqualTo("ended FAULT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a BOOM\r\n", "a AUTHENTICATE X\r\nresponse\r\n"})
    void a_handler_that_throws_is_answered_with_serverbug_and_bye(String command) throws Exception {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED, handler);
        RawPeer client = ImapFixture.upgraded(server);
        assertThat(client.tls(command + "b NOOP\r\n")).endsWith("a NO [SERVERBUG] Internal error\r\n" + FAULT);
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.failure().orElseThrow()).hasMessage("boom");
        assertThat(handler.calls()).last().isEqualTo("ended FAULT");
    }

    @Test
    void a_handler_that_throws_in_plaintext_is_answered_too() {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.OPPORTUNISTIC, handler);
        RawPeer client = ImapFixture.greeted(server);
        assertThat(client.say("a X\r\nb BOOM\r\nc NOOP\r\n"))
                .isEqualTo("a OK Done\r\nb NO [SERVERBUG] Internal error\r\n" + FAULT);
    }

    @Test
    void a_fault_between_two_commands_answers_none_of_them() {
        ImapServerDialogue dialogue = ImapFixture.serverDialogue(TlsPolicy.OPPORTUNISTIC);
        dialogue.opened();
        dialogue.received("a ID NIL");
        assertThat(dialogue.lastLines(ClosingReason.FAULT)).isEqualTo(Output.line(FAULT.strip()));
    }

    @Test
    void a_bye_of_a_handler_ends_the_session() throws Exception {
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED, handler);
        RawPeer client = ImapFixture.upgraded(server);
        assertThat(client.tls("a XBYE\r\nb NOOP\r\n")).isEqualTo("* BYE Going down\r\na OK Gone\r\n");
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.failure()).isEmpty();
        assertThat(handler.calls()).last().isEqualTo("ended CLOSED");
    }

    @Test
    void a_handler_may_hand_the_connection_over_with_a_last_answer() {
        ImapHandler handing = (command, session) -> new ImapAnswer.HandOver(ImapStatus.of(ImapCondition.OK, "Go on"));
        ImapServerDialogue dialogue =
                new ImapServerDialogue("mail.example.org", TlsPolicy.OPPORTUNISTIC, handing, List.of("IMAP4rev1"));
        dialogue.opened();
        assertThat(dialogue.received("a COMPRESS DEFLATE")).isEqualTo(new Step.Ready(List.of("a OK Go on")));
    }

    @Test
    void a_client_that_is_refused_at_the_greeting_is_turned_away() throws Exception {
        handler.refusal = Optional.of("[UNAVAILABLE] Not now");
        Endpoint server = ImapFixture.serverSide(TlsPolicy.REQUIRED, handler);
        RawPeer client = RawPeer.client(server, ImapFixture.CLIENT_CONTEXT);
        assertThat(client.say("a STARTTLS\r\n")).isEqualTo("* BYE [UNAVAILABLE] Not now\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
        assertThat(handler.calls()).containsExactly("connected", "ended CLOSED");

        RawPeer inside =
                RawPeer.client(ImapFixture.serverSide(TlsPolicy.IMPLICIT, handler), ImapFixture.CLIENT_CONTEXT);
        assertThat(inside.handshake()).isEqualTo("* BYE [UNAVAILABLE] Not now\r\n");
        assertThat(inside.closeNotifyReceived()).isTrue();
    }

    @Test
    void a_handler_sees_the_client_and_inside_tls_what_was_negotiated() throws Exception {
        ImapFixture.upgraded(ImapFixture.serverSide(TlsPolicy.REQUIRED, handler))
                .tls("z LOGOUT\r\n");
        handler.requireUpgrade();
    }

    @Test
    void with_implicit_tls_a_handler_hears_of_tls_and_then_of_the_client_in_one_session() throws Exception {
        handler.requireImplicitTls(
                RawPeer.client(ImapFixture.serverSide(TlsPolicy.IMPLICIT, handler), ImapFixture.CLIENT_CONTEXT),
                "z LOGOUT\r\n");
    }

    @Test
    void credentials_see_the_client_and_a_log_in_passes_on_what_it_hears() throws Exception {
        List<String> seen = new ArrayList<>();
        ImapLogin login = new ImapLogin(
                new ImapLogin.Credentials() {
                    @Override
                    public boolean match(String user, String password) {
                        throw new AssertionError();
                    }

                    @Override
                    public boolean match(String user, String password, ImapSession session) {
                        seen.add(user + " from " + session.peer().host());
                        return session.tls().isPresent();
                    }
                },
                handler);
        RawPeer client = ImapFixture.upgraded(ImapFixture.serverSide(TlsPolicy.REQUIRED, login));
        assertThat(client.tls("a LOGIN mary x\r\n")).startsWith("a OK ");
        assertThat(client.tls("b LOGOUT\r\n")).startsWith("* BYE ");
        assertThat(seen).containsExactly("mary from localhost");
        assertThat(handler.calls()).containsExactly("connected", "upgraded", "ended CLOSED");
        handler.refusal = Optional.of("Not now");
        assertThat(login.connected(handler.sessions().get(0))).contains("Not now");
    }

    @Test
    void without_an_engine_starttls_is_answered_no_and_the_session_goes_on() {
        UpgradeSettings broken = UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)
                .withTls(TlsSettings.builder()
                        .context(ImapFixture.SERVER_CONTEXT)
                        .versions("TLSv9")
                        .build());
        RawPeer client = ImapFixture.greeted(Endpoint.of(ImapFixture.serverDialogue(TlsPolicy.OPPORTUNISTIC), broken));
        assertThat(client.say("a STARTTLS\r\n")).isEqualTo("a NO [UNAVAILABLE] TLS is not available\r\n");
        assertThat(client.say("b NOOP\r\n")).isEqualTo("b OK NOOP completed\r\n");
    }

    @Test
    void a_client_hello_in_one_piece_with_starttls_is_taken_where_that_is_set() throws Exception {
        Endpoint server = Endpoint.of(
                ImapFixture.serverDialogue(TlsPolicy.REQUIRED),
                ImapFixture.server(TlsPolicy.REQUIRED).withInjection(InjectionResponse.HANDSHAKE));
        RawPeer client = ImapFixture.greeted(server);
        BareTls tls = BareTls.client(ImapFixture.CLIENT_CONTEXT).begin();
        String answer = client.say("a STARTTLS\r\n" + new String(tls.take(), StandardCharsets.ISO_8859_1));
        String goAhead = "a OK Begin TLS negotiation now\r\n";
        assertThat(answer).startsWith(goAhead);
        tls.feed(answer.substring(goAhead.length()).getBytes(StandardCharsets.ISO_8859_1));
        tls.feed(server.arrive(tls.take()).run().take());
        server.arrive(tls.say("b NOOP\r\n").take()).run();
        assertThat(tls.feed(server.take()).heard()).isEqualTo("b OK NOOP completed\r\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = InjectionResponse.class,
            names = {"FAIL", "HANDSHAKE"})
    void plaintext_in_one_piece_with_starttls_is_an_injection_all_the_same(InjectionResponse response) {
        Endpoint server = Endpoint.of(
                ImapFixture.serverDialogue(TlsPolicy.REQUIRED),
                ImapFixture.server(TlsPolicy.REQUIRED).withInjection(response));
        assertThat(ImapFixture.greeted(server).say("a STARTTLS\r\nb NOOP\r\n"))
                .isEqualTo("* BYE Plaintext after STARTTLS refused\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
    }

    private Endpoint limited() {
        return Endpoint.of(
                new ImapServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of("IMAP4rev1")),
                ImapFixture.server(TlsPolicy.REQUIRED)
                        .withLimits(new UpgradeLimits(
                                100, 5, 300, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ZERO)));
    }
}
