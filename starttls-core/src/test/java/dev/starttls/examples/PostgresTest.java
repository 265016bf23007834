package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/** {@link PostgresClient} and PostgreSQL. */
@Tag("peers")
class PostgresTest extends InstalledServerContract {

    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final String[] TLS = {
        "-c", "ssl=on", "-c", "ssl_cert_file={folder}/certificate.pem", "-c", "ssl_key_file={folder}/key.pem"
    };

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        return start(tls == Tls.ON ? TLS : new String[] {"-c", "ssl=off"});
    }

    @Override
    FailureReason without() {
        return FailureReason.REFUSED;
    }

    @Override
    Dialogue client() {
        return new PostgresClient("mary", "postgres");
    }

    /** The StartupMessage is answered by R and 0, AuthenticationOk; then the server says by which TLS this client has come. */
    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        assertThat(ask(channel, "", "Z\0\0\0\5I")).startsWith("R\0\0\0\u0008\0\0\0\0");
        String query = "SELECT 'by ' || version FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()\0";
        ask(channel, "Q\0\0\0" + (char) (query.length() + 4) + query, "by TLSv1.3");
    }

    private static InstalledServer start(String... settings) throws IOException, InterruptedException {
        ExternalProgram.require(Files.isDirectory(VERSIONS), "PostgreSQL is not installed");
        Path programs;
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            programs = versions.max(Comparator.comparing(Path::toString))
                    .orElseThrow()
                    .resolve("bin");
        }
        ExternalProgram initdb = ExternalProgram.at(programs, "initdb");
        ExternalProgram postgres = ExternalProgram.at(programs, "postgres");
        InstalledServer server = InstalledServer.of("postgresql", "postgres");
        server.run(initdb, "--pgdata={folder}/data", "--username=mary", "--auth=trust", "--no-sync");
        String[] common = {"-D", "{folder}/data", "-p", "{port}", "-h", "127.0.0.1", "-k", "{folder}"};
        return server.startUntil(
                "ready to accept connections",
                postgres,
                Stream.concat(Stream.of(common), Stream.of(settings)).toArray(String[]::new));
    }
}
