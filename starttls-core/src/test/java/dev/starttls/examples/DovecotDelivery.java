package dev.starttls.examples;

import dev.starttls.core.testing.ExternalProgram;
import java.io.IOException;
import java.nio.file.Path;

/** The services of Dovecot beside a mailbox: LMTP and ManageSieve. */
final class DovecotDelivery {

    private DovecotDelivery() {}

    /**
     * Starts one of them; skips the test if it is not installed.
     *
     * @param tls whether it offers TLS
     * @param protocol as Dovecot calls it
     * @param program that serves it
     * @param service of which the program is one
     */
    static InstalledServer start(InstalledServerContract.Tls tls, String protocol, String program, String service)
            throws IOException, InterruptedException {
        ExternalProgram dovecot = ExternalProgram.named("dovecot");
        ExternalProgram.at(Path.of("/usr/lib/dovecot"), program);
        InstalledServer server = InstalledServer.of("dovecot", "root");
        server.folder("mail");
        server.file(
                "dovecot.conf",
                """
                base_dir = {folder}/run
                log_path = {folder}/log
                protocols = %1$s
                ssl = %3$s
                ssl_cert = <{folder}/certificate.pem
                ssl_key = <{folder}/key.pem
                mail_location = maildir:{folder}/mail/%%u
                passdb {
                  driver = static
                  args = password=secret
                }
                userdb {
                  driver = static
                  args = uid=nobody gid=nogroup home={folder}/mail/%%u
                }
                service %2$s {
                  inet_listener %1$s {
                    address = 127.0.0.1
                    port = {port}
                  }
                }
                """
                        .formatted(protocol, service, tls == InstalledServerContract.Tls.ON ? "yes" : "no"));
        return server.start(dovecot, "-F", "-c", "{folder}/dovecot.conf");
    }
}
