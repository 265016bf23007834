package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link FtpClient} and vsftpd. */
@Tag("more-peers")
class VsftpdTest extends InstalledServerContract {

    private static final String TLS =
            """
            ssl_enable=YES
            allow_anon_ssl=YES
            rsa_cert_file={folder}/certificate.pem
            rsa_private_key_file={folder}/key.pem
            """;

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        ExternalProgram vsftpd = ExternalProgram.named("vsftpd");
        InstalledServer server = InstalledServer.of("vsftpd", "root");
        server.folder("empty");
        server.folder("files");
        server.file("files/books", "inside TLS");
        server.file(
                "vsftpd.conf",
                """
                listen=YES
                listen_address=127.0.0.1
                listen_port={port}
                background=NO
                anonymous_enable=YES
                anon_root={folder}/files
                ftp_username=daemon
                nopriv_user=nobody
                secure_chroot_dir={folder}/empty
                seccomp_sandbox=NO
                """
                        + (tls == Tls.ON ? TLS : ""));
        return server.start(vsftpd, "{folder}/vsftpd.conf");
    }

    @Override
    FailureReason without() {
        return FailureReason.REFUSED;
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

    /** The server wants it to be the session of the control connection, which the JDK finds by host and port. */
    @Test
    void a_data_connection_resumes_the_session_of_the_control_connection() throws IOException {
        UpgradeSettings settings = ExampleConnections.settings(
                TlsPolicy.REQUIRED, TestCertificates.shared().client());
        Peer peer = new Peer("localhost", port());
        try (StartTlsChannel control =
                StartTlsChannel.over(connected(port()), new UpgradeConnection(client(), settings, peer))) {
            control.upgrade();
            exchange(control);
            ask(control, "PASS mary@example.org\r\n", "230 ");
            String passive = ask(control, "EPSV\r\n", "|)");
            int port = Integer.parseInt(passive.replaceAll("(?s).*\\|\\|\\|(\\d+)\\|.*", "$1"));
            SocketChannel transport = connected(port);
            ask(control, "RETR books\r\n", "150 ");
            UpgradeSettings implicit = settings.withPolicy(TlsPolicy.IMPLICIT);
            try (StartTlsChannel data =
                    StartTlsChannel.over(transport, new UpgradeConnection(new FtpDataClient(), implicit, peer))) {
                assertThat(data.upgrade().tls())
                        .map(UpgradeReport.Negotiated::resumption)
                        .contains(UpgradeReport.Resumption.RESUMED);
                ask(data, "", "inside TLS");
            }
            ask(control, "", "226 ");
        }
    }

    private static SocketChannel connected(int port) throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
}
