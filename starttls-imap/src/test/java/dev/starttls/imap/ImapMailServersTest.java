package dev.starttls.imap;

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
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our client against IMAP servers that we did not write. */
@Tag("peers")
@Timeout(180)
class ImapMailServersTest extends MailServersContract<ImapClient, ImapConnection> {

    @Override
    protected ImapClient to(int port) {
        return ImapClient.to("localhost", port);
    }

    @Override
    protected int port(MailStore server) {
        return server.imap();
    }

    @Override
    protected int implicitTlsPort(MailStore server) {
        return server.imaps();
    }

    @Override
    protected String loginProcess() {
        return "imap-login";
    }

    @Override
    protected int upgradeTrips() {
        return 4;
    }

    @Override
    protected int implicitTlsTrips() {
        return 2;
    }

    @Override
    protected void readMail(ImapConnection mail, LineTalk talk) throws Exception {
        assertThat(mail.capabilities().has("IMAP4rev1")).isTrue();
        assertThat(mail.capabilities().has("AUTH=PLAIN")).isTrue();
        assertThat(mail.capabilities().has("STARTTLS")).isFalse();
        assertThat(mail.capabilities().loginDisabled()).isFalse();
        talk.imap("a", "LOGIN mary secret");
        assertThat(talk.imap("b", "SELECT INBOX")).contains("* 1 EXISTS");
        assertThat(talk.imap("c", "FETCH 1 BODY.PEEK[]")).contains("Subject: first", "hello, mary");
        talk.imap("d", "LOGOUT");
    }

    /** Both announce STARTTLS in their greeting, so that there is nothing to save by not asking. */
    @ParameterizedTest
    @CsvSource({
        "DOVECOT, TLSv1.3, ASKED_WITH_HELLO, TAKEN, 3",
        "DOVECOT, TLSv1.2, ASKED_WITH_HELLO, TAKEN, 3",
        "CYRUS, TLSv1.3, ASKED, SILENT, 4"
    })
    void a_client_hello_that_comes_with_starttls_is_taken_or_not(
            MailStore.Kind kind, String version, Proposal second, Answer learnt, int roundTrips) throws Exception {
        try (MailStore server = kind.start(certificates.localhost(KeyKind.EC))) {
            server.deliver("Subject: first\n\nhello, mary\n");
            HostMemory memory = HostMemory.inMemory(10);
            SSLContext context = certificates.client();
            ImapClient client = client(server.imap(), context, version)
                    .direct(DirectUpgrade.REMEMBERED)
                    .memory(memory);
            read(kind, client, fullTrips(version));
            assertThat(memory.recall("localhost", server.imap())).isEqualTo(HostFacts.NONE.withUpgraded());
            try (ImapConnection mail = client.connect()) {
                assertThat(mail.report().proposal()).isEqualTo(second);
                assertThat(mail.capabilities().has("AUTH=PLAIN")).isTrue();
            }
            assertThat(memory.recall("localhost", server.imap()).clientHello()).isEqualTo(learnt);
            read(kind, client, roundTrips);
        }
    }
}
