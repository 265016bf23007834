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
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PostgresServerTest {

    private static final String SSL_REQUEST = "\0\0\0\u0008\u0004\u00d2\u0016\57";
    private static final String GSS_REQUEST = "\0\0\0\u0008\u0004\u00d2\u0016\60";
    private static final String CANCEL_REQUEST = "\0\0\0\u0010\u0004\u00d2\u0016\5612345678";
    private static final String STARTUP = "\0\0\0\23\0\3\0\0user\0mary\0\0";
    private static final String IDLE = "Z\0\0\0\5I";

    @TempDir
    Path folder;

    /** Row description, one row of one column of text, and the end. */
    private static void one(StartTlsChannel channel) throws IOException {
        InstalledServerContract.ask(channel, "R\0\0\0\u0008\0\0\0\0" + IDLE, "SELECT 1\0");
        String column = "\0\1one\0\0\0\0\0\0\0\0\0\0\u0019\377\377\377\377\377\377\0\0";
        String rows = text(PostgresServer.message('T', column))
                + text(PostgresServer.message('D', "\0\1\0\0\0\7by TLS!"))
                + text(PostgresServer.message('C', "SELECT 1\0"))
                + IDLE;
        // Terminate is the last that a client says.
        InstalledServerContract.ask(channel, rows, "X\0\0\0\4");
    }

    @Test
    @Tag("peers")
    void psql_upgrades_and_asks_inside_tls() throws IOException, InterruptedException {
        ExternalProgram psql = ExternalProgram.named("psql");
        PostgresServer dialogue = new PostgresServer(TlsPolicy.REQUIRED);
        try (ExampleListener server = new ExampleListener(TlsPolicy.REQUIRED, dialogue, PostgresServerTest::one)) {
            String[] arguments = {
                "--no-psqlrc",
                "--tuples-only",
                "--no-align",
                "--command=SELECT 1",
                "host=localhost port=" + server.port() + " user=mary dbname=books sslmode=verify-full sslrootcert="
                        + ExampleListener.authority(folder)
            };
            assertThat(psql.run("", arguments).output()).isEqualTo("by TLS!\n");
            server.await();
        }
        assertThat(dialogue.parameters()).containsEntry("user", "mary").containsEntry("database", "books");
    }

    @Test
    @Tag("peers")
    void psql_without_tls_is_told_why_it_is_turned_away() throws IOException, InterruptedException {
        ExternalProgram psql = ExternalProgram.named("psql");
        try (ExampleListener server =
                new ExampleListener(TlsPolicy.REQUIRED, new PostgresServer(TlsPolicy.REQUIRED), channel -> {})) {
            String service = "host=localhost port=" + server.port() + " user=mary sslmode=disable";
            assertThat(psql.run("", "--command=SELECT 1", service).output())
                    .contains("FATAL:  This server takes encrypted connections only");
        }
    }

    @Test
    void its_client_and_it_upgrade() {
        PostgresServer dialogue = new PostgresServer(TlsPolicy.REQUIRED);
        MemoryLink link = MemoryLink.between(
                        ExampleConnections.client(TlsPolicy.REQUIRED, new PostgresClient("mary", "books")),
                        ExampleConnections.server(TlsPolicy.REQUIRED, dialogue))
                .run();
        assertThat(link.client().connection().state()).isEqualTo(State.SECURE);
        assertThat(link.server().connection().ready()).isTrue();
        assertThat(dialogue.parameters()).containsEntry("user", "mary");
    }

    /** CVE-2021-23214. */
    @Test
    void octets_after_the_request_fail_it_at_every_split() {
        String octets = SSL_REQUEST + STARTUP;
        for (int split = 1; split < octets.length(); split++) {
            Endpoint server = server(TlsPolicy.OPPORTUNISTIC)
                    .receive(octets.substring(0, split))
                    .receive(octets.substring(split));
            assertThat(server.upgradeFailure().reason())
                    .as("split at %s", split)
                    .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        }
    }

    @Test
    void encryption_by_gssapi_is_refused_and_the_next_request_taken() {
        Endpoint server = server(TlsPolicy.REQUIRED).arrive(GSS_REQUEST).run();
        assertThat(server.takeText()).isEqualTo("N");
        assertThat(server.arrive(SSL_REQUEST).run().takeText()).isEqualTo("S");
    }

    @Test
    void without_tls_it_refuses_and_takes_a_log_in_in_plaintext() {
        Endpoint server = server(TlsPolicy.DISABLED).arrive(SSL_REQUEST).run();
        assertThat(server.takeText()).isEqualTo("N");
        assertThat(server.arrive(STARTUP).run().connection().ready()).isTrue();
    }

    @Test
    void a_request_to_cancel_ends_the_connection_without_an_answer() {
        Endpoint server = server(TlsPolicy.OPPORTUNISTIC).arrive(CANCEL_REQUEST).run();
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
        assertThat(server.sent()).isEmpty();
    }

    @Test
    void a_message_without_a_code_is_a_violation() {
        assertThat(server(TlsPolicy.REQUIRED)
                        .arrive("\0\0\0\5x")
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }

    private static Endpoint server(TlsPolicy policy) {
        return Endpoint.of(ExampleConnections.server(policy, new PostgresServer(policy)))
                .run();
    }

    private static String text(Output output) {
        return ClientExampleContract.text(output.toOctets());
    }
}
