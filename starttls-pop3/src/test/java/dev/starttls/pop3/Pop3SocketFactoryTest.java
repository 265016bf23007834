package dev.starttls.pop3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.DovecotServer;
import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.ScriptedServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import jakarta.mail.Folder;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import org.apache.commons.net.pop3.POP3Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mail libraries that know of the upgrade nothing but the socket factory. */
@Timeout(180)
class Pop3SocketFactoryTest {

    private static final String SETTINGS = "starttls.pop3.settings";

    private final TestCertificates certificates = TestCertificates.shared();

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    @TempDir
    Path folder;

    /** A library, as a program uses it that has only the factory to set. */
    enum Library {
        ANGUS {
            @Override
            String read(SocketFactory factory, int port) throws Exception {
                Properties properties = new Properties();
                properties.put("mail.pop3.socketFactory", factory);
                properties.put("mail.pop3.timeout", "30000");
                properties.put("mail.pop3.apop.enable", "true");
                return readByAngus(properties, port);
            }
        },
        COMMONS_NET {
            @Override
            String read(SocketFactory factory, int port) throws Exception {
                POP3Client client = new POP3Client();
                client.setSocketFactory(factory);
                client.setDefaultTimeout(30_000);
                client.connect("localhost", port);
                try {
                    require(client.login("mary", "secret"), client);
                    StringWriter message = new StringWriter();
                    try (Reader lines = client.retrieveMessage(1)) {
                        long unused = lines.transferTo(message);
                    }
                    require(client.logout(), client);
                    return message.toString();
                } finally {
                    client.disconnect();
                }
            }
        };

        abstract String read(SocketFactory factory, int port) throws Exception;

        private static void require(boolean done, POP3Client client) throws IOException {
            if (!done) {
                throw new IOException("Expected the server to do it, got " + client.getReplyString());
            }
        }

        static String readByAngus(Properties properties, int port) throws Exception {
            try (Store store = Session.getInstance(properties).getStore("pop3")) {
                store.connect("localhost", port, "mary", "secret");
                Folder inbox = store.getFolder("INBOX");
                inbox.open(Folder.READ_ONLY);
                ByteArrayOutputStream message = new ByteArrayOutputStream();
                inbox.getMessage(1).writeTo(message);
                inbox.close();
                return message.toString(US_ASCII);
            }
        }
    }

