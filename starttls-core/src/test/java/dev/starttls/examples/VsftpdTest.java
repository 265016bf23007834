package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link FtpClient} and vsftpd. */
@Tag("peers")
class VsftpdTest extends InstalledServerContract {

    @Override
    InstalledServer start() throws IOException, InterruptedException {
        return start(
                """
                ssl_enable=YES
                allow_anon_ssl=YES
                rsa_cert_file={folder}/certificate.pem
                rsa_private_key_file={folder}/key.pem
                """);
    }

    @Override
    Dialogue client() {
        return new FtpClient();
    }

    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        ask(channel, "PBSZ 0\r\n", "200 PBSZ set to 0.\r\n");
        ask(channel, "PROT P\r\n", "200 PROT now Private.\r\n");
        ask(channel, "USER anonymous\r\n", "331 ");
    }

    @Test
    void a_server_without_tls_refuses() throws IOException, InterruptedException {
        try (InstalledServer server = start("");
                StartTlsChannel channel = channel(server.port(), client())) {
            assertThat(failure(channel).reason()).isEqualTo(FailureReason.REFUSED);
        }
    }

    private static InstalledServer start(String settings) throws IOException, InterruptedException {
        ExternalProgram vsftpd = ExternalProgram.named("vsftpd");
        InstalledServer server = InstalledServer.of("vsftpd", "root");
        server.folder("empty");
        server.file(
                "vsftpd.conf",
                """
                listen=YES
                listen_address=127.0.0.1
                listen_port={port}
                background=NO
                anonymous_enable=YES
                ftp_username=nobody
                nopriv_user=nobody
                secure_chroot_dir={folder}/empty
                seccomp_sandbox=NO
                """
                        + settings);
        return server.start(vsftpd, "{folder}/vsftpd.conf");
    }
}
