package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.EximServer;
import dev.starttls.core.testing.PostfixServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.Proposal;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What SMTP servers that we did not write make of STARTTLS without EHLO, and of a ClientHello that comes with it. */
@Tag("peers")
@Timeout(180)
class DirectPeersTest {

    private static final HostFacts UPGRADED = HostFacts.NONE.withUpgraded();
    private static final HostFacts TAKING = UPGRADED.withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN);

    private final TestCertificates certificates = TestCertificates.shared();
    private final HostMemory memory = HostMemory.inMemory(10);
    private final List<String> heard = new ArrayList<>();

    @ParameterizedTest
    @EnumSource(names = {"ALWAYS", "REMEMBERED"})
    void postfix_takes_starttls_right_after_its_greeting(DirectUpgrade direct) throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(KeyKind.EC))) {
            SmtpClient client = client(postfix.port()).direct(direct);
            if (direct == DirectUpgrade.REMEMBERED) {
                assertThat(upgrade(client, Proposal.ASKED)).isEqualTo(5);
                assertThat(facts(postfix.port())).isEqualTo(UPGRADED);
            }
            assertThat(upgrade(client, Proposal.UNASKED)).isEqualTo(4);
            assertThat(upgrade(client, Proposal.UNASKED)).isEqualTo(4);
            assertThat(facts(postfix.port())).isEqualTo(UPGRADED.withCommand(Answer.TAKEN));
        }
    }

    @Test
    void postfix_throws_a_client_hello_that_comes_along_away_and_is_silent() throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(KeyKind.EC))) {
            memory.update("localhost", postfix.port(), known -> TAKING);
            SmtpClient client = client(postfix.port()).direct(DirectUpgrade.REMEMBERED);
            assertThat(upgrade(client, Proposal.ASKED))
                    .as("of the second connection")
                    .isEqualTo(5);
            assertThat(heard).containsExactly("proposed", "proposed", "upgraded");
            assertThat(facts(postfix.port())).isEqualTo(TAKING.withClientHello(Answer.SILENT));
            assertThat(upgrade(client, Proposal.UNASKED)).isEqualTo(4);
        }
    }

    @Test
    void exim_wants_ehlo_first_and_is_asked_from_then_on() throws Exception {
        try (EximServer exim = EximServer.start(certificates.localhost(KeyKind.EC))) {
            SmtpClient client = client(exim.port()).direct(DirectUpgrade.REMEMBERED);
            assertThat(upgrade(client, Proposal.ASKED)).isEqualTo(5);
            assertThat(upgrade(client, Proposal.ASKED))
                    .as("the refusal costs one")
                    .isEqualTo(6);
            assertThat(facts(exim.port())).isEqualTo(UPGRADED.withCommand(Answer.REFUSED));
            assertThat(upgrade(client, Proposal.ASKED)).isEqualTo(5);
        }
    }

    @Test
    void exim_throws_a_client_hello_that_comes_along_away_too() throws Exception {
        try (EximServer exim = EximServer.start(certificates.localhost(KeyKind.EC))) {
            memory.update("localhost", exim.port(), known -> TAKING.withCommand(Answer.REFUSED));
            SmtpClient client = client(exim.port()).direct(DirectUpgrade.REMEMBERED);
            assertThat(upgrade(client, Proposal.ASKED)).isEqualTo(5);
            assertThat(heard).containsExactly("proposed", "proposed", "upgraded");
            assertThat(facts(exim.port()).clientHello()).isEqualTo(Answer.SILENT);
        }
    }

    private SmtpClient client(int port) {
        return SmtpClient.to("localhost", port)
                .sslContext(certificates.client())
                .memory(memory)
                .listener(new UpgradeListener() {
                    @Override
                    public void proposed() {
                        heard.add("proposed");
                    }

                    @Override
                    public void upgraded(UpgradeReport report) {
                        heard.add("upgraded");
                    }

                    @Override
                    public void failed(UpgradeException why) {
                        heard.add("failed " + why.reason());
                    }
                });
    }

    private static int upgrade(SmtpClient client, Proposal proposal) throws Exception {
        try (SmtpConnection mail = client.connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            assertThat(mail.report().proposal()).isEqualTo(proposal);
            assertThat(mail.capabilities().has("PIPELINING")).isTrue();
            return mail.report().roundTrips();
        }
    }

    private HostFacts facts(int port) {
        return memory.recall("localhost", port);
    }
}
