package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.testing.RecordingHandler;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
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

/** How a server turns a client away, ends a session by itself, and what its handler hears of it. */
class Pop3ServerEndTest {

    private static final String SHUTDOWN = "-ERR [SYS/TEMP] Shutting down, closing the connection\r\n";
    private static final String FAULT = "-ERR [SYS/TEMP] Internal error, closing the connection\r\n";

    private final ScriptedPop3Handler handler = new ScriptedPop3Handler();

    /** A handler that does as its test wants. */
    private static final class ScriptedPop3Handler extends RecordingHandler<Pop3Session> implements Pop3Handler {

        private Optional<Pop3Reply> refusal = Optional.empty();

        @Override
        public Pop3Answer handle(Pop3Command command, Pop3Session session) {
            calls().add(command.keyword());
            return switch (command.keyword()) {
                case "BOOM" -> throw new IllegalArgumentException("boom");
                case "PASS" -> new Pop3Answer.Opened(Pop3Reply.ok("Open"));
                default -> Pop3Answer.ok("Done");
            };
        }

        @Override
        public Optional<Pop3Reply> connected(Pop3Session session) {
            recordConnected(session);
            return refusal;
        }

        @Override
        public Pop3Reply update(Pop3Session session) {
            throw new IllegalArgumentException("update");
        }
    }

    @Test
    void at_a_shutdown_it_says_err() throws Exception {
        Endpoint plain = side(TlsPolicy.OPPORTUNISTIC);
        RawPeer client = Pop3Fixture.greeted(plain);
        plain.connection().shutDown();
        assertThat(client.say("CAPA\r\n")).isEqualTo(SHUTDOWN);
        assertThat(plain.upgradeFailure().reason()).isEqualTo(FailureReason.REJECTED);
        assertThat(handler.calls()).containsExactly("connected", "ended SHUT_DOWN");

        Endpoint secure = side(TlsPolicy.REQUIRED);
        RawPeer inside = Pop3Fixture.upgraded(secure);
        secure.connection().shutDown();
        assertThat(inside.tls("")).isEqualTo(SHUTDOWN);
        assertThat(inside.closeNotifyReceived()).isTrue();
    }

