package dev.starttls.examples;

import static dev.starttls.examples.LdapMessage.element;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LdapServerTest {

    private static final String START_TLS = "0\u001d\2\1\1w\u0018\u0080\u00161.3.6.1.4.1.1466.20037";
    private static final String BIND = "0\u000c\2\1\2`\7\2\1\3\4\0\u0080\0";
    private static final String SEARCH = "0\5\2\1\3c\0";

    @TempDir
    Path folder;

    /** A directory of one entry, which is the same whatever is asked of it. */
    private static Output directory(LdapMessage request) {
        return switch (request.operation()) {
            case 0x60 -> LdapMessage.result(request.id(), 0x61, 0);
            case 0x63 -> {
                byte[] values = element(0x31, string("by TLS"));
                byte[] attribute = element(LdapMessage.SEQUENCE, string("description"), values);
                ByteArrayOutputStream answers = new ByteArrayOutputStream();
                answers.writeBytes(LdapMessage.message(
                                request.id(), 0x64, string("dc=example"), element(LdapMessage.SEQUENCE, attribute))
                        .toOctets());
                answers.writeBytes(LdapMessage.result(request.id(), 0x65, 0).toOctets());
                yield Output.octets(answers.toByteArray());
            }
            default -> Output.none();
        };
    }

    @Test
    @Tag("more-peers")
    void ldapsearch_upgrades_and_searches_inside_tls() throws IOException, InterruptedException {
        ExternalProgram env = ExternalProgram.named("env");
        ExternalProgram ldapsearch = ExternalProgram.named("ldapsearch");
        try (ExampleListener server = new ExampleListener(
                TlsPolicy.REQUIRED, new LdapServer(TlsPolicy.REQUIRED, LdapServerTest::directory), channel -> {})) {
            String[] arguments = {
                "LDAPTLS_CACERT=" + ExampleListener.authority(folder),
                "LDAPTLS_REQCERT=demand",
                ldapsearch.path().toString(),
                "-x",
                "-ZZ",
                "-LLL",
                "-H",
                // By address, since libldap puts the name of this machine in the place of localhost before it compares.
                "ldap://127.0.0.1:" + server.port(),
                "-b",
                "dc=example"
            };
            assertThat(env.run("", arguments).output()).contains("dn: dc=example\ndescription: by TLS\n");
            server.await();
        }
    }

    @Test
    @Tag("more-peers")
    void ldapsearch_without_tls_is_told_that_it_is_needed() throws IOException, InterruptedException {
        ExternalProgram ldapsearch = ExternalProgram.named("ldapsearch");
        try (ExampleListener server = new ExampleListener(
                TlsPolicy.REQUIRED, new LdapServer(TlsPolicy.REQUIRED, LdapServerTest::directory), channel -> {})) {
            assertThat(ldapsearch
                            .run("", "-x", "-H", "ldap://localhost:" + server.port())
                            .output())
                    .contains("Confidentiality required (13)");
        }
    }

    @Test
    void its_client_and_it_upgrade() {
        MemoryLink link = MemoryLink.between(
                        ExampleConnections.client(TlsPolicy.REQUIRED, new LdapClient()),
                        ExampleConnections.server(
                                TlsPolicy.REQUIRED, new LdapServer(TlsPolicy.REQUIRED, LdapServerTest::directory)))
                .run();
        assertThat(link.client().connection().state()).isEqualTo(State.SECURE);
        assertThat(link.server().connection().state()).isEqualTo(State.SECURE);
    }

    @Test
    void no_request_is_the_handlers_before_tls() {
        Endpoint server = server(TlsPolicy.REQUIRED).arrive(BIND).arrive(SEARCH).run();
        assertThat(server.takeText()).isEqualTo("0\u000c\2\1\2a\7\n\1\r\4\0\4\0" + "0\u000c\2\1\3e\7\n\1\r\4\0\4\0");
        server.requireNoFailure();
    }

    /** What has come with the request, a bind, is not done inside TLS. */
    @Test
    void octets_after_the_request_fail_it_at_every_split() {
        String octets = START_TLS + BIND;
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
    void without_tls_it_refuses_and_goes_on() {
        Endpoint server =
                server(TlsPolicy.DISABLED).arrive(START_TLS).arrive(BIND).run();
        assertThat(server.takeText()).isEqualTo("0\u000c\2\1\1x\7\n\1\64\4\0\4\0" + "0\u000c\2\1\2a\7\n\1\0\4\0\4\0");
    }

    private static Endpoint server(TlsPolicy policy) {
        return Endpoint.of(ExampleConnections.server(policy, new LdapServer(policy, LdapServerTest::directory)))
                .run();
    }

    private static byte[] string(String text) {
        return element(LdapMessage.OCTET_STRING, text.getBytes(StandardCharsets.US_ASCII));
    }
}
