package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.examples.PostgresServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two most frequent mistakes: plaintext spoken to an implicit-TLS port, and TLS to a plaintext port. */
class MistakenPortTest {

    private static final Duration MINUTE = Duration.ofSeconds(60);
    private static final UpgradeSettings SERVING = Connections.serverSettings(TlsPolicy.REQUIRED);

    @Test
    void a_greeting_in_plaintext_on_an_implicit_port_is_named() {
        Endpoint client = Endpoint.of(client(TlsPolicy.IMPLICIT));
        byte[] hello = client.run().take();
        assertThat(hello).isNotEmpty();
        client.arrive("220 mail.example.org ready\r\n250-second line\r\n").run();

        UpgradeException why = client.upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(why.reply()).contains("220 mail.example.org ready");
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("speaks plaintext first"));
        assertThat(why.getMessage()).doesNotContain("second");
    }

    @Test
    void a_greeting_that_is_faster_than_the_client_hello_lets_nothing_leave() throws Exception {
        UpgradeConnection connection = client(TlsPolicy.IMPLICIT);
        connection.begin(0);
        assertThat(catchThrowable(() -> connection.receive(Connections.octets("220 ready\r\n"), Connections.NOTHING)))
                .hasMessageContaining("HANDSHAKE_FAILED in phase HANDSHAKE: Expected a TLS record, got plaintext");
        assertThat(connection.want()).isEqualTo(Want.NOTHING);
    }

    @Test
    void a_command_in_plaintext_on_an_implicit_port_is_named_and_not_shown() {
        Endpoint server = Endpoint.of(server(TlsPolicy.IMPLICIT))
                .arrive("LOGIN joe password\r\n")
                .run();

        UpgradeException why = server.upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("client speaks plaintext first"));
        assertThat(why.reply()).isEmpty();
        assertThat(why.getMessage()).doesNotContain("password");
        assertThat(server.take()).as("an alert, and no words").startsWith(21, 3).hasSize(7);
    }

    @Test
    void a_record_on_a_plaintext_port_is_named_to_the_client() {
        Endpoint client = Endpoint.of(client(TlsPolicy.REQUIRED))
                .arrive(new byte[] {21, 3, 3, 0, 2, 2, 80})
                .run();

        UpgradeException why = client.upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(why.phase()).isEqualTo(Phase.GREETING);
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("TlsPolicy.IMPLICIT"));
    }

    @Test
    void a_client_hello_on_a_plaintext_port_is_named_to_the_server() throws Exception {
        Endpoint server = Endpoint.of(server(TlsPolicy.REQUIRED)).run();
        server.take();
        server.arrive(BareTls.client(Connections.TRUSTING).begin().take()).run();

        UpgradeException why = server.upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("implicit-TLS port"));
        assertThat(server.take()).isEmpty();
    }

    @Test
    void a_greeting_that_never_comes_is_a_timeout_with_advice() {
        Endpoint client = Endpoint.of(client(TlsPolicy.REQUIRED)).run();
        client.at(MINUTE.toNanos() - 1).requireNoFailure().at(MINUTE.toNanos());

        UpgradeException why = client.upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(why.phase()).isEqualTo(Phase.GREETING);
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("TlsPolicy.IMPLICIT"));
        assertThat(why)
                .hasMessageContaining("Expected the server's greeting within 60000 ms, got 0 lines and 0 octets");
    }

    @Test
    void an_end_instead_of_a_greeting_has_the_same_advice() {
        Endpoint client = Endpoint.of(client(TlsPolicy.REQUIRED)).arriveEnd().run();

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        assertThat(client.upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("TlsPolicy.IMPLICIT"));
    }

    @Test
    void an_end_instead_of_a_server_hello_on_an_implicit_port_has_advice_about_the_port_first() {
        Endpoint client = Endpoint.of(client(TlsPolicy.IMPLICIT)).run();
        client.take();
        client.arriveEnd().run();

        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        assertThat(client.upgradeFailure().hint()).hasValueSatisfying(hint -> assertThat(hint)
                .startsWith("The port may not speak TLS from the first octet: try TlsPolicy.REQUIRED (STARTTLS)")
                .contains("may not accept this ClientHello"));
    }

    @Test
    void an_end_in_the_handshake_of_an_upgrade_has_no_advice_about_the_port() {
        Endpoint client = Connections.proposed(client(TlsPolicy.REQUIRED))
                .arrive("GO\r\n")
                .run();
        client.arriveEnd().run();

        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(client.upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).doesNotContain("from the first octet"));
    }

    /** Of a protocol whose messages begin with their length, where the first octets of a record are a length of 369 million. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 100})
    void a_client_hello_to_a_server_of_octets_is_named(int split) throws Exception {
        Endpoint server = Endpoint.of(Connections.server(new PostgresServer(TlsPolicy.REQUIRED), SERVING))
                .run();
        server.fragmented(Fragmentation.at(split))
                .arrive(BareTls.client(Connections.TRUSTING).begin().take())
                .run();

        UpgradeException why = server.upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(why).hasMessageContaining("Expected the client's next message in plaintext, got a TLS record");
        assertThat(why.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("TLS from the first octet"));
    }

    @Test
    void another_protocol_at_a_server_of_octets_has_advice_about_the_port() {
        Endpoint server = Endpoint.of(Connections.server(new PostgresServer(TlsPolicy.REQUIRED), SERVING))
                .arrive("GET / HTTP/1.1\r\n\r\n")
                .run();

        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(server.upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).endsWith("or it speaks another protocol: check the port"));
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void a_bare_lf_is_the_fault_of_the_peer_by_its_role(Role role) {
        Endpoint side = Endpoint.of(role == Role.CLIENT ? client(TlsPolicy.REQUIRED) : server(TlsPolicy.REQUIRED))
                .arrive("line\n")
                .run();

        assertThat(side.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(side.upgradeFailure().hint()).hasValueSatisfying(hint -> assertThat(hint)
                .startsWith(role == Role.CLIENT ? "Find out what answers at this host" : "See which client it is"));
    }

    @Test
    void a_client_that_waits_for_a_greeting_on_an_implicit_port_is_a_timeout_with_advice() {
        Endpoint server = Endpoint.of(server(TlsPolicy.IMPLICIT)).run().at(MINUTE.toNanos());

        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(server.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(server.upgradeFailure().hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("may wait for a greeting"));
    }

    @Test
    void the_ports_of_the_protocol_are_named() {
        Dialogue client = mock(Dialogue.class);
        when(client.role()).thenReturn(Role.CLIENT);
        when(client.startTlsPorts()).thenReturn(List.of(25, 587));
        when(client.implicitTlsPorts()).thenReturn(List.of(465));
        assertThat(FirstOctet.tlsOnPlaintextPort(client)).endsWith("the STARTTLS port (25, 587)");
        assertThat(FirstOctet.plaintextOnTlsPort(client)).endsWith("the implicit-TLS port (465)");
        Dialogue server = mock(Dialogue.class);
        when(server.role()).thenReturn(Role.SERVER);
        when(server.startTlsPorts()).thenReturn(List.of(25, 587));
        assertThat(FirstOctet.tlsOnPlaintextPort(server)).endsWith("an implicit-TLS port");
        assertThat(FirstOctet.plaintextOnTlsPort(server)).endsWith("a STARTTLS port (25, 587)");
    }

    @Test
    void the_first_octet_of_a_record_is_no_character() {
        for (int octet = 0; octet < 256; octet++) {
            assertThat(FirstOctet.ofHandshake((byte) octet)).isEqualTo(octet == 22);
            assertThat(FirstOctet.ofTlsOnly((byte) octet)).isEqualTo(octet == 21 || octet == 22);
        }
    }
}
