package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.tls.ClientCertificate;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.SessionEnd.Cause;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a dialogue hears of its connection, and of its end: once, whatever ended it. */
class SessionEndTest {

    private final PoliteServer dialogue = new PoliteServer();

    @Test
    void a_dialogue_knows_its_peer_before_it_opens() {
        Endpoint.of(Connections.server(dialogue, Connections.serverSettings(TlsPolicy.OPPORTUNISTIC)));
        assertThat(dialogue.known()).containsExactly(new ConnectionInfo(new Peer("127.0.0.1", 2), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void inside_tls_it_knows_what_was_negotiated(String version) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING, version);
        SSLParameters parameters = tls.engine().getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("Mail.example.ORG")));
        tls.engine().setSSLParameters(parameters);
        Endpoint server = upgraded(tls.begin(), TlsPolicy.REQUIRED);
        UpgradeReport.Negotiated known = dialogue.known().get(1).tls().orElseThrow();
        assertThat(dialogue.known()).hasSize(2);
        assertThat(dialogue.known().get(1).peer()).isEqualTo(new Peer("127.0.0.1", 2));
        assertThat(known.version()).isEqualTo(version);
        assertThat(known.suite()).startsWith("TLS_");
        assertThat(known.serverName().orElseThrow()).isEqualToIgnoringCase("mail.example.org");
        assertThat(known.peerChain()).isEmpty();
        assertThat(server.connection().report().tls()).contains(known);
    }

    @Test
    void inside_tls_it_knows_the_clients_certificate() throws Exception {
        UpgradeSettings asking = UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Connections.SERVING)
                        .clientCertificate(ClientCertificate.WANTED)
                        .build());
        BareTls tls = BareTls.client(Connections.SERVING).begin();
        Endpoint server = Endpoint.of(Connections.server(dialogue, asking)).run();
        upgrade(server, tls);
        assertThat(dialogue.known().get(1).tls().orElseThrow().peerChain()).isNotEmpty();
    }

    @Test
    void without_sni_there_is_no_name() throws Exception {
        // Its own context: JSSE's clients send the name of the session that they resume.
        upgraded(BareTls.client(Connections.CERTIFICATES.client()).begin(), TlsPolicy.REQUIRED);
        assertThat(dialogue.known().get(1).tls().orElseThrow().serverName()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/keys", "a\r\nb", "a\0b", " "})
    void octets_that_are_no_host_name_are_never_handed_on(String raw) throws Exception {
        BareTls tls = BareTls.client(Connections.CERTIFICATES.client());
        SSLParameters parameters = tls.engine().getSSLParameters();
        parameters.setServerNames(List.of(new SNIServerName(0, raw.getBytes(StandardCharsets.UTF_8)) {}));
        tls.engine().setSSLParameters(parameters);
        Endpoint server = begun(TlsPolicy.REQUIRED);
        server.arrive("UPGRADE\r\n").run().take();
        tls.begin();
        for (int turn = 0; turn < 10 && server.failure().isEmpty() && !tls.established(); turn++) {
            server.arrive(tls.take()).run();
            if (server.failure().isEmpty()) {
                tls.feed(server.take());
            }
        }
        server.arrive(tls.take()).run();
        for (ConnectionInfo info : dialogue.known()) {
            assertThat(info.tls().flatMap(UpgradeReport.Negotiated::serverName)).isEmpty();
        }
    }

    @Test
    void a_dialogue_that_closes_has_ended_as_it_should() {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC);
        server.arrive("BYE\r\n").run();
        end(server, Cause.CLOSED);
        assertThat(dialogue.end().failure()).isEmpty();
    }

    @Test
    void a_dialogue_that_closes_inside_tls_has_ended_as_it_should() throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = upgraded(tls, TlsPolicy.REQUIRED);
        server.arrive(tls.say("BYE\r\n").take()).run();
        end(server, Cause.CLOSED);
    }

    @Test
    void a_client_that_goes_has_closed() {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC);
        server.arriveEnd().run();
        end(server, Cause.PEER_CLOSED);
        assertThat(dialogue.end().failure().orElseThrow().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
    }

    @Test
    void a_client_that_says_close_notify_has_closed() throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = upgraded(tls, TlsPolicy.REQUIRED);
        server.arrive(tls.close().take()).run();
        end(server, Cause.PEER_CLOSED);
    }

    @Test
    void a_truncated_session_says_so() throws Exception {
        Endpoint server = upgraded(BareTls.client(Connections.TRUSTING).begin(), TlsPolicy.REQUIRED);
        server.arriveEnd().run();
        end(server, Cause.PEER_CLOSED);
        assertThat(dialogue.end().failure().orElseThrow().reason()).isEqualTo(FailureReason.TRUNCATED);
    }

    @Test
    void a_failed_handshake_ends_the_session() {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC);
        server.arrive("UPGRADE\r\n").run();
        server.arrive("\26\3\1\0\4\7\0\0\0").run();
        end(server, Cause.FAILED);
        assertThat(dialogue.end().failure().orElseThrow().phase()).isEqualTo(Phase.HANDSHAKE);
    }

    @Test
    void a_failed_handshake_of_implicit_tls_ends_the_session_too() {
        Endpoint server = begun(TlsPolicy.IMPLICIT);
        server.arrive("GET / HTTP/1.1\r\n").run();
        end(server, Cause.FAILED);
        assertThat(dialogue.known()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"WRONG\r\n", "no\nline\r\n", "UPGRADE\r\nECHO x\r\n"})
    void a_client_that_breaks_the_protocol_has_failed(String words) {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC);
        server.arrive(words).run();
        end(server, Cause.FAILED);
    }

    @Test
    void a_driver_that_closes_has_abandoned_the_session() {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC);
        server.connection().close();
        end(server, Cause.ABANDONED);

        PoliteServer another = new PoliteServer();
        UpgradeConnection given = Connections.server(another, Connections.serverSettings(TlsPolicy.OPPORTUNISTIC));
        Endpoint.of(given).run();
        given.end();
        assertThat(another.end().cause()).isEqualTo(Cause.ABANDONED);
    }

    @Test
    void a_driver_that_closes_before_a_failure_was_thrown_hides_nothing() {
        Endpoint server = begun(TlsPolicy.OPPORTUNISTIC);
        server.connection().shutDown();
        end(server, Cause.SHUT_DOWN);
    }

    @Test
    void a_connection_that_never_began_has_no_end() {
        UpgradeConnection never = Connections.server(dialogue, Connections.serverSettings(TlsPolicy.OPPORTUNISTIC));
        never.end();
        assertThat(dialogue.ends()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"BYE\r\n", "WRONG\r\n", "RAW\r\n"})
    void what_the_end_throws_is_contained_and_reported(String words) {
        Error thrown = new AssertionError("at the end");
        List<Throwable> heard = new ArrayList<>();
        UpgradeListener listener = new UpgradeListener() {
            @Override
            public void uncaught(Throwable what) {
                heard.add(what);
                throw new IllegalStateException("listener");
            }
        };
        Endpoint server = Endpoint.of(Connections.server(
                        dialogue.throwingAtTheEnd(thrown),
                        Connections.serverSettings(TlsPolicy.OPPORTUNISTIC).withListener(listener)))
                .run();
        server.arrive(words).run();
        server.connection().end();
        assertThat(heard).containsExactly(thrown);
        assertThat(dialogue.ends()).hasSize(1);
        assertThat(server.failure().isPresent()).isEqualTo(words.startsWith("WRONG"));
    }

    @Test
    void an_engine_that_cannot_be_made_is_said_before_the_go_ahead() {
        Connections.Events events = new Connections.Events();
        UpgradeSettings broken = UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)
                .withTls(TlsSettings.builder()
                        .context(Connections.SERVING)
                        .versions("TLSv9")
                        .build())
                .withListener(events);
        Endpoint server = Endpoint.of(Connections.server(dialogue, broken)).run();
        server.take();
        server.arrive("UPGRADE\r\n").run();
        assertThat(server.takeText()).isEqualTo("NO engine\r\n");
        assertThat(events.heard()).containsExactly("failed LOCAL_ERROR");
        server.arrive("ECHO a\r\nUPGRADE\r\n").run().requireNoFailure();
        assertThat(server.takeText()).isEqualTo("SAID a\r\nNO engine\r\n");
        assertThat(events.heard()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureReason.class,
            names = {"PLAINTEXT_INJECTION", "CONNECTION_CLOSED", "LOCAL_ERROR"})
    void what_a_connection_without_an_engine_fails_with_later_is_heard_too(FailureReason later) {
        Connections.Events events = new Connections.Events();
        UpgradeSettings broken = UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC)
                .withTls(TlsSettings.builder()
                        .context(Connections.SERVING)
                        .versions("TLSv9")
                        .build())
                .withListener(events);
        Endpoint server = Endpoint.of(Connections.server(dialogue, broken)).run();
        server.arrive("UPGRADE\r\n").run();
        switch (later) {
            case PLAINTEXT_INJECTION -> server.arrive("UPGRADE\r\nECHO a\r\n").run();
            case LOCAL_ERROR -> server.arrive("BOOM\r\n").run();
            default -> server.arriveEnd().run();
        }
        assertThat(events.heard()).containsExactly("failed LOCAL_ERROR", "failed " + later);
        assertThat(server.connection().failure()).get().satisfies(why -> assertThat(why.reason())
                .isEqualTo(later));
    }

    @Test
    void only_a_protocol_that_allows_it_takes_an_early_hello() {
        UpgradeSettings early =
                Connections.serverSettings(TlsPolicy.REQUIRED).withInjection(InjectionResponse.HANDSHAKE);
        assertThatThrownBy(() -> Connections.server(dialogue, early))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RFC 9051");
        Connections.server(dialogue.takingEarlyHellos(), early);
    }

    private void end(Endpoint server, Cause cause) {
        server.connection().end();
        server.connection().end();
        assertThat(dialogue.end().cause()).isEqualTo(cause);
    }

    private Endpoint begun(TlsPolicy policy) {
        return Endpoint.of(Connections.server(dialogue, Connections.serverSettings(policy)))
                .run();
    }

    private Endpoint upgraded(BareTls tls, TlsPolicy policy) throws Exception {
        Endpoint server = begun(policy);
        upgrade(server, tls);
        return server;
    }

    private static void upgrade(Endpoint server, BareTls tls) throws Exception {
        server.arrive("UPGRADE\r\n").run().take();
        while (!tls.established()) {
            server.arrive(tls.take()).run().requireNoFailure();
            tls.feed(server.take());
        }
        server.arrive(tls.take()).run().requireNoFailure();
        tls.feed(server.take()).heard();
    }
}
