package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.testing.RecordingHandler;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
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
class SmtpServerEndTest {

    private static final String SHUTDOWN = "421 4.3.2 mail.example.org Shutting down, closing the connection\r\n";
    private static final String FAULT = "421 4.3.0 mail.example.org Local error, closing the connection\r\n";

    private final ScriptedSmtpHandler handler = new ScriptedSmtpHandler();

    /** A handler that does as its test wants. */
    private static final class ScriptedSmtpHandler extends RecordingHandler<SmtpSession> implements SmtpHandler {

        private Optional<SmtpReply> refusal = Optional.empty();
        private Optional<SmtpReply> helloRefusal = Optional.empty();
        private Optional<SmtpReply> cutOff = Optional.empty();
        private Optional<SmtpReply> taken = Optional.empty();

        @Override
        public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
            calls().add(command.verb());
            return switch (command.verb()) {
                case "BOOM" -> throw new IllegalArgumentException("boom");
                case "GONE" -> SmtpAnswer.of(421, "4.3.2 Going down");
                case "AUTH" ->
                    new SmtpAnswer.Challenge(SmtpReply.of(334, ""), response -> {
                        throw new IllegalArgumentException("boom");
                    });
                case "DATA" -> new SmtpAnswer.Data(SmtpReply.of(354, "Go on"), receiver());
                default -> SmtpAnswer.of(250, "2.0.0 Ok");
            };
        }

        private SmtpDataReceiver receiver() {
            return new SmtpDataReceiver() {
                @Override
                public void line(String line) {
                    calls().add("line " + line);
                    if (line.equals("boom")) {
                        throw new IllegalArgumentException("boom");
                    }
                }

                @Override
                public Optional<SmtpReply> cutOff() {
                    return cutOff;
                }

                @Override
                public SmtpReply end() {
                    calls().add("end");
                    return taken.orElseThrow(() -> new IllegalArgumentException("boom"));
                }

                @Override
                public void abandoned() {
                    calls().add("abandoned");
                }
            };
        }

        @Override
        public Optional<SmtpReply> connected(SmtpSession session) {
            recordConnected(session);
            return refusal;
        }

