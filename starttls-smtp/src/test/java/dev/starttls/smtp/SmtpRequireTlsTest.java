package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.policy.RequireTls;
import dev.starttls.smtp.policy.RequireTls.Condition;
import dev.starttls.smtp.policy.RequireTls.MxName;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** REQUIRETLS of both sides (RFC 8689 sections 2 and 4.1). */
@Timeout(60)
class SmtpRequireTlsTest {

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    private final List<SmtpFixture.Delivered> mailbox = new ArrayList<>();
    private final SmtpTransaction knowing = new SmtpTransaction(new Knowing(), 65_536);
    private final SmtpTransaction ignorant = new SmtpTransaction(SmtpFixture.into(mailbox), 65_536);

    private final class Knowing implements SmtpDelivery {

        @Override
        public SmtpDataReceiver begin(SmtpEnvelope envelope) {
            return SmtpFixture.into(mailbox).begin(envelope);
        }

        @Override
        public Set<String> mailParameters() {
            return Set.of(RequireTls.KEYWORD);
        }
    }

    @Test
    void a_server_that_knows_it_announces_it_inside_tls_and_says_so_of_the_message() throws Exception {
        try (SmtpConnection mail = connected(knowing, TlsPolicy.REQUIRED)) {
            assertThat(mail.report().offeredBefore())
                    .doesNotContain("REQUIRETLS")
                    .contains("STARTTLS");
            RequireTls answer = mail.requireTls(MxName.NOT_FROM_MX, RequireTls.Certificate.PKIX);
            assertThat(answer.met()).isTrue();
            assertThat(mail.requireTls(MxName.NOT_VALIDATED, RequireTls.Certificate.PKIX)
                            .missing())
                    .containsExactly(Condition.MX_NAME);
        }
    }

    @Test
    void a_client_hears_that_a_server_does_not_know_it() throws Exception {
        try (SmtpConnection mail = connected(ignorant, TlsPolicy.REQUIRED)) {
            assertThat(mail.requireTls(MxName.DNSSEC, RequireTls.Certificate.PKIX)
                            .missing())
                    .containsExactly(Condition.OFFER);
        }
    }

    @Test
    void a_client_hears_that_there_is_no_tls() throws Exception {
        try (SmtpConnection mail = connected(knowing, TlsPolicy.DISABLED)) {
            assertThat(mail.requireTls(MxName.DNSSEC, RequireTls.Certificate.PKIX)
                            .missing())
                    .containsExactly(Condition.TLS, Condition.CERTIFICATE, Condition.OFFER);
        }
    }

    @Test
    void the_envelope_says_that_it_was_asked_for() {
        SmtpSession session = greeted(knowing, State.SECURE);
        assertThat(code(knowing, session, "MAIL FROM:<a@b> requiretls SIZE=10")).isEqualTo(250);
        assertThat(code(knowing, session, "RCPT TO:<c@d>")).isEqualTo(250);
        ((SmtpAnswer.Data) knowing.handle(SmtpCommand.parse("DATA"), session))
                .receiver()
                .end();
        assertThat(code(knowing, session, "MAIL FROM:<a@b>")).isEqualTo(250);
        assertThat(code(knowing, session, "RCPT TO:<c@d>")).isEqualTo(250);
        ((SmtpAnswer.Data) knowing.handle(SmtpCommand.parse("DATA"), session))
                .receiver()
                .end();
        assertThat(mailbox.stream().map(message -> message.envelope().requiresTls()))
                .containsExactly(true, false);
    }

    @Test
    void in_plaintext_it_is_refused() {
        assertThat(line(knowing, greeted(knowing, State.PLAINTEXT), "MAIL FROM:<a@b> REQUIRETLS"))
                .startsWith("530 5.7.10 ");
    }

    @Test
    void it_takes_no_value() {
        assertThat(line(knowing, greeted(knowing, State.SECURE), "MAIL FROM:<a@b> REQUIRETLS=YES"))
                .startsWith("501 5.5.4 ");
    }

    @Test
    void a_server_that_does_not_know_it_refuses_it_and_does_not_announce_it() {
        assertThat(line(ignorant, greeted(ignorant, State.SECURE), "MAIL FROM:<a@b> REQUIRETLS"))
                .startsWith("555 5.5.4 ");
        assertThat(ignorant.extensions()).doesNotContain("REQUIRETLS");
        assertThat(knowing.extensions()).contains("REQUIRETLS");
    }

    private SmtpConnection connected(SmtpTransaction transaction, TlsPolicy policy) throws Exception {
        ServerSocketChannel listening = SmtpServer.named("mx.example.org", transaction)
                .extensions(transaction.extensions())
                .policy(TlsPolicy.OPPORTUNISTIC)
                .sslContext(SmtpFixture.SERVER_CONTEXT)
                .listen(loop.loop(), Loopback.anyPort());
        return SmtpClient.to("localhost", listening.socket().getLocalPort())
                .sslContext(SmtpFixture.CLIENT_CONTEXT)
                .policy(policy)
                .connect();
    }

    private static SmtpSession greeted(SmtpTransaction mail, State side) {
        SmtpSession session = new SmtpSession(side, ConnectionInfo.UNKNOWN);
        session.greet(java.util.Optional.of(SmtpCommand.parse("EHLO client.example.org")));
        assertThat(mail.greeted(session)).isEmpty();
        return session;
    }

    private static int code(SmtpTransaction mail, SmtpSession session, String command) {
        return Integer.parseInt(line(mail, session, command).substring(0, 3));
    }

    private static String line(SmtpTransaction mail, SmtpSession session, String command) {
        return ((SmtpAnswer.Reply) mail.handle(SmtpCommand.parse(command), session))
                .reply()
                .lines()
                .get(0);
    }
}
