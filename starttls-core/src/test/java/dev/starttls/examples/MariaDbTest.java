package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link MySqlClient} and MariaDB. */
@Tag("peers")
class MariaDbTest extends InstalledServerContract {

    @Override
    InstalledServer start() throws IOException, InterruptedException {
        return start("--ssl-cert={folder}/certificate.pem", "--ssl-key={folder}/key.pem");
    }

    @Override
    Dialogue client() {
        return new MySqlClient("root");
    }

    /** The log-in, packet 2, is answered by packet 3, which is OK; then the server says by which TLS this client has come. */
    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        assertThat(ask(channel, "", "\3\0\0\0\2")).matches("(?s)...\3\0.*");
        String query = "SHOW STATUS LIKE 'Ssl_version'";
        ask(channel, (char) (query.length() + 1) + "\0\0\0\3" + query, "TLSv1.3");
    }

    @Test
    void a_server_without_tls_does_not_offer_it() throws IOException, InterruptedException {
        try (InstalledServer server = start("--skip-ssl");
                StartTlsChannel channel = channel(server.port(), client())) {
            assertThat(failure(channel).reason()).isEqualTo(FailureReason.NOT_OFFERED);
        }
    }

    private static InstalledServer start(String... settings) throws IOException, InterruptedException {
        ExternalProgram install = ExternalProgram.named("mariadb-install-db");
        ExternalProgram mariadbd = ExternalProgram.named("mariadbd");
        InstalledServer server = InstalledServer.of("mariadb", "daemon");
        server.run(
                install,
                "--no-defaults",
                "--datadir={folder}/data",
                "--auth-root-authentication-method=normal",
                "--skip-test-db");
        String[] common = {
            "--no-defaults",
            "--datadir={folder}/data",
            "--bind-address=127.0.0.1",
            "--port={port}",
            "--socket={folder}/socket",
            "--pid-file={folder}/pid",
            "--skip-name-resolve"
        };
        return server.startUntil(
                "ready for connections",
                mariadbd,
                Stream.concat(Stream.of(common), Stream.of(settings)).toArray(String[]::new));
    }
}
