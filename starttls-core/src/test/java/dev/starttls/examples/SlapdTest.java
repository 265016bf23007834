package dev.starttls.examples;

import static dev.starttls.examples.LdapMessage.element;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/** {@link LdapClient} and OpenLDAP's slapd. */
@Tag("more-peers")
class SlapdTest extends InstalledServerContract {

    private static final String TLS =
            "TLSCertificateFile {folder}/certificate.pem\nTLSCertificateKeyFile {folder}/key.pem\n";
    private static final int SEARCH_REQUEST = 0x63;
    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int PRESENT = 0x87;

    @Override
    InstalledServer start(Tls tls) throws IOException, InterruptedException {
        ExternalProgram slapd = ExternalProgram.named("slapd");
        InstalledServer server = InstalledServer.of("slapd", "openldap");
        server.file(
                "slapd.conf",
                "include /etc/ldap/schema/core.schema\npidfile {folder}/pid\n" + (tls == Tls.ON ? TLS : ""));
        return server.start(slapd, "-d", "0", "-f", "{folder}/slapd.conf", "-h", "ldap://127.0.0.1:{port}");
    }

    @Override
    FailureReason without() {
        return FailureReason.REFUSED;
    }

    @Override
    Dialogue client() {
        return new LdapClient();
    }

    /** Reads the root DSE (RFC 4512 section 5.1), without a bind. */
    @Override
    void exchange(StartTlsChannel channel) throws IOException {
        byte[] zero = {0};
        byte[] search = LdapMessage.message(
                        2,
                        SEARCH_REQUEST,
                        element(LdapMessage.OCTET_STRING),
                        element(LdapMessage.ENUMERATED, zero),
                        element(LdapMessage.ENUMERATED, zero),
                        element(INTEGER, zero),
                        element(INTEGER, zero),
                        element(BOOLEAN, zero),
                        element(PRESENT, "objectClass".getBytes(StandardCharsets.US_ASCII)),
                        element(
                                LdapMessage.SEQUENCE,
                                element(
                                        LdapMessage.OCTET_STRING,
                                        "supportedExtension".getBytes(StandardCharsets.US_ASCII))))
                .toOctets();
        ask(channel, ClientExampleContract.text(search), LdapMessage.START_TLS);
    }
}
