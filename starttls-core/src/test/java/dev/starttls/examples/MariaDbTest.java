package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/** {@link MySqlClient} and MariaDB. */
@Tag("more-peers")
class MariaDbTest extends InstalledServerContract {

    private static final String[] TLS = {"--ssl-cert={folder}/certificate.pem", "--ssl-key={folder}/key.pem"};

    private static final int HASH = 20;

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        ExternalProgram install = ExternalProgram.named("mariadb-install-db");
        ExternalProgram mariadbd = ExternalProgram.named("mariadbd");
        InstalledServer server = InstalledServer.of("mariadb", "daemon");
        server.run(
                install,
                "--no-defaults",
                "--datadir={folder}/data",
                "--auth-root-authentication-method=normal",
                "--skip-test-db");
        server.file("init.sql", "CREATE USER mary@127.0.0.1 IDENTIFIED BY 'secret';\n");
        String[] common = {
            "--no-defaults",
            "--datadir={folder}/data",
            "--bind-address=127.0.0.1",
            "--port={port}",
            "--socket={folder}/socket",
            "--pid-file={folder}/pid",
            "--skip-name-resolve",
            "--init-file={folder}/init.sql"
        };
        return server.startUntil(
                "ready for connections",
                mariadbd,
                Stream.concat(Stream.of(common), Stream.of(tls == Tls.ON ? TLS : new String[] {"--skip-ssl"}))
                        .toArray(String[]::new));
    }

    @Override
    FailureReason without() {
        return FailureReason.NOT_OFFERED;
    }

    @Override
    Dialogue client() {
        return new MySqlClient("mary");
    }

    /** The log-in is packet 2. Packet 3 asks for another: 254, a plugin, a challenge; its answer is answered by OK. */
    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        String plugin = "mysql_native_password\0";
        String asked = ask(channel, "", plugin);
        int challenge = asked.indexOf(plugin) + plugin.length();
        assertThat(asked).matches("(?s)...\3\376.*").hasSize(challenge + HASH + 1);
        byte[] answer = answer("secret", asked.substring(challenge, challenge + HASH));
        ask(channel, "\24\0\0\4" + ClientExampleContract.text(answer), "\7\0\0\5\0");
        // The server says by which TLS this client has come.
        String query = "SHOW STATUS LIKE 'Ssl_version'";
        ask(channel, (char) (query.length() + 1) + "\0\0\0\3" + query, "TLSv1.3");
    }

    /** The password's hash, combined with that of the challenge and of the hash's hash. */
    private static byte[] answer(String password, String challenge) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] answer = sha1.digest(password.getBytes(StandardCharsets.UTF_8));
            byte[] stored = sha1.digest(answer);
            sha1.update(challenge.getBytes(StandardCharsets.ISO_8859_1));
            byte[] mask = sha1.digest(stored);
            for (int i = 0; i < HASH; i++) {
                answer[i] ^= mask[i];
            }
            return answer;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the JDK to have SHA-1", e);
        }
    }
}
