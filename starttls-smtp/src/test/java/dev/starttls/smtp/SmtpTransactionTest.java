package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpTransactionTest {

    private final List<SmtpFixture.Delivered> mailbox = new ArrayList<>();
    private final SmtpSession session = new SmtpSession(State.SECURE, ConnectionInfo.UNKNOWN);
    private final SmtpTransaction mail = new SmtpTransaction(SmtpFixture.into(mailbox), 65_536);

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA"})
    void nothing_of_a_transaction_goes_before_ehlo(String command) {
        assertThat(reply(command).lines().get(0)).startsWith("503 5.5.1 ");
    }

    @Test
    void the_commands_go_in_their_order_alone() {
        greet();
        assertThat(code("RCPT TO:<a@b>")).isEqualTo(503);
        assertThat(code("DATA")).isEqualTo(503);
        assertThat(code("MAIL FROM:<a@b>")).isEqualTo(250);
        assertThat(code("MAIL FROM:<a@b>")).isEqualTo(503);
        assertThat(code("DATA")).isEqualTo(503);
        assertThat(code("RCPT TO:<c@d>")).isEqualTo(250);
        assertThat(code("RSET")).isEqualTo(250);
        assertThat(code("RCPT TO:<c@d>")).isEqualTo(503);
    }

    @Test
    void a_second_ehlo_ends_the_transaction() {
        begin();
        assertThat(mail.greeted(session)).isEmpty();
        assertThat(code("RCPT TO:<c@d>")).isEqualTo(503);
    }

    @Test
    void a_message_is_delivered_with_its_envelope_and_the_transaction_is_over() {
        greet();
        code("MAIL FROM:<> BODY=8BITMIME SIZE=100");
        code("RCPT TO:<one@example.org>");
        code("RCPT TO:<Postmaster>");
        SmtpDataReceiver receiver = data();
        receiver.line("hello");
        assertThat(receiver.end().code()).isEqualTo(250);
        SmtpEnvelope envelope = mailbox.get(0).envelope();
        assertThat(envelope.sender()).isEmpty();
        assertThat(envelope.recipients()).containsExactly("one@example.org", "Postmaster");
        assertThat(mailbox.get(0).lines()).containsExactly("hello");
        assertThat(code("RCPT TO:<one@example.org>")).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a@b>",
                "<a.b+c@d.example>",
                "<\"a b>\\\"\"@c>",
                "<a@[192.0.2.1]>",
                "<a@[IPv6:2001:db8::1]>",
                "<@x,@y:a@b>",
                "<\u00fc@\u00fc.example>",
                "<>"
            })
    void a_path_of_the_grammar_is_taken(String path) {
        greet();
        assertThat(code("MAIL FROM:" + path)).isEqualTo(250);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<",
                ">",
                "a@b",
                "<a@b",
                "a@b>",
                "<a@>",
                "<@b>",
                "<a b@c>",
                "<a@b>x",
                "<a@b><c@d>",
                " <a@b>",
                "<a..b@c>",
                "<.a@b>",
                "<a@b..c>",
                "<\"a@b>",
                "<a>",
                "<@x:>",
                "<a@b>\tSIZE=1",
                "<<a@b>>",
                "<a@b c>"
            })
    void an_invalid_path_is_answered_501(String path) {
        greet();
        assertThat(reply("MAIL FROM:" + path).lines().get(0)).startsWith("501 5.5.4 ");
    }

    @Test
    void a_path_is_bounded_and_a_long_one_is_read_at_once() {
        greet();
        assertThat(code("MAIL FROM:<" + "a".repeat(1_000) + "@b>")).isEqualTo(501);
        assertThat(code("MAIL FROM:<" + "\"".repeat(1_000))).isEqualTo(501);
        assertThat(code("MAIL FROM:<" + "a.".repeat(500) + "@b>")).isEqualTo(501);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<>", "<a>", "", "<a@b> NOTIFY"})
    void a_recipient_must_be_an_address_without_parameters(String path) {
        begin();
        assertThat(code("RCPT TO:" + path)).isIn(501, 555);
    }

    @ParameterizedTest
    @CsvSource({
        "SIZE=65536, 250",
        "SIZE=000000000000065536, 250",
        "SIZE=65537, 552",
        "SIZE=99999999999999999999, 552",
        "SIZE=999999999999999999999, 501",
        "SIZE=-1, 501",
        "SIZE=, 501",
        "size=1 body=7bit, 250",
        "BODY=BINARYMIME, 555",
        "REQUIRETLS, 555",
        "AUTH=<>, 555"
    })
    void parameters_of_mail_are_known_or_refused(String parameters, int code) {
        greet();
        assertThat(code("MAIL FROM:<a@b> " + parameters)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "XYZZY, 500",
        "'', 500",
        "EXPN list, 502",
        "VRFY, 501",
        "VRFY x, 252",
        "HELP, 214",
        "RSET x, 501",
        "AUTH PLAIN, 500",
        "MAIL, 501",
        "MAIL TO:<a@b>, 501"
    })
    void other_commands_are_answered_as_they_should(String command, int code) {
        greet();
        assertThat(code(command)).isEqualTo(code);
    }

    @Test
    void data_takes_no_argument() {
        begin();
        code("RCPT TO:<c@d>");
        assertThat(code("DATA x")).isEqualTo(501);
        assertThat(data()).isNotNull();
    }

    @Test
    void recipients_are_bounded() {
        begin();
        for (int i = 0; i < SmtpTransaction.MAX_RECIPIENTS; i++) {
            assertThat(code("RCPT TO:<a" + i + "@b>")).isEqualTo(250);
        }
        assertThat(reply("RCPT TO:<more@b>").lines().get(0)).startsWith("452 4.5.3 ");
    }

    @Test
    void a_message_over_the_size_is_refused_at_its_end_and_abandoned_once() {
        List<String> heard = new ArrayList<>();
        SmtpTransaction small = new SmtpTransaction(envelope -> abandoned(heard), 65_536);
        greet();
        small.handle(SmtpCommand.parse("MAIL FROM:<a@b>"), session);
        small.handle(SmtpCommand.parse("RCPT TO:<a@b>"), session);
        SmtpDataReceiver receiver = ((SmtpAnswer.Data) small.handle(SmtpCommand.parse("DATA"), session)).receiver();
        receiver.line("a".repeat(65_534));
        receiver.line("b");
        receiver.line("c");
        receiver.abandoned();
        assertThat(receiver.cutOff()).isEmpty();
        assertThat(receiver.end().lines().get(0)).startsWith("552 5.3.4 ");
        assertThat(heard).containsExactly("line", "abandoned");
    }

    @Test
    void a_message_without_end_is_cut_off_after_as_much_again() {
        List<String> heard = new ArrayList<>();
        Endpoint server = Endpoint.of(
                new SmtpServerDialogue(
                        "mail.example.org",
                        TlsPolicy.OPPORTUNISTIC,
                        new SmtpTransaction(envelope -> abandoned(heard), 65_536),
                        List.of()),
                SmtpFixture.server(TlsPolicy.OPPORTUNISTIC));
        RawPeer client = SmtpFixture.greeted(server);
        assertThat(client.say("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n"))
                .endsWith("354 End with a dot on a line by itself\r\n");
        String kilobyte = "x".repeat(1_022) + "\r\n";
        int kilobytes = 0;
        String answer = "";
        while (answer.isEmpty() && kilobytes < 10_000) {
            answer = client.say(kilobyte);
            kilobytes++;
        }
        assertThat(kilobytes).isEqualTo(129);
        assertThat(answer.lines())
                .containsExactly(
                        "552 5.3.4 Message too large",
                        "421 4.3.0 mail.example.org Not reading the rest, closing the connection");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(heard).hasSize(65).last().isEqualTo("abandoned");
    }

    @Test
    void the_delivery_may_refuse_a_recipient() {
        SmtpTransaction relay = refusing(SmtpReply.of(550, "5.7.1 No relaying"));
        greet();
        relay.handle(SmtpCommand.parse("MAIL FROM:<a@b>"), session);
        assertThat(relay.handle(SmtpCommand.parse("RCPT TO:<c@d>"), session))
                .isEqualTo(SmtpAnswer.of(550, "5.7.1 No relaying"));
        assertThat(((SmtpAnswer.Reply) relay.handle(SmtpCommand.parse("DATA"), session))
                        .reply()
                        .code())
                .isEqualTo(503);
    }

    @Test
    void the_delivery_may_refuse_a_connection() {
        SmtpReply refusal = SmtpReply.of(554, "5.7.1 Not served");
        SmtpTransaction relay = new SmtpTransaction(
                new SmtpDelivery() {
                    @Override
                    public SmtpDataReceiver begin(SmtpEnvelope envelope) {
                        throw new AssertionError("Expected no message");
                    }

                    @Override
                    public Optional<SmtpReply> connected(SmtpSession connected) {
                        return connected.equals(session) ? Optional.of(refusal) : Optional.empty();
                    }
                },
                65_536);
        assertThat(relay.connected(session)).contains(refusal);
        assertThat(relay.admit(session)).isCompletedWithValue(Optional.of(refusal));
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 354})
    void a_refusal_that_accepts_takes_no_recipient(int code) {
        SmtpTransaction relay = refusing(SmtpReply.of(code, "Fine"));
        greet();
        relay.handle(SmtpCommand.parse("MAIL FROM:<a@b>"), session);
        assertThatThrownBy(() -> relay.handle(SmtpCommand.parse("RCPT TO:<c@d>"), session))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("4yz or 5yz")
                .hasMessageContaining("got " + code)
                .hasMessageContaining("Optional.empty()");
    }

    private static SmtpTransaction refusing(SmtpReply refusal) {
        return new SmtpTransaction(
                new SmtpDelivery() {
                    @Override
                    public SmtpDataReceiver begin(SmtpEnvelope envelope) {
                        throw new AssertionError("Expected no message");
                    }

                    @Override
                    public Optional<SmtpReply> refusal(SmtpEnvelope envelope, String recipient) {
                        assertThat(recipient).isEqualTo("c@d");
                        return Optional.of(refusal);
                    }
                },
                65_536);
    }

    @Test
    void a_size_below_what_every_server_must_take_is_refused() {
        assertThatThrownBy(() -> new SmtpTransaction(SmtpFixture.into(mailbox), 65_535))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65536");
    }

    private void greet() {
        session.greet(Optional.of(SmtpCommand.parse("EHLO c")));
    }

    private void begin() {
        greet();
        assertThat(code("MAIL FROM:<a@b>")).isEqualTo(250);
    }

    private SmtpDataReceiver data() {
        return ((SmtpAnswer.Data) mail.handle(SmtpCommand.parse("DATA"), session)).receiver();
    }

    private SmtpReply reply(String command) {
        return ((SmtpAnswer.Reply) mail.handle(SmtpCommand.parse(command), session)).reply();
    }

    private int code(String command) {
        return reply(command).code();
    }

    /** A receiver that records its calls, and whose message has no end. */
    private static SmtpDataReceiver abandoned(List<String> calls) {
        return new SmtpDataReceiver() {
            @Override
            public void line(String line) {
                calls.add("line");
            }

            @Override
            public SmtpReply end() {
                throw new AssertionError("Expected no end of an abandoned message");
            }

            @Override
            public void abandoned() {
                calls.add("abandoned");
            }
        };
    }
}
