package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MySqlServerTest {

    private static final byte[] CHALLENGE = "abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII);
    private static final String OK = "\0\0\0\2\0\0\0";
    private static final String END = "\376\0\0\2\0";
    private static final String QUIT = "\1\0\0\0\1";

    @TempDir
    Path folder;

    /** OK to the log-in; a column, a row of it and the end of both to the query. */
    private static void one(StartTlsChannel channel) throws IOException {
        InstalledServerContract.ask(channel, packet(3, OK), "SELECT 1");
        String column = "\3def\0\0\0\3one\0\14\55\0\0\1\0\0\375\0\0\0\0\0";
        String rows = packet(1, "\1") + packet(2, column) + packet(3, END) + packet(4, "\7by TLS!") + packet(5, END);
        InstalledServerContract.ask(channel, rows, QUIT);
    }

    @Test
    @Tag("more-peers")
    void the_client_of_mariadb_upgrades_and_asks_inside_tls() throws IOException, InterruptedException {
        ExternalProgram mariadb = ExternalProgram.named("mariadb");
        MySqlServer dialogue = new MySqlServer(TlsPolicy.REQUIRED, CHALLENGE);
        try (ExampleListener server = new ExampleListener(TlsPolicy.REQUIRED, dialogue, MySqlServerTest::one)) {
            String[] arguments = {
                "--no-defaults",
                "--protocol=TCP",
                "--host=localhost",
                "--port=" + server.port(),
                "--user=mary",
                "--ssl-ca=" + ExampleListener.authority(folder),
                "--ssl-verify-server-cert",
                "--skip-column-names",
                "--execute=SELECT 1"
            };
            assertThat(mariadb.run("", arguments).output()).isEqualTo("by TLS!\n");
            server.await();
        }
        assertThat(ClientExampleContract.text(dialogue.logIn())).contains("mary\0");
    }

    @Test
    @Tag("more-peers")
    void the_client_of_mariadb_without_tls_is_told_why_it_is_turned_away() throws IOException, InterruptedException {
        ExternalProgram mariadb = ExternalProgram.named("mariadb");
        MySqlServer dialogue = new MySqlServer(TlsPolicy.REQUIRED, CHALLENGE);
        try (ExampleListener server = new ExampleListener(TlsPolicy.REQUIRED, dialogue, channel -> {})) {
            String[] arguments = {
                "--no-defaults", "--protocol=TCP", "--host=localhost", "--port=" + server.port(), "--skip-ssl"
            };
            assertThat(mariadb.run("", arguments).output())
                    .contains("ERROR 3159 (HY000)", "This server takes encrypted connections only");
        }
    }

    @Test
    void its_client_and_it_upgrade() {
        MySqlServer dialogue = new MySqlServer(TlsPolicy.REQUIRED, CHALLENGE);
        MemoryLink link = MemoryLink.between(
                        ExampleConnections.client(TlsPolicy.REQUIRED, new MySqlClient("mary")),
                        ExampleConnections.server(TlsPolicy.REQUIRED, dialogue))
                .run();
        assertThat(link.client().connection().state()).isEqualTo(State.SECURE);
        assertThat(link.server().connection().ready()).isTrue();
        assertThat(ClientExampleContract.text(dialogue.logIn())).contains("mary\0");
    }

    /** What follows the request is the handshake and nothing else: a log-in in the clear is not one. */
    @Test
    void a_log_in_after_the_request_fails_it_at_every_split() {
        String octets = request() + packet(2, "x".repeat(MySqlClient.FIXED + 10));
        for (int split = 1; split < octets.length(); split++) {
            MySqlServer dialogue = new MySqlServer(TlsPolicy.OPPORTUNISTIC, CHALLENGE);
            Endpoint server = Endpoint.of(ExampleConnections.server(TlsPolicy.OPPORTUNISTIC, dialogue))
                    .run()
                    .arrive(octets.substring(0, split))
                    .arrive(octets.substring(split))
                    .run();
            assertThat(server.connection().state()).as("split at %s", split).isEqualTo(State.FAILED);
            assertThat(dialogue.logIn()).isEmpty();
        }
    }

    @Test
    void a_request_where_tls_is_not_offered_is_a_violation() {
        MySqlServer dialogue = new MySqlServer(TlsPolicy.DISABLED, CHALLENGE);
        assertThat(Endpoint.of(ExampleConnections.server(TlsPolicy.DISABLED, dialogue))
                        .run()
                        .arrive(request())
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    private static String request() {
        return packet(1, "\1\212\10\0" + "\0".repeat(MySqlClient.FIXED - 4));
    }

    private static String packet(int number, String payload) {
        Output packet = MySqlClient.packet(number, payload.getBytes(StandardCharsets.ISO_8859_1));
        return ClientExampleContract.text(packet.toOctets());
    }
}