        @Override
        public Optional<SmtpReply> greeted(SmtpSession session) {
            return helloRefusal;
        }
    }

    @Test
    void at_a_shutdown_it_says_421() {
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        RawPeer client = SmtpFixture.greeted(server);
        client.say("EHLO c\r\n");
        server.connection().shutDown();
        assertThat(client.say("NOOP\r\n")).isEqualTo(SHUTDOWN);
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(handler.calls()).containsExactly("connected", "ended SHUT_DOWN");
    }

    @Test
    void at_a_shutdown_it_says_421_inside_tls_and_closes() throws Exception {
        Endpoint server = side(TlsPolicy.REQUIRED);
        RawPeer client = upgraded(server);
        server.connection().shutDown();
        assertThat(client.tls("")).isEqualTo(SHUTDOWN);
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(handler.calls()).last().isEqualTo("ended SHUT_DOWN");
    }

    @Test
    void at_a_shutdown_an_open_message_is_abandoned() {
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        RawPeer client = SmtpFixture.greeted(server);
        client.say("DATA\r\nfirst\r\n");
        server.connection().shutDown();
        assertThat(client.say("second\r\n.\r\n")).isEqualTo(SHUTDOWN);
        assertThat(handler.calls()).containsExactly("connected", "DATA", "line first", "abandoned", "ended SHUT_DOWN");
    }

    @ParameterizedTest
    @CsvSource({"'', 6, at most 5 lines in one phase", "x, 4, at most 300 octets in one phase"})
    void to_a_client_that_goes_over_a_limit_it_says_421_after_the_answers_that_are_due(
            String argument, int answers, String limit) {
        Endpoint server = limited();
        RawPeer client = SmtpFixture.greeted(server);
        String command = "NOOP " + argument.repeat(93) + "\r\n";
        assertThat(client.say(command.repeat(10)))
                .isEqualTo("250 2.0.0 Ok\r\n".repeat(answers)
                        + "421 4.7.0 mail.example.org Too much was sent, closing the connection\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(server.upgradeFailure()).hasMessageContaining(limit);
        assertThat(client.say("NOOP\r\n")).isEmpty();
        assertThat(handler.calls()).containsExactly("connected", "ended FAILED");
    }

    @Test
    void inside_tls_each_command_has_the_limits_to_itself_and_one_that_is_too_long_ends_the_session() throws Exception {
        Endpoint server = limited();
        RawPeer client = upgraded(server);
        String command = "NOOP " + "x".repeat(93) + "\r\n";
        assertThat(client.tls(command.repeat(20))).isEqualTo("250 2.0.0 Ok\r\n".repeat(20));
        assertThat(client.tls("NOOP x" + command.substring(5) + "NOOP\r\n")).isEqualTo("500 5.5.2 Line too long\r\n");
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(handler.calls()).containsExactly("connected", "upgraded", "ended FAILED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"BOOM\r\n", "AUTH X\r\nresponse\r\n", "DATA\r\n.\r\n"})
    void a_handler_that_throws_is_answered_451_and_421(String command) throws Exception {
        Endpoint server = side(TlsPolicy.REQUIRED);
        RawPeer client = upgraded(server);
        assertThat(client.tls(command + "NOOP\r\n")).endsWith("451 4.3.0 Local error in processing\r\n" + FAULT);
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.failure().orElseThrow()).hasMessage("boom");
        assertThat(handler.calls()).last().isEqualTo("ended FAULT");
    }

    @Test
    void a_handler_that_throws_in_plaintext_is_answered_451_and_421() {
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        RawPeer client = SmtpFixture.greeted(server);
        assertThat(client.say("RSET\r\nBOOM\r\nNOOP\r\n"))
                .isEqualTo("250 2.0.0 Ok\r\n451 4.3.0 Local error in processing\r\n" + FAULT);
        assertThat(server.failure().orElseThrow()).hasMessage("boom");
    }

    @Test
    void a_receiver_that_throws_in_the_middle_of_a_message_is_answered_421_alone() {
        RawPeer client = SmtpFixture.greeted(side(TlsPolicy.OPPORTUNISTIC));
        assertThat(client.say("DATA\r\na\r\nboom\r\nb\r\n.\r\n")).isEqualTo("354 Go on\r\n" + FAULT);
        assertThat(handler.calls()).doesNotContain("line b", "end").endsWith("abandoned", "ended FAULT");
    }

    @Test
    void a_receiver_may_cut_a_message_off() {
        handler.cutOff = Optional.of(SmtpReply.of(452, "4.3.1 Mailbox full"));
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        RawPeer client = SmtpFixture.greeted(server);
        assertThat(client.say("DATA\r\na\r\nb\r\n.\r\n").lines())
                .containsExactly(
                        "354 Go on",
                        "452 4.3.1 Mailbox full",
                        "421 4.3.0 mail.example.org Not reading the rest, closing the connection");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(handler.calls()).containsExactly("connected", "DATA", "line a", "abandoned", "ended FAILED");
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsPolicy.class,
            names = {"OPPORTUNISTIC", "REQUIRED", "DISABLED"})
    void a_client_refused_with_554_is_awaited_to_quit(TlsPolicy policy) {
        handler.refusal = Optional.of(SmtpReply.of(554, "5.7.1 Not you"));
        Endpoint server = side(policy);
        RawPeer client = RawPeer.client(server, SmtpFixture.CLIENT_CONTEXT);
        assertThat(client.listen()).isEqualTo("554 5.7.1 Not you\r\n");
        for (String command : List.of("EHLO c", "STARTTLS", "MAIL FROM:<a@example.org>", "NOOP")) {
            assertThat(client.say(command + "\r\n")).isEqualTo("503 5.5.1 Not served; say QUIT\r\n");
        }
        assertThat(client.say("QUIT\r\n")).isEqualTo("221 2.0.0 Bye\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
        assertThat(handler.calls()).containsExactly("connected", "ended CLOSED");
    }

    @Test
    void a_client_refused_with_554_is_not_awaited_for_ever() {
        handler.refusal = Optional.of(SmtpReply.of(554, "5.7.1 Not you"));
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        RawPeer client = RawPeer.client(server, SmtpFixture.CLIENT_CONTEXT);
        client.listen();
        String answers = client.say("NOOP\r\n".repeat(50));
        assertThat(answers.lines().filter(line -> line.startsWith("503 "))).hasSize(10);
        assertThat(answers.lines().toList()).hasSize(11).last().asString().startsWith("421 4.7.0 ");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void a_client_refused_with_421_is_turned_away_at_once() {
        handler.refusal = Optional.of(SmtpReply.of(421, "4.3.2 Come back later"));
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        RawPeer client = RawPeer.client(server, SmtpFixture.CLIENT_CONTEXT);
        assertThat(client.say("QUIT\r\n")).isEqualTo("421 4.3.2 Come back later\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void with_implicit_tls_a_client_is_refused_inside_tls() throws Exception {
        handler.refusal = Optional.of(SmtpReply.of(421, "4.3.2 Come back later"));
        RawPeer client = RawPeer.client(side(TlsPolicy.IMPLICIT), SmtpFixture.CLIENT_CONTEXT);
        assertThat(client.handshake()).isEqualTo("421 4.3.2 Come back later\r\n");
        assertThat(client.closeNotifyReceived()).isTrue();
    }

    @Test
    void a_refusal_that_accepts_is_the_handlers_fault() {
        handler.refusal = Optional.of(SmtpReply.of(220, "Hello"));
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        assertThat(RawPeer.client(server, SmtpFixture.CLIENT_CONTEXT).listen()).isEqualTo(FAULT);
        assertThat(server.failure().orElseThrow()).hasMessageContaining("got 220");
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 354})
    void a_refusal_of_a_name_that_accepts_is_the_handlers_fault(int code) {
        handler.helloRefusal = Optional.of(SmtpReply.of(code, "Welcome"));
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        assertThat(SmtpFixture.greeted(server).say("EHLO c\r\n"))
                .isEqualTo("451 4.3.0 Local error in processing\r\n" + FAULT);
        assertThat(server.failure().orElseThrow())
                .hasMessageContaining("got " + code)
                .hasMessageContaining("Optional.empty()");
    }

    @Test
    void a_cut_off_that_is_no_refusal_is_the_receivers_fault() {
        handler.cutOff = Optional.of(SmtpReply.of(250, "2.0.0 Enough"));
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        assertThat(SmtpFixture.greeted(server).say("DATA\r\na\r\n")).isEqualTo("354 Go on\r\n" + FAULT);
        assertThat(server.failure().orElseThrow()).hasMessageContaining("got 250");
        assertThat(handler.calls()).endsWith("abandoned", "ended FAULT");
    }

    @Test
    void an_answer_to_a_whole_message_that_asks_for_more_is_the_receivers_fault() {
        handler.taken = Optional.of(SmtpReply.of(354, "More"));
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        assertThat(SmtpFixture.greeted(server).say("DATA\r\n.\r\nNOOP\r\n"))
                .isEqualTo("354 Go on\r\n451 4.3.0 Local error in processing\r\n" + FAULT);
        assertThat(server.failure().orElseThrow())
                .hasMessageContaining("got 354")
                .hasMessageContaining("SmtpDataReceiver.end()");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO c\r\n", "HELO c\r\n"})
    void a_hello_that_is_answered_421_ends_the_session(String hello) {
        handler.helloRefusal = Optional.of(SmtpReply.of(421, "4.7.0 Too many connections"));
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        RawPeer client = SmtpFixture.greeted(server);
        assertThat(client.say(hello + "NOOP\r\n")).isEqualTo("421 4.7.0 Too many connections\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void a_hello_that_is_answered_550_does_not() {
        handler.helloRefusal = Optional.of(SmtpReply.of(550, "5.7.1 Not this name"));
        RawPeer client = SmtpFixture.greeted(side(TlsPolicy.OPPORTUNISTIC));
        assertThat(client.say("EHLO c\r\nNOOP\r\n")).isEqualTo("550 5.7.1 Not this name\r\n250 2.0.0 Ok\r\n");
    }

    @Test
    void any_421_of_a_handler_ends_the_session() throws Exception {
        Endpoint server = side(TlsPolicy.REQUIRED);
        RawPeer client = upgraded(server);
        assertThat(client.tls("GONE\r\nNOOP\r\n")).isEqualTo("421 4.3.2 Going down\r\n");
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(handler.calls()).last().isEqualTo("ended CLOSED");
    }

    @Test
    void a_handler_sees_the_client_and_inside_tls_what_was_negotiated() throws Exception {
        Endpoint server = side(TlsPolicy.REQUIRED);
        RawPeer client = upgraded(server);
        client.tls("QUIT\r\n");
        handler.requireUpgrade();
    }

    @Test
    void with_implicit_tls_a_handler_hears_of_tls_and_then_of_the_client_in_one_session() throws Exception {
        handler.requireImplicitTls(RawPeer.client(side(TlsPolicy.IMPLICIT), SmtpFixture.CLIENT_CONTEXT), "QUIT\r\n");
    }

    @Test
    void a_handler_hears_of_a_handshake_of_implicit_tls_that_failed() {
        Endpoint server = side(TlsPolicy.IMPLICIT);
        RawPeer.client(server, SmtpFixture.CLIENT_CONTEXT).say("EHLO c\r\n");
        assertThat(handler.calls()).containsExactly("ended FAILED");
        assertThat(handler.sessions().get(0).peer()).isEqualTo(new Peer("localhost", 587));
    }

    @Test
    void a_handler_hears_of_a_client_that_goes() {
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC);
        SmtpFixture.greeted(server).say("DATA\r\nhalf\r\n");
        server.arriveEnd().run();
        server.connection().end();
        assertThat(handler.calls()).containsExactly("connected", "DATA", "line half", "abandoned", "ended PEER_CLOSED");
    }

    @Test
    void a_delivery_may_refuse_at_the_greeting_and_hears_of_the_end() {
        List<String> heard = new ArrayList<>();
        SmtpDelivery delivery = new SmtpDelivery() {
            @Override
            public SmtpDataReceiver begin(SmtpEnvelope envelope) {
                throw new AssertionError();
            }

            @Override
            public Optional<SmtpReply> connected(SmtpSession session) {
                return Optional.of(
                        SmtpReply.of(421, "4.7.0 Not from " + session.peer().host()));
            }

            @Override
            public void ended(SmtpSession session, SessionEnd end) {
                heard.add("ended " + end.cause());
            }
        };
        Endpoint server = side(TlsPolicy.OPPORTUNISTIC, new SmtpTransaction(delivery, 65_536));
        assertThat(RawPeer.client(server, SmtpFixture.CLIENT_CONTEXT).listen())
                .isEqualTo("421 4.7.0 Not from localhost\r\n");
        assertThat(heard).containsExactly("ended CLOSED");
    }

    @Test
    void without_an_engine_starttls_is_answered_454_and_the_session_goes_on() {
        UpgradeSettings broken = UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)
                .withTls(TlsSettings.builder()
                        .context(SmtpFixture.SERVER_CONTEXT)
                        .versions("TLSv9")
                        .build());
        RawPeer client = SmtpFixture.greeted(
                Endpoint.of(SmtpFixture.serverDialogue(TlsPolicy.OPPORTUNISTIC, new ArrayList<>()), broken));
        assertThat(client.say("STARTTLS\r\n")).isEqualTo("454 4.7.0 TLS not available\r\n");
        assertThat(client.say("NOOP\r\n")).isEqualTo("250 2.0.0 Ok\r\n");
    }

    @Test
    void a_client_hello_is_never_taken_before_the_go_ahead() {
        UpgradeSettings early = SmtpFixture.server(TlsPolicy.REQUIRED).withInjection(InjectionResponse.HANDSHAKE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.of(SmtpFixture.serverDialogue(TlsPolicy.REQUIRED, new ArrayList<>()), early))
                .withMessageContaining("smtp");
    }

    private Endpoint side(TlsPolicy policy) {
        return side(policy, handler);
    }

    private static Endpoint side(TlsPolicy policy, SmtpHandler handler) {
        return Endpoint.of(
                new SmtpServerDialogue("mail.example.org", policy, handler, List.of()), SmtpFixture.server(policy));
    }

    private Endpoint limited() {
        return Endpoint.of(
                new SmtpServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of()),
                SmtpFixture.server(TlsPolicy.REQUIRED)
                        .withLimits(new UpgradeLimits(
                                100, 5, 300, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ZERO)));
    }

    private static RawPeer upgraded(Endpoint server) throws Exception {
        RawPeer client = SmtpFixture.greeted(server);
        client.say("STARTTLS\r\n");
        client.handshake();
        return client;
    }
}
