package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.tls.ChannelBinding.Available;
import dev.starttls.core.tls.ChannelBinding.Reason;
import dev.starttls.core.tls.ChannelBinding.Unavailable;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application asks of the session: the same facts and the same bindings on both sides. */
class SessionFactsTest {

    private static final ChannelBinding.Type END_POINT = ChannelBinding.Type.TLS_SERVER_END_POINT;

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void each_side_knows_both_chains_and_the_session(String version) {
        TlsSettings tls = TlsSettings.builder()
                .context(Connections.TRUSTING)
                .versions(version)
                .applicationProtocols("lines")
                .build();
        UpgradeSettings serving = serverSettings(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Connections.SERVING)
                        .applicationProtocols("lines")
                        .build());
        MemoryLink link = MemoryLink.between(
                        client(clientSettings(TlsPolicy.REQUIRED).withTls(tls)), server(serving))
                .run();
        Negotiated ours = negotiated(link.client());
        Negotiated theirs = negotiated(link.server());

        assertThat(theirs.ownChain()).isNotEmpty().isEqualTo(ours.peerChain());
        assertThat(ours.ownChain()).isEmpty();
        assertThat(theirs.peerChain()).isEmpty();
        assertThat(ours.applicationProtocol()).contains("lines").isEqualTo(theirs.applicationProtocol());
        assertThat(ours.namedGroup()).isEqualTo(theirs.namedGroup()).isPresent();
        assertThat(ours.suite()).isEqualTo(theirs.suite());
        assertThat(ours.resumption()).isEqualTo(theirs.resumption());
        assertThat(theirs.sessionId().orElse("")).matches("([0-9a-f]{2}){0,32}");
        if (version.equals("TLSv1.3")) {
            assertThat(ours.sessionId().orElseThrow()).matches("([0-9a-f]{2}){32}");
        }
    }

    @Test
    void a_session_resumed_by_its_identifier_has_the_same_on_both_sides() throws Exception {
        var serving = Connections.CERTIFICATES.server(Connections.CERTIFICATES.localhost(KeyKind.EC));
        UpgradeSettings settings = clientSettings(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Connections.CERTIFICATES.client())
                        .versions("TLSv1.2")
                        .build());
        List<String> identifiers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            MemoryLink link = MemoryLink.between(
                            new UpgradeConnection(new LineProtocolClient(), settings, new Peer("localhost", 143)),
                            server(serverSettings(TlsPolicy.REQUIRED)
                                    .withTls(TlsSettings.builder()
                                            .context(serving)
                                            .build())))
                    .run();
            identifiers.add(negotiated(link.client()).sessionId().orElseThrow());
            // Certificates are those of the full handshake, and so is what binds to them.
            assertThat(binding(link.client())).isEqualTo(binding(link.server()));
            assertThat(negotiated(link.server()).ownChain()).isNotEmpty();
        }
        assertThat(identifiers.get(1)).isEqualTo(identifiers.get(0));
    }

    @Test
    void the_facts_are_a_copy_that_nobody_changes() {
        MemoryLink link = MemoryLink.between(client(TlsPolicy.REQUIRED), server(TlsPolicy.REQUIRED))
                .run();
        Negotiated tls = negotiated(link.client());
        assertThatThrownBy(() -> tls.peerChain().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> tls.ownChain().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void both_sides_have_the_same_binding_once_the_upgrade_is_done() throws Exception {
        UpgradeConnection connection = client(TlsPolicy.REQUIRED);
        assertThat(reason(connection)).isEqualTo(Reason.NOT_ESTABLISHED);
        assertThat(((Unavailable) connection.channelBinding(END_POINT)).detail())
                .contains("state PLAINTEXT")
                .contains("once the upgrade is done");
        MemoryLink link =
                MemoryLink.between(connection, server(TlsPolicy.REQUIRED)).run();

        byte[] octets = binding(link.client());
        assertThat(octets)
                .isEqualTo(binding(link.server()))
                .isEqualTo(MessageDigest.getInstance("SHA-256")
                        .digest(negotiated(link.client()).peerChain().get(0).getEncoded()));
        connection.end();
        assertThat(((Available) connection.channelBinding(END_POINT)).octets()).isEqualTo(octets);
        assertThatThrownBy(() -> connection.channelBinding(null)).isInstanceOf(NullPointerException.class);
    }

    @ParameterizedTest
    @EnumSource(ChannelBinding.Type.class)
    void a_connection_that_has_failed_or_stays_in_plaintext_has_none(ChannelBinding.Type type) {
        UpgradeConnection refused = new UpgradeConnection(
                new LineProtocolClient(), clientSettings(TlsPolicy.REQUIRED), new Peer("other.example", 25));
        MemoryLink.between(refused, server(TlsPolicy.REQUIRED)).run();
        assertThat(refused.state()).isEqualTo(State.FAILED);
        assertThat(((Unavailable) refused.channelBinding(type)).reason()).isEqualTo(Reason.NOT_ESTABLISHED);

        UpgradeConnection plain = client(TlsPolicy.DISABLED);
        MemoryLink.between(plain, server(TlsPolicy.DISABLED)).run();
        assertThat(plain.ready()).isTrue();
        assertThat(((Unavailable) plain.channelBinding(type)).type()).isEqualTo(type);
    }

    @Test
    void a_servers_handler_has_facts_and_binding_in_its_session() {
        ServerSession before = new ServerSession(State.PLAINTEXT) {};
        assertThat(before.channelBinding(END_POINT)).isInstanceOf(Unavailable.class);

        List<ConnectionInfo> known = new ArrayList<>();
        Dialogue dialogue = new KnowingServer(known);
        MemoryLink link = MemoryLink.between(
                        client(TlsPolicy.REQUIRED), server(dialogue, serverSettings(TlsPolicy.REQUIRED)))
                .run();
        ServerSession inside = new ServerSession(State.SECURE, known.get(1)) {};
        assertThat(inside.tls().orElseThrow().ownChain()).isNotEmpty();
        assertThat(inside.channelBinding(END_POINT).found()).contains(binding(link.client()));
        assertThat(known.get(0).bindings().of(END_POINT)).isInstanceOf(Unavailable.class);
    }

    private static Reason reason(UpgradeConnection connection) {
        return ((Unavailable) connection.channelBinding(END_POINT)).reason();
    }

    private static byte[] binding(Endpoint side) {
        return ((Available) side.requireNoFailure().connection().channelBinding(END_POINT)).octets();
    }

    private static Negotiated negotiated(Endpoint side) {
        return side.requireNoFailure().connection().report().tls().orElseThrow();
    }

    /** Keeps what it is told of the connection. */
    private static final class KnowingServer implements Dialogue {

        private final LineProtocolServer server = new LineProtocolServer();
        private final List<ConnectionInfo> known;

        KnowingServer(List<ConnectionInfo> known) {
            this.known = known;
        }

        @Override
        public void connected(ConnectionInfo info) {
            known.add(info);
        }

        @Override
        public String protocol() {
            return server.protocol();
        }

        @Override
        public Role role() {
            return server.role();
        }

        @Override
        public List<String> capabilities() {
            return server.capabilities();
        }

        @Override
        public Step opened() {
            return server.opened();
        }

        @Override
        public Step received(String line) {
            return server.received(line);
        }

        @Override
        public Step secured() {
            return server.secured();
        }
    }
}