    @Test
    void to_a_client_that_is_silent_for_too_long_it_says_nothing() throws Exception {
        Endpoint plain = side(TlsPolicy.REQUIRED);
        RawPeer silent = Pop3Fixture.greeted(plain);
        plain.pass(Duration.ofSeconds(60));
        assertThat(silent.listen()).isEmpty();
        assertThat(plain.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(handler.calls()).last().isEqualTo("ended TIMED_OUT");

        Endpoint secure = side(TlsPolicy.REQUIRED);
        RawPeer inside = Pop3Fixture.upgraded(secure);
        secure.pass(Duration.ofSeconds(60));
        assertThat(inside.tls("")).isEmpty();
        // It is a failure, whose end is not to be taken for the end of what was to be said.
        assertThat(inside.closeNotifyReceived()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'', 6, at most 5 lines in one phase", "x, 4, at most 300 octets in one phase"})
    void to_a_client_that_goes_over_a_limit_it_says_err_after_the_answers_that_are_due(
            String argument, int answers, String limit) {
        Endpoint server = limited();
        RawPeer client = Pop3Fixture.greeted(server);
        String command = "NOOP " + argument.repeat(93) + "\r\n";
        assertThat(client.say(command.repeat(10)))
                .isEqualTo("-ERR Say STLS first\r\n".repeat(answers)
                        + "-ERR [SYS/PERM] Too much was sent, closing the connection\r\n");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(server.upgradeFailure()).hasMessageContaining(limit);
        assertThat(client.say("CAPA\r\n")).isEmpty();
        assertThat(handler.calls()).containsExactly("connected", "ended FAILED");
    }

    @Test
    void inside_tls_each_command_has_the_limits_to_itself_and_one_that_is_too_long_ends_the_session() throws Exception {
        Endpoint server = limited();
        RawPeer client = Pop3Fixture.upgraded(server);
        String command = "X " + "x".repeat(96) + "\r\n";
        assertThat(client.tls(command.repeat(20))).isEqualTo("+OK Done\r\n".repeat(20));
        assertThat(client.tls("X x" + command.substring(2) + "X\r\n")).isEqualTo("-ERR Line too long\r\n");
        assertThat(client.closeNotifyReceived()).isTrue();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(handler.calls()).hasSize(23).last().isEqualTo("ended FAILED");
    }

    @Test
    void a_handler_that_throws_is_answered_err() throws Exception {
        Endpoint plain = side(TlsPolicy.OPPORTUNISTIC);
        assertThat(Pop3Fixture.greeted(plain).say("X\r\nBOOM\r\nX\r\n")).isEqualTo("+OK Done\r\n" + FAULT);
        assertThat(plain.failure().orElseThrow()).hasMessage("boom");
        assertThat(handler.calls()).last().isEqualTo("ended FAULT");

        RawPeer inside = Pop3Fixture.upgraded(side(TlsPolicy.REQUIRED));
        assertThat(inside.tls("BOOM\r\nX\r\n")).isEqualTo(FAULT);
        assertThat(inside.closeNotifyReceived()).isTrue();
    }

    @Test
    void an_update_that_throws_is_answered_err() throws Exception {
        Endpoint server = side(TlsPolicy.REQUIRED);
        RawPeer client = Pop3Fixture.upgraded(server);
        client.tls("PASS x\r\n");
        assertThat(client.tls("QUIT\r\n")).isEqualTo(FAULT);
        assertThat(server.failure().orElseThrow()).hasMessage("update");
    }

    @Test
    void a_client_that_is_refused_at_the_greeting_is_turned_away() throws Exception {
        handler.refusal = Optional.of(Pop3Reply.error("[SYS/TEMP] Not now"));
        Endpoint server = side(TlsPolicy.REQUIRED);
        assertThat(RawPeer.client(server, Pop3Fixture.CLIENT_CONTEXT).say("STLS\r\n"))
                .isEqualTo("-ERR [SYS/TEMP] Not now\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
        assertThat(handler.calls()).containsExactly("connected", "ended CLOSED");

        RawPeer inside = RawPeer.client(side(TlsPolicy.IMPLICIT), Pop3Fixture.CLIENT_CONTEXT);
        assertThat(inside.handshake()).isEqualTo("-ERR [SYS/TEMP] Not now\r\n");
        assertThat(inside.closeNotifyReceived()).isTrue();
    }

    @Test
    void a_refusal_that_accepts_is_the_handlers_fault() {
        handler.refusal = Optional.of(Pop3Reply.ok("Hello"));
        Endpoint server = side(TlsPolicy.REQUIRED);
        assertThat(RawPeer.client(server, Pop3Fixture.CLIENT_CONTEXT).listen()).isEqualTo(FAULT);
        assertThat(server.failure().orElseThrow()).hasMessageContaining("got +OK");
    }

    @Test
    void a_handler_sees_the_client_and_inside_tls_what_was_negotiated() throws Exception {
        Pop3Fixture.upgraded(side(TlsPolicy.REQUIRED)).tls("QUIT\r\n");
        handler.requireUpgrade();
    }

    @Test
    void with_implicit_tls_a_handler_hears_of_tls_and_then_of_the_client_in_one_session() throws Exception {
        handler.requireImplicitTls(RawPeer.client(side(TlsPolicy.IMPLICIT), Pop3Fixture.CLIENT_CONTEXT), "QUIT\r\n");
    }

    @Test
    void a_login_sees_the_client_may_refuse_it_and_hears_of_the_end() throws Exception {
        List<String> heard = new ArrayList<>();
        Pop3Maildrop maildrop = new Pop3Maildrop(new Pop3Login() {
            @Override
            public Optional<Pop3Mailbox> open(String user, String password) {
                throw new AssertionError();
            }

            @Override
            public Optional<Pop3Mailbox> open(String user, String password, Pop3Session session) {
                heard.add(user + " from " + session.peer().host());
                return Optional.of(Pop3Fixture.mailbox());
            }

            @Override
            public Optional<Pop3Reply> connected(Pop3Session session) {
                heard.add("connected");
                return Optional.empty();
            }

            @Override
            public void ended(Pop3Session session, SessionEnd end) {
                heard.add("ended " + end.cause());
            }
        });
        RawPeer client = Pop3Fixture.upgraded(side(TlsPolicy.REQUIRED, maildrop));
        assertThat(client.tls("USER mary\r\nPASS x\r\n")).contains("2 messages");
        client.tls("QUIT\r\n");
        assertThat(heard).containsExactly("connected", "mary from localhost", "ended CLOSED");
    }

    @Test
    void without_an_engine_stls_is_answered_err_and_the_session_goes_on() {
        UpgradeSettings broken = UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)
                .withTls(TlsSettings.builder()
                        .context(Pop3Fixture.SERVER_CONTEXT)
                        .versions("TLSv9")
                        .build());
        RawPeer client = Pop3Fixture.greeted(Endpoint.of(Pop3Fixture.serverDialogue(TlsPolicy.OPPORTUNISTIC), broken));
        assertThat(client.say("STLS\r\n")).isEqualTo("-ERR [SYS/TEMP] TLS is not available\r\n");
        assertThat(client.say("CAPA\r\n")).startsWith("+OK ");
    }

    @Test
    void a_client_hello_is_never_taken_before_the_go_ahead() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.of(
                        Pop3Fixture.serverDialogue(TlsPolicy.REQUIRED),
                        Pop3Fixture.server(TlsPolicy.REQUIRED).withInjection(InjectionResponse.HANDSHAKE)))
                .withMessageContaining("pop3");
    }

    private Endpoint side(TlsPolicy policy) {
        return side(policy, handler);
    }

    private Endpoint limited() {
        return Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of()),
                Pop3Fixture.server(TlsPolicy.REQUIRED)
                        .withLimits(new UpgradeLimits(
                                100, 5, 300, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ZERO)));
    }

    private static Endpoint side(TlsPolicy policy, Pop3Handler handler) {
        return Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", policy, handler, List.of()), Pop3Fixture.server(policy));
    }
}
