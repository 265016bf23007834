package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ConnectionLimits;
import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.imap.ImapAnswer;
import dev.starttls.imap.ImapServer;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpServer;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** Servers of all protocols refuse one client too many in their words. */
class BusyServerTest {

    private static final Peer CLIENT = new Peer("192.0.2.1", 1);
    private static final SSLContext SERVING =
            TestCertificates.shared().server(TestCertificates.shared().localhost(KeyKind.EC));

    private static Map<String, ServerSetup<?>> servers() {
        return Map.of(
                "421 4.7.0 mx Too many connections, closing the connection\r\n",
                SmtpServer.named("mx", (command, session) -> SmtpAnswer.of(502, "no")),
                "* BYE mx too many connections\r\n",
                ImapServer.named("mx", (command, session) -> ImapAnswer.bad("no")),
                "-ERR [SYS/TEMP] Too many connections, closing this one\r\n",
                Pop3Server.named("mx", (command, session) -> Pop3Answer.error("no")));
    }

    @Test
    void one_too_many_hears_so_and_has_its_place_when_another_has_ended() {
        servers().forEach((words, server) -> {
            server.sslContext(SERVING);
            server.connectionLimits(ConnectionLimits.NONE.withPerClient(1));
            Endpoint first = Endpoint.of(server.connection(CLIENT)).run().requireNoFailure();
            Endpoint second = Endpoint.of(server.connection(CLIENT)).run();
            assertThat(second.takeText()).isEqualTo(words);
            assertThat(second.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
            assertThat(second.upgradeFailure()).hasMessageContaining("at most 1 connections at once of 192.0.2.1");

            first.connection().end();
            Endpoint third = Endpoint.of(server.connection(CLIENT)).run().requireNoFailure();
            assertThat(third.takeText()).doesNotContain("oo many");
        });
    }

    @Test
    void with_implicit_tls_it_is_closed_without_a_word() {
        servers().forEach((words, server) -> {
            server.sslContext(SERVING);
            server.policy(TlsPolicy.IMPLICIT);
            server.connectionLimits(ConnectionLimits.NONE.withTotal(1));
            List<Endpoint> both = List.of(
                    Endpoint.of(server.connection(CLIENT)).run(),
                    Endpoint.of(server.connection(CLIENT)).run());
            both.get(0).requireNoFailure();
            assertThat(both.get(1).take()).isEmpty();
            assertThat(both.get(1).upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        });
    }
}