    @AfterEach
    void forget() {
        System.clearProperty(SETTINGS);
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_library_reads_inside_tls(Library library) throws Exception {
        int port = serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC));
        assertThat(library.read(factory(), port)).contains("Subject: first", "hello");
        int implicit = serve(TlsPolicy.IMPLICIT, certificates.localhost(KeyKind.RSA));
        assertThat(library.read(client().policy(TlsPolicy.IMPLICIT).socketFactory(), implicit))
                .contains("Subject: first", "hello");
    }

    @Tag("peers")
    @ParameterizedTest
    @EnumSource(Library.class)
    void a_library_reads_from_dovecot(Library library) throws Exception {
        try (DovecotServer dovecot = DovecotServer.start(certificates.localhost(KeyKind.EC))) {
            dovecot.deliver("Subject: first\n\nhello, mary\n");
            assertThat(library.read(factory(), dovecot.pop3())).contains("Subject: first", "hello, mary");
            assertThat(library.read(client().policy(TlsPolicy.IMPLICIT).socketFactory(), dovecot.pop3s()))
                    .contains("Subject: first", "hello, mary");
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_stripped_offer_ends_it_and_no_password_is_sent(Library library) throws Exception {
        try (ScriptedServer server =
                ScriptedServer.start("+OK ready <1@pop.example.org>\r\n", line -> "+OK\r\nUSER\r\n.\r\n")) {
            assertThatThrownBy(() -> library.read(factory(), server.port())).satisfies(of(FailureReason.NOT_OFFERED));
            assertThat(server.heard()).containsExactly("CAPA");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void what_is_injected_after_the_go_ahead_ends_it(Library library) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                "+OK ready\r\n",
                line -> line.equals("CAPA") ? "+OK\r\nSTLS\r\n.\r\n" : "+OK go ahead\r\n+OK <1@pop.example.org>\r\n")) {
            assertThatThrownBy(() -> library.read(factory(), server.port()))
                    .satisfies(of(FailureReason.PLAINTEXT_INJECTION));
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_certificate_for_another_name_ends_it(Library library) throws Exception {
        int port = serve(TlsPolicy.REQUIRED, certificates.otherName());
        assertThatThrownBy(() -> library.read(factory(), port)).satisfies(of(FailureReason.CERTIFICATE_NAME_MISMATCH));
    }

    @Test
    void the_timestamp_from_before_tls_is_forgotten_and_that_from_inside_is_given_out() throws Exception {
        assertThat(greeting(client().socketFactory(), serveWithTimestamp(TlsPolicy.OPPORTUNISTIC)))
                .isEqualTo("+OK ready\r\n");
        assertThat(greeting(
                        client().policy(TlsPolicy.IMPLICIT).socketFactory(), serveWithTimestamp(TlsPolicy.IMPLICIT)))
                .isEqualTo("+OK <1@pop.example.org>\r\n");
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_library_does_not_log_in_by_a_timestamp_from_before_tls(Library library) throws Exception {
        int port = serveWithTimestamp(TlsPolicy.OPPORTUNISTIC);
        assertThat(library.read(factory(), port)).contains("Subject: first");
    }

    @Test
    void a_class_name_and_a_file_are_enough() throws Exception {
        Path root = PemFiles.write(folder.resolve("root.pem"), List.of(certificates.root()));
        System.setProperty(
                SETTINGS,
                Files.writeString(folder.resolve("settings"), "ca = " + root).toString());
        Properties properties = new Properties();
        properties.setProperty("mail.pop3.socketFactory.class", Pop3SocketFactory.class.getName());
        properties.setProperty("mail.pop3.socketFactory.fallback", "false");
        int port = serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC));
        assertThat(Library.readByAngus(properties, port)).contains("Subject: first");
    }

    private static String greeting(SocketFactory factory, int port) throws IOException {
        try (Socket socket = factory.createSocket("localhost", port)) {
            StringBuilder line = new StringBuilder();
            while (line.indexOf("\n") < 0) {
                line.append((char) socket.getInputStream().read());
            }
            return line.toString();
        }
    }

    private SocketFactory factory() {
        return client().socketFactory();
    }

    private Pop3Client client() {
        return Pop3Client.to("mail.example.org", 110).sslContext(certificates.client());
    }

    private int serve(TlsPolicy policy, Issued identity) throws IOException {
        return serve(policy, identity, Pop3Fixture.maildrop(Pop3Fixture.mailbox()));
    }

    /** A server that greets with a timestamp, before TLS too, and then knows no APOP. */
    private int serveWithTimestamp(TlsPolicy policy) throws IOException {
        Pop3Maildrop maildrop = Pop3Fixture.maildrop(Pop3Fixture.mailbox());
        return serve(policy, certificates.localhost(KeyKind.EC), new Pop3Handler() {
            @Override
            public Pop3Answer handle(Pop3Command command, Pop3Session session) {
                return maildrop.handle(command, session);
            }

            @Override
            public Optional<ApopTimestamp> timestamp() {
                return Optional.of(new ApopTimestamp("<1@pop.example.org>"));
            }
        });
    }

    private int serve(TlsPolicy policy, Issued identity, Pop3Handler handler) throws IOException {
        return loop.listen(Pop3Server.named("pop.example.org", handler)
                .capabilities(Pop3Fixture.maildrop(Pop3Fixture.mailbox()).capabilities())
                .plaintextLogin(PlaintextLogin.ALLOWED)
                .sslContext(certificates.server(identity))
                .policy(policy));
    }

    /** The failure is what the library throws, or its cause. */
    private static Consumer<Throwable> of(FailureReason expected) {
        return thrown -> {
            Throwable why = thrown instanceof UpgradeException ? thrown : thrown.getCause();
            assertThat(why).as("%s", thrown).isInstanceOfSatisfying(UpgradeException.class, e -> assertThat(e.reason())
                    .isEqualTo(expected));
        };
    }
}
