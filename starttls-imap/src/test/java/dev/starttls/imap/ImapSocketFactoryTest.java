package dev.starttls.imap;

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
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import org.apache.commons.net.imap.IMAPClient;
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
class ImapSocketFactoryTest {

    private static final String SETTINGS = "starttls.imap.settings";

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
                properties.put("mail.imap.socketFactory", factory);
                properties.put("mail.imap.timeout", "30000");
                return readByAngus(properties, port);
            }
        },
        COMMONS_NET {
            @Override
            String read(SocketFactory factory, int port) throws Exception {
                IMAPClient client = new IMAPClient();
                client.setSocketFactory(factory);
                client.setDefaultTimeout(30_000);
                client.connect("localhost", port);
                try {
                    require(client.login("mary", "secret"), client);
                    require(client.select("INBOX"), client);
                    require(client.fetch("1", "BODY[]"), client);
                    String message = client.getReplyString();
                    require(client.logout(), client);
                    return message;
                } finally {
                    client.disconnect();
                }
            }
        };

        abstract String read(SocketFactory factory, int port) throws Exception;

        private static void require(boolean done, IMAPClient client) throws IOException {
            if (!done) {
                throw new IOException("Expected the server to do it, got " + client.getReplyString());
            }
        }

        static String readByAngus(Properties properties, int port) throws Exception {
            properties.put("mail.imap.partialfetch", "false");
            try (Store store = Session.getInstance(properties).getStore("imap")) {
                store.connect("localhost", port, "mary", "secret");
                Folder inbox = store.getFolder("INBOX");
                inbox.open(Folder.READ_ONLY);
                ByteArrayOutputStream message = new ByteArrayOutputStream();
                inbox.getMessage(1).writeTo(message);
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
            assertThat(library.read(factory(), dovecot.imap())).contains("Subject: first", "hello, mary");
            assertThat(library.read(client().policy(TlsPolicy.IMPLICIT).socketFactory(), dovecot.imaps()))
                    .contains("Subject: first", "hello, mary");
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_stripped_offer_ends_it_and_no_password_is_sent(Library library) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                "* OK ready\r\n", line -> "* CAPABILITY IMAP4rev1\r\n" + tag(line) + " OK done\r\n")) {
            assertThatThrownBy(() -> library.read(factory(), server.port())).satisfies(of(FailureReason.NOT_OFFERED));
            assertThat(server.heard()).containsExactly("T1 CAPABILITY");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void what_is_injected_after_the_go_ahead_ends_it(Library library) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
                line -> tag(line) + " OK go ahead\r\n* PREAUTH you are in\r\n")) {
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

    @ParameterizedTest
    @EnumSource(Library.class)
    void preauth_does_not_pass_whatever_the_policy(Library library) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                "* PREAUTH [CAPABILITY IMAP4rev1] you are in\r\n", line -> tag(line) + " OK done\r\n")) {
            for (TlsPolicy policy : List.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.DISABLED)) {
                assertThatThrownBy(() -> library.read(client().policy(policy).socketFactory(), server.port()))
                        .as("%s", policy)
                        .satisfies(of(FailureReason.PREAUTHENTICATED));
            }
            assertThat(server.heard()).noneMatch(line -> line.contains("LOGIN"));
        }
    }

    @Test
    void a_program_is_greeted_with_what_was_announced_inside_tls() throws Exception {
        int port = serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC));
        try (Socket socket = factory().createSocket("localhost", port)) {
            socket.getOutputStream().write("a LOGOUT\r\n".getBytes(US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("* OK [CAPABILITY IMAP4rev1 ")
                    .contains("AUTH=PLAIN", "] ready\r\n* BYE ")
                    .doesNotContain("STARTTLS", "LOGINDISABLED");
        }
    }

    @Test
    void a_class_name_and_a_file_are_enough() throws Exception {
        Path root = PemFiles.write(folder.resolve("root.pem"), List.of(certificates.root()));
        System.setProperty(
                SETTINGS,
                Files.writeString(folder.resolve("settings"), "ca = " + root).toString());
        Properties properties = new Properties();
        properties.setProperty("mail.imap.socketFactory.class", ImapSocketFactory.class.getName());
        properties.setProperty("mail.imap.socketFactory.fallback", "false");
        int port = serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC));
        assertThat(Library.readByAngus(properties, port)).contains("Subject: first");
    }

    private static String tag(String line) {
        return line.substring(0, Math.max(0, line.indexOf(' ')));
    }

    private SocketFactory factory() {
        return client().socketFactory();
    }

    private ImapClient client() {
        return ImapClient.to("mail.example.org", 143).sslContext(certificates.client());
    }

    private int serve(TlsPolicy policy, Issued identity) throws IOException {
        ImapLogin login = new ImapLogin(
                (user, password) -> user.equals("mary") && password.equals("secret"),
                new OneMessage("Subject: first\r\n\r\nhello\r\n"));
        return loop.listen(ImapServer.named("mail.example.org", login)
                .capabilities(login.capabilities())
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
