package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.LineTalk;
import dev.starttls.core.testing.MailServersContract;
import dev.starttls.core.testing.MailStore;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.Proposal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our client against POP3 servers that we did not write. */
@Tag("peers")
@Timeout(180)
class Pop3MailServersTest extends MailServersContract<Pop3Client, Pop3Connection> {

    @Override
    protected Pop3Client to(int port) {
        return Pop3Client.to("localhost", port);
    }

    @Override
    protected int port(MailStore server) {
        return server.pop3();
    }

    @Override
    protected int implicitTlsPort(MailStore server) {
        return server.pop3s();
    }

    @Override
    protected String loginProcess() {
        return "pop3-login";
    }

    @Override
    protected int upgradeTrips() {
        return 5;
    }

    @Override
    protected int implicitTlsTrips() {
        return 3;
    }

    @Override
    protected void readMail(Pop3Connection mail, LineTalk talk) throws Exception {
        assertThat(mail.capabilities().has("USER")).isTrue();
        assertThat(mail.capabilities().parameters("SASL")).contains("PLAIN");
        assertThat(mail.capabilities().has("STLS")).isFalse();
        talk.pop3("USER mary");
        talk.pop3("PASS secret");
        assertThat(talk.pop3("STAT")).startsWith("+OK 1 ");
        assertThat(talk.pop3Lines("RETR 1")).contains("Subject: first", "hello, mary");
        talk.pop3("QUIT");
    }

    @ParameterizedTest
    @CsvSource({"DOVECOT", "CYRUS"})
    void a_server_that_is_known_to_have_stls_is_not_asked_for_it(MailStore.Kind kind) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            read(kind, client(server.pop3(), certificates.client(), "TLSv1.3").direct(DirectUpgrade.ALWAYS), 4);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DOVECOT, TLSv1.3, UNASKED_WITH_HELLO, TAKEN, 3",
        "DOVECOT, TLSv1.2, UNASKED_WITH_HELLO, TAKEN, 3",
        "CYRUS, TLSv1.3, ASKED, SILENT, 4"
    })
    void stls_is_said_unasked_and_a_client_hello_that_comes_with_it_is_taken_or_not(
            MailStore.Kind kind, String version, Proposal third, Answer learnt, int roundTrips) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            HostMemory memory = HostMemory.inMemory(10);
            Pop3Client client = client(server.pop3(), certificates.client(), version)
                    .direct(DirectUpgrade.REMEMBERED)
                    .memory(memory);
            read(kind, client, fullTrips(version));
            assertThat(memory.recall("localhost", server.pop3())).isEqualTo(HostFacts.NONE.withUpgraded());
            read(kind, client, 4);
            assertThat(memory.recall("localhost", server.pop3()).command()).isEqualTo(Answer.TAKEN);
            try (Pop3Connection mail = client.connect()) {
                assertThat(mail.report().proposal()).isEqualTo(third);
                assertThat(mail.capabilities().has("USER")).isTrue();
            }
            assertThat(memory.recall("localhost", server.pop3()).clientHello()).isEqualTo(learnt);
            read(kind, client, roundTrips);
        }
    }
}
