package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A submission server: AUTH before a mail transaction (RFC 4954, RFC 6409). */
class SmtpLoginTest {

    private static final String IN = "235 2.7.0 Logged in\r\n";
    private static final String WRONG = "535 5.7.8 Wrong user or password\r\n";
    private static final String RIGHT = base64("\0mary\0s \u00fc");

    private final List<String> seen = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private final List<SmtpFixture.Delivered> mailbox = new ArrayList<>();
    private final SmtpTransaction mail = new SmtpTransaction(new Hearing(), 65_536);
    private final SmtpLogin login = new SmtpLogin(
            (user, password) -> {
                seen.add(user + "/" + password);
                return password.equals("s \u00fc");
            },
            mail);

    @Test
    void auth_is_announced_inside_tls_only_beside_what_the_other_handler_knows() throws Exception {
        Endpoint side = side(TlsPolicy.REQUIRED, login);
        RawPeer peer = SmtpFixture.greeted(side);
        assertThat(peer.say("EHLO me\r\n")).contains("SIZE 65536").doesNotContain("AUTH");
        assertThat(upgraded(peer).tls("EHLO me\r\n")).contains("SIZE 65536").contains("AUTH PLAIN LOGIN\r\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsPolicy.class,
            names = {"REQUIRED", "OPPORTUNISTIC", "DISABLED"})
    void no_password_is_taken_or_asked_for_before_tls(TlsPolicy policy) {
        RawPeer peer = SmtpFixture.greeted(side(policy, login));
        peer.say("EHLO me\r\n");
        String refusal = policy == TlsPolicy.REQUIRED ? "530 5.7.0 " : "538 5.7.11 ";
        for (String command : List.of("AUTH PLAIN " + RIGHT, "AUTH PLAIN", "AUTH LOGIN")) {
            assertThat(peer.say(command + "\r\n")).startsWith(refusal).hasLineCount(1);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void plain_is_taken_with_an_initial_response_and_by_challenge() throws Exception {
        assertThat(greeted().tls("AUTH PLAIN " + RIGHT + "\r\n")).isEqualTo(IN);
        RawPeer peer = greeted();
        assertThat(peer.tls("auth plain\r\n")).isEqualTo("334 \r\n");
        assertThat(peer.tls(RIGHT + "\r\n")).isEqualTo(IN);
        assertThat(greeted().tls("AUTH PLAIN " + base64("mary\0mary\0x") + "\r\n"))
                .isEqualTo(WRONG);
        assertThat(seen).containsExactly("mary/s \u00fc", "mary/s \u00fc", "mary/x");
    }

    @Test
    void login_asks_for_user_and_password() throws Exception {
        RawPeer peer = greeted();
        assertThat(peer.tls("AUTH LOGIN\r\n")).isEqualTo("334 " + base64("Username:") + "\r\n");
        assertThat(peer.tls(base64("mary") + "\r\n")).isEqualTo("334 " + base64("Password:") + "\r\n");
        assertThat(peer.tls(base64("s \u00fc") + "\r\n")).isEqualTo(IN);
        RawPeer initial = greeted();
        assertThat(initial.tls("AUTH LOGIN " + base64("mary") + "\r\n"))
                .isEqualTo("334 " + base64("Password:") + "\r\n");
        assertThat(initial.tls(base64("x") + "\r\n")).isEqualTo(WRONG);
        assertThat(seen).containsExactly("mary/s \u00fc", "mary/x");
    }

    @ParameterizedTest
    @CsvSource({
        "AUTH, 501 5.5.4",
        "AUTH GSSAPI, 504 5.5.4",
        "AUTH PLAIN %%%, 501 5.5.2",
        "AUTH PLAIN =, 501 5.5.2",
        "AUTH PLAIN bm8=, 501 5.5.2",
        "AUTH PLAIN AABh, 501 5.5.2",
        "AUTH PLAIN AGEA, 501 5.5.2",
        "AUTH PLAIN AGEAYQ== x, 501 5.5.2",
        "AUTH LOGIN %%%, 501 5.5.2"
    })
    void auth_of_another_form_is_refused_and_no_credentials_are_checked(String command, String refusal)
            throws Exception {
        assertThat(greeted().tls(command + "\r\n")).startsWith(refusal + " ").hasLineCount(1);
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"=", ""})
    void a_log_in_without_a_name_is_refused(String user) throws Exception {
        RawPeer peer = greeted();
        peer.tls("AUTH LOGIN" + (user.isEmpty() ? "\r\n" : " "));
        assertThat(peer.tls(user + "\r\n")).isEqualTo("334 " + base64("Password:") + "\r\n");
        assertThat(peer.tls(base64("x") + "\r\n")).startsWith("501 5.5.2 ");
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH PLAIN", "AUTH LOGIN", "AUTH LOGIN bWFyeQ=="})
    void a_challenge_may_be_cancelled_and_a_response_is_no_command(String command) throws Exception {
        RawPeer peer = greeted();
        peer.tls(command + "\r\n");
        assertThat(peer.tls("*\r\n")).startsWith("501 5.0.0 ");
        peer.tls(command + "\r\n");
        assertThat(peer.tls("RSET now\r\n")).startsWith("501 5.5.2 ");
        assertThat(peer.tls("RSET\r\n")).startsWith("250 ");
        assertThat(seen).isEmpty();
    }

    @Test
    void a_response_is_bounded() throws Exception {
        RawPeer peer = greeted();
        peer.tls("AUTH PLAIN\r\n");
        assertThat(peer.tls("x".repeat(13_000) + "\r\n")).startsWith("500 ");
        assertThat(seen).isEmpty();
    }

    @Test
    void no_user_acts_for_another() throws Exception {
        assertThat(greeted().tls("AUTH PLAIN " + base64("root\0mary\0s \u00fc") + "\r\n"))
                .startsWith("535 5.7.8 ");
        assertThat(seen).isEmpty();
    }

    @Test
    void the_third_login_that_fails_ends_the_session() throws Exception {
        Endpoint side = side(TlsPolicy.REQUIRED, login);
        RawPeer peer = upgraded(SmtpFixture.greeted(side));
        peer.tls("EHLO me\r\n");
        assertThat(peer.tls("AUTH PLAIN " + base64("\0mary\0x") + "\r\n")).isEqualTo(WRONG);
        assertThat(peer.tls("AUTH PLAIN " + base64("root\0mary\0s \u00fc") + "\r\n"))
                .startsWith("535 5.7.8 ");
        peer.tls("AUTH LOGIN\r\n*\r\nAUTH PLAIN %%%\r\nRSET\r\nEHLO me\r\n");
        assertThat(peer.tls("AUTH PLAIN " + base64("\0mary\0y") + "\r\nAUTH PLAIN " + RIGHT + "\r\n"))
                .isEqualTo("421 4.7.0 Too many failed logins\r\n");
        assertThat(side.connection().state()).isEqualTo(State.CLOSED);
        assertThat(seen).containsExactly("mary/x", "mary/y");
    }

    @Test
    void after_two_logins_that_fail_the_right_password_is_taken() throws Exception {
        RawPeer peer = greeted();
        for (int i = 1; i < SmtpLogin.MAX_FAILED_LOGINS; i++) {
            assertThat(peer.tls("AUTH PLAIN " + base64("\0mary\0x") + "\r\n")).isEqualTo(WRONG);
        }
        assertThat(peer.tls("AUTH PLAIN " + RIGHT + "\r\n")).isEqualTo(IN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA", "VRFY a", "HELP", "EXPN a", "BDAT 0 LAST", "X"})
    void nothing_goes_before_the_log_in_but_what_rfc_4954_names(String command) throws Exception {
        RawPeer peer = greeted();
        assertThat(peer.tls(command + "\r\n")).startsWith("530 5.7.0 Authentication required\r\n");
        assertThat(peer.tls("NOOP\r\n")).startsWith("250 ");
        assertThat(peer.tls("RSET\r\n")).startsWith("250 ");
        assertThat(peer.tls("EHLO again\r\n")).startsWith("250-");
        assertThat(peer.tls("QUIT\r\n")).startsWith("221 ");
    }

    @Test
    void a_user_submits_and_the_delivery_knows_whose_message_it_is() throws Exception {
        RawPeer peer = loggedIn();
        assertThat(peer.tls("MAIL FROM:<a@b> AUTH=<>\r\nRCPT TO:<c@d>\r\nDATA\r\n"))
                .contains("354 ");
        assertThat(peer.tls("Hello\r\n.\r\n")).startsWith("250 ");
        assertThat(mailbox).hasSize(1);
        SmtpEnvelope envelope = mailbox.get(0).envelope();
        assertThat(envelope.session().user()).contains("mary");
        assertThat(envelope.parameters()).containsExactly("AUTH=<>");
    }

    @ParameterizedTest
    @CsvSource({"AUTH=a+2Bb@c, 250", "auth=<>, 250", "AUTH=, 501", "AUTH=a+2b@c, 501", "AUTH=a=b, 501", "AUTH, 555"})
    void the_parameter_auth_of_mail_is_xtext(String parameter, String code) throws Exception {
        assertThat(loggedIn().tls("MAIL FROM:<a@b> " + parameter + "\r\n")).startsWith(code + " ");
    }

    @Test
    void auth_goes_once_and_in_no_transaction_and_after_ehlo() throws Exception {
        assertThat(upgraded(SmtpFixture.greeted(side(TlsPolicy.REQUIRED, login)))
                        .tls("AUTH PLAIN " + RIGHT + "\r\n"))
                .startsWith("503 5.5.1 ");
        assertThat(loggedIn().tls("AUTH PLAIN " + RIGHT + "\r\n")).startsWith("503 5.5.1 Logged in already");
        SmtpSession session = new SmtpSession(State.SECURE, ConnectionInfo.UNKNOWN);
        session.greet(Optional.of(SmtpCommand.parse("EHLO me")));
        mail.handle(SmtpCommand.parse("MAIL FROM:<a@b>"), session);
        assertThat(login.handle(SmtpCommand.parse("AUTH PLAIN " + RIGHT), session))
                .isEqualTo(SmtpAnswer.of(503, "5.5.1 In a transaction; RSET first"));
    }

    /** What a lambda around the transaction loses. */
    @Test
    void the_delivery_hears_of_clients_and_ehlo_ends_a_transaction() throws Exception {
        Endpoint side = side(TlsPolicy.REQUIRED, login);
        RawPeer peer = upgraded(SmtpFixture.greeted(side));
        peer.tls("EHLO me\r\nAUTH PLAIN " + RIGHT + "\r\nMAIL FROM:<a@b>\r\n");
        assertThat(peer.tls("EHLO me\r\nRCPT TO:<c@d>\r\n")).contains("503 5.5.1 Send MAIL first");
        assertThat(peer.tls("NOOP\r\n")).as("EHLO leaves the log-in").startsWith("250 ");
        assertThat(peer.tls("MAIL FROM:<a@b>\r\n")).startsWith("250 ");
        peer.tls("QUIT\r\n");
        side.arriveEnd().run();
        assertThat(heard).containsExactly("admit", "ended");
    }

    @Test
    void a_password_may_be_verified_later() throws Exception {
        CompletableFuture<Boolean> verified = new CompletableFuture<>();
        SmtpLogin.Credentials slow = new SmtpLogin.Credentials() {
            @Override
            public boolean match(String user, String password) {
                throw new AssertionError("Expected verify to be called, got match");
            }

            @Override
            public CompletionStage<Boolean> verify(String user, String password, SmtpSession session) {
                return verified;
            }
        };
        RawPeer peer = upgraded(SmtpFixture.greeted(side(TlsPolicy.REQUIRED, new SmtpLogin(slow, mail))));
        peer.tls("EHLO me\r\n");
        assertThat(peer.tls("AUTH PLAIN " + RIGHT + "\r\nMAIL FROM:<a@b>\r\n")).isEmpty();
        verified.complete(true);
        assertThat(peer.tls("")).isEqualTo(IN + "250 2.1.0 Ok\r\n");
    }

    @Test
    void credentials_that_throw_end_the_session_without_a_log_in() throws Exception {
        SmtpLogin broken = new SmtpLogin(
                (user, password) -> {
                    throw new IllegalStateException("no database");
                },
                mail);
        Endpoint side = side(TlsPolicy.REQUIRED, broken);
        RawPeer peer = upgraded(SmtpFixture.greeted(side));
        peer.tls("EHLO me\r\n");
        assertThat(peer.tls("AUTH PLAIN " + RIGHT + "\r\n")).startsWith("451 ").contains("\r\n421 ");
        assertThat(side.connection().failure().orElseThrow().getMessage()).doesNotContain("mary");
    }

    @Test
    void a_session_in_plaintext_has_no_user() {
        SmtpSession session = new SmtpSession(State.PLAINTEXT, ConnectionInfo.UNKNOWN);
        assertThatThrownBy(() -> session.logIn("mary")).isInstanceOf(IllegalStateException.class);
        assertThat(session.user()).isEmpty();
    }

    private RawPeer loggedIn() throws Exception {
        RawPeer peer = greeted();
        assertThat(peer.tls("AUTH PLAIN " + RIGHT + "\r\n")).isEqualTo(IN);
        return peer;
    }

    private RawPeer greeted() throws Exception {
        RawPeer peer = upgraded(SmtpFixture.greeted(side(TlsPolicy.REQUIRED, login)));
        peer.tls("EHLO me\r\n");
        return peer;
    }

    private static RawPeer upgraded(RawPeer peer) throws Exception {
        return peer.upgraded("STARTTLS\r\n", "220 2.0.0 Ready to start TLS\r\n");
    }

    private Endpoint side(TlsPolicy policy, SmtpLogin handler) {
        return Endpoint.of(
                new SmtpServerDialogue("mail.example.org", policy, handler, handler.extensions(mail.extensions())),
                SmtpFixture.server(policy));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes every message, and notes what it hears of clients. */
    private final class Hearing implements SmtpDelivery {

        @Override
        public CompletionStage<Optional<SmtpReply>> admit(SmtpSession session) {
            heard.add("admit");
            return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public SmtpDataReceiver begin(SmtpEnvelope envelope) {
            return SmtpFixture.into(mailbox).begin(envelope);
        }

        @Override
        public void ended(SmtpSession session, SessionEnd end) {
            heard.add("ended");
        }
    }
}
