package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.RecentTlsUses;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.testing.ProtocolUnderTest.Exchange;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.DowngradeDetection;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A protocol's client and server against each other, in memory, with the JDK's TLS: every version and key, and sessions that
 * are resumed. To be extended by one class for each protocol, which adds what is said in it.
 */
public abstract class ClientServerContract {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SSLContext CLIENT_CONTEXT = CERTIFICATES.client();

    /** For a class of one protocol. */
    protected ClientServerContract() {}

    /** The protocol. */
    protected abstract ProtocolUnderTest protocol();

    /** The greeting that a client's dialogue knows. */
    protected abstract Optional<?> greeting(Dialogue client);

    @ParameterizedTest
    @CsvSource({"TLSv1.3, EC", "TLSv1.3, RSA", "TLSv1.2, EC", "TLSv1.2, RSA"})
    void every_version_and_key_upgrades_however_it_is_proposed(String version, KeyKind kind) {
        SSLContext context = CERTIFICATES.server(CERTIFICATES.localhost(kind));
        for (TlsPolicy policy : List.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.IMPLICIT)) {
            for (DirectUpgrade direct : DirectUpgrade.values()) {
                Dialogue dialogue = protocol().client();
                Endpoint client = connect(
                                dialogue,
                                context,
                                TestSettings.settings(policy, CLIENT_CONTEXT, version)
                                        .withDirect(direct)
                                        .withMemory(HostMemory.inMemory(1)))
                        .client()
                        .requireNoFailure();
                assertThat(client.connection().ready()).isTrue();
                assertThat(client.connection().state()).isEqualTo(State.SECURE);
                assertThat(client.connection().report().tls().orElseThrow().version())
                        .isEqualTo(version);
                assertThat(client.connection().report().offeredInside())
                        .isEqualTo(protocol().announcedInside());
                assertThat(greeting(dialogue).isPresent())
                        .as("forgotten at an upgrade")
                        .isEqualTo(policy == TlsPolicy.IMPLICIT);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tls_is_remembered_of_a_server_wherever_it_was_used(TlsPolicy policy) {
        RecentTlsUses history = TlsHistory.inMemory(1);
        Dialogue dialogue = protocol().client();
        connect(
                        dialogue,
                        TestSettings.SERVER_CONTEXT,
                        TestSettings.client(policy)
                                .withDowngrades(DowngradeDetection.blocking(history, () -> Instant.EPOCH)))
                .client()
                .requireNoFailure();
        if (policy == TlsPolicy.DISABLED) {
            assertThat(history.uses()).isEmpty();
        } else {
            assertThat(history.uses()).containsOnlyKeys(new HostService("localhost", 587, dialogue.protocol()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_second_connection_resumes_the_session(String version) {
        SSLContext serverContext = CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));
        UpgradeSettings settings = TestSettings.settings(TlsPolicy.REQUIRED, CERTIFICATES.client(), version);
        List<Resumption> resumptions = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            MemoryLink link = connect(protocol().client(), serverContext, settings);
            resumptions.add(
                    link.client().connection().report().tls().orElseThrow().resumption());
            for (Exchange exchange : protocol().session()) {
                link.client().send(exchange.commandOctets());
                link.run();
            }
        }
        assertThat(resumptions).containsExactly(Resumption.FULL, Resumption.RESUMED);
    }

    @ParameterizedTest
    @EnumSource(names = {"IMPLICIT", "DISABLED"})
    void where_nothing_is_upgraded_no_upgrade_is_proposed(TlsPolicy policy) {
        for (DirectUpgrade direct : DirectUpgrade.values()) {
            for (HostFacts facts : List.of(HostFacts.NONE, UpgradeContract.TAKING)) {
                HostMemory memory = HostMemory.inMemory(1);
                memory.update("localhost", 587, none -> facts);
                Endpoint client = connect(
                                protocol().client(),
                                TestSettings.SERVER_CONTEXT,
                                TestSettings.client(policy).withDirect(direct).withMemory(memory))
                        .client()
                        .requireNoFailure();
                assertThat(client.connection().ready()).isTrue();
                assertThat(client.sentText())
                        .doesNotContain(protocol().upgrade().command());
            }
        }
    }

    private MemoryLink connect(Dialogue dialogue, SSLContext serverContext, UpgradeSettings client) {
        TlsPolicy policy = client.policy();
        return MemoryLink.between(
                        Endpoint.of(dialogue, client),
                        Endpoint.of(protocol().server(policy), TestSettings.settings(policy, serverContext)))
                .run();
    }
}
