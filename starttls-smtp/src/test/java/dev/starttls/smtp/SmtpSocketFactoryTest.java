package dev.starttls.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.LoopExtension;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.PostfixServer;
import dev.starttls.core.testing.RefusingPort;
import dev.starttls.core.testing.ScriptedServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import org.apache.commons.net.smtp.SMTPClient;
import org.apache.commons.net.smtp.SMTPReply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mail.MailSendException;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/** Mail libraries that know of the upgrade nothing but the socket factory. */
@Timeout(180)
class SmtpSocketFactoryTest {

    private static final String SETTINGS = "starttls.smtp.settings";

    private final TestCertificates certificates = TestCertificates.shared();
    private final BlockingQueue<String> delivered = new LinkedBlockingQueue<>();

    @RegisterExtension
    final LoopExtension loop = new LoopExtension();

    @TempDir
    Path folder;

    /** A library, as a program uses it that has only the factory to set. */
    enum Library {
        ANGUS {
            @Override
            void send(SocketFactory factory, int port) throws Exception {
                Properties properties = new Properties();
                properties.put("mail.smtp.socketFactory", factory);
                properties.put("mail.smtp.starttls.enable", "false");
                sendByAngus(properties, port);
            }
        },
        ANGUS_WITH_TIMEOUTS {
            @Override
            void send(SocketFactory factory, int port) throws Exception {
                Properties properties = new Properties();
                properties.put("mail.smtp.socketFactory", factory);
                properties.put("mail.smtp.connectiontimeout", "30000");
                properties.put("mail.smtp.timeout", "30000");
                properties.put("mail.smtp.writetimeout", "30000");
                properties.put("mail.smtp.localaddress", "127.0.0.1");
                sendByAngus(properties, port);
            }
        },
        SPRING {
            @Override
            void send(SocketFactory factory, int port) throws Exception {
                JavaMailSenderImpl sender = new JavaMailSenderImpl();
                sender.setHost("localhost");
                sender.setPort(port);
                sender.getJavaMailProperties().put("mail.smtp.socketFactory", factory);
                SimpleMailMessage message = new SimpleMailMessage();
                message.setFrom("a@localhost");
                message.setTo("b@localhost");
                message.setText("by a library");
                try {
                    sender.send(message);
                } catch (MailSendException e) {
                    throw e.getMessageExceptions().length > 0 ? e.getMessageExceptions()[0] : (Exception) e.getCause();
                }
            }
        },
        COMMONS_NET {
            @Override
            void send(SocketFactory factory, int port) throws Exception {
                SMTPClient client = new SMTPClient();
                client.setSocketFactory(factory);
                client.setConnectTimeout(30_000);
                client.setDefaultTimeout(30_000);
                client.connect("localhost", port);
                try {
                    require(SMTPReply.isPositiveCompletion(client.getReplyCode()), client);
                    client.setTcpNoDelay(true);
                    client.setKeepAlive(true);
                    client.setSoTimeout(30_000);
                    require(client.isConnected() && client.isAvailable(), client);
                    require(client.login("client.example.org"), client);
                    require(client.setSender("a@localhost") && client.addRecipient("b@localhost"), client);
                    try (Writer message = client.sendMessageData()) {
                        message.write("Subject: test\r\n\r\nby a library\r\n");
                    }
                    require(client.completePendingCommand() && client.logout(), client);
                } finally {
                    client.disconnect();
                }
            }
        };

        abstract void send(SocketFactory factory, int port) throws Exception;

        private static void require(boolean done, SMTPClient client) throws IOException {
            if (!done) {
                throw new IOException("Expected the server to do it, got " + client.getReplyString());
            }
        }

        static void sendByAngus(Properties properties, int port) throws MessagingException {
            Session session = Session.getInstance(properties);
            Message message = new MimeMessage(session);
            message.setFrom(new InternetAddress("a@localhost"));
            message.setText("by a library");
            try (Transport transport = session.getTransport("smtp")) {
                transport.connect("localhost", port, null, null);
                transport.sendMessage(message, new InternetAddress[] {new InternetAddress("b@localhost")});
            }
        }
    }

    @AfterEach
    void forget() {
        System.clearProperty(SETTINGS);
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_library_sends_inside_tls(Library library) throws Exception {
        library.send(factory(), serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC)));
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by a library");
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_library_sends_inside_implicit_tls(Library library) throws Exception {
        SocketFactory factory = client().policy(TlsPolicy.IMPLICIT).socketFactory();
        library.send(factory, serve(TlsPolicy.IMPLICIT, certificates.localhost(KeyKind.RSA)));
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by a library");
    }

    @Tag("peers")
    @ParameterizedTest
    @EnumSource(Library.class)
    void a_library_sends_by_postfix(Library library) throws Exception {
        try (PostfixServer postfix = PostfixServer.start(certificates.localhost(KeyKind.EC))) {
            library.send(factory(), postfix.port());
            library.send(client().policy(TlsPolicy.IMPLICIT).socketFactory(), postfix.implicitPort());
            postfix.awaitLog("status=sent");
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_stripped_offer_ends_it_and_nothing_is_sent_in_the_clear(Library library) throws Exception {
        try (ScriptedServer server = ScriptedServer.start("220 localhost ESMTP\r\n", line -> "250 localhost\r\n")) {
            assertThatThrownBy(() -> library.send(factory(), server.port())).satisfies(of(FailureReason.NOT_OFFERED));
            assertThat(server.heard()).containsExactly("EHLO client.example.org");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void what_is_injected_after_the_go_ahead_ends_it(Library library) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                "220 localhost ESMTP\r\n",
                line -> line.equals("STARTTLS")
                        ? "220 go ahead\r\n250-localhost\r\n250 AUTH PLAIN\r\n"
                        : "250-localhost\r\n250 STARTTLS\r\n")) {
            assertThatThrownBy(() -> library.send(factory(), server.port()))
                    .satisfies(of(FailureReason.PLAINTEXT_INJECTION));
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_certificate_for_another_name_ends_it(Library library) throws Exception {
        int port = serve(TlsPolicy.REQUIRED, certificates.otherName());
        assertThatThrownBy(() -> library.send(factory(), port)).satisfies(of(FailureReason.CERTIFICATE_NAME_MISMATCH));
        assertThat(delivered).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void a_connection_that_is_refused_is_typed_too(Library library) throws Exception {
        try (RefusingPort refused = new RefusingPort()) {
            assertThatThrownBy(() -> library.send(factory(), refused.number()))
                    .satisfies(of(FailureReason.CONNECT_FAILED));
        }
    }

    /** Why the sockets do not fail in connect: the first attempt is taken for a reason to go on without the factory. */
    @Test
    void angus_falls_back_to_plaintext_if_connect_throws() throws Exception {
        try (ScriptedServer server = ScriptedServer.start("220 localhost ESMTP\r\n", line -> "250 localhost\r\n")) {
            Properties properties = new Properties();
            properties.put("mail.smtp.socketFactory", client().socketFactory().failingOnConnect());
            properties.put("mail.smtp.socketFactory.fallback", "false");
            assertThatThrownBy(() -> Library.sendByAngus(properties, server.port()))
                    .satisfies(of(FailureReason.NOT_OFFERED));
            assertThat(server.connections()).isEqualTo(1);
            properties.remove("mail.smtp.socketFactory.fallback");
            assertThatThrownBy(() -> Library.sendByAngus(properties, server.port()))
                    .isInstanceOf(MessagingException.class);
            assertThat(server.connections()).isEqualTo(3);
            assertThat(server.heard()).contains("MAIL FROM:<a@localhost>");
        }
    }

    @Test
    void a_proxy_of_the_library_is_taken_for_the_server_and_ends_it() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start("", line -> "")) {
            Properties properties = new Properties();
            properties.put("mail.smtp.socketFactory", factory());
            properties.put("mail.smtp.socketFactory.fallback", "false");
            properties.put("mail.smtp.proxy.host", "localhost");
            properties.put("mail.smtp.proxy.port", String.valueOf(proxy.port()));
            properties.put("mail.smtp.timeout", "100");
            assertThatThrownBy(() -> Library.sendByAngus(properties, 25)).satisfies(of(FailureReason.TIMEOUT));
            assertThat(proxy.heard()).noneMatch(line -> line.startsWith("CONNECT"));
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void the_sessions_of_one_factory_are_resumed(Library library) throws Exception {
        List<Resumption> resumptions = new CopyOnWriteArrayList<>();
        SocketFactory factory = client().listener(new UpgradeListener() {
                    @Override
                    public void upgraded(UpgradeReport report) {
                        resumptions.add(report.tls().orElseThrow().resumption());
                    }
                })
                .socketFactory();
        int port = serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC));
        library.send(factory, port);
        library.send(factory, port);
        assertThat(resumptions).containsExactly(Resumption.FULL, Resumption.RESUMED);
    }

    @Test
    void a_library_that_is_to_upgrade_as_well_finds_no_offer() throws Exception {
        int port = serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC));
        Properties properties = new Properties();
        properties.put("mail.smtp.socketFactory", factory());
        properties.put("mail.smtp.starttls.enable", "true");
        Library.sendByAngus(properties, port);
        properties.put("mail.smtp.starttls.required", "true");
        assertThatThrownBy(() -> Library.sendByAngus(properties, port)).hasMessageContaining("STARTTLS is required");
    }

    @Test
    void what_an_application_reads_is_what_was_said_inside_tls() throws Exception {
        int port = serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC));
        try (Socket socket = factory().createSocket()) {
            socket.connect(new InetSocketAddress("localhost", port));
            byte[] greeting = "220 mx.example.org ESMTP\r\n".getBytes(US_ASCII);
            assertThat(socket.getInputStream().readNBytes(greeting.length)).isEqualTo(greeting);
            socket.getOutputStream().write("EHLO me.example\r\n".getBytes(US_ASCII));
            byte[] answer = "250-mx.example.org".getBytes(US_ASCII);
            assertThat(socket.getInputStream().readNBytes(answer.length)).isEqualTo(answer);
        }
    }

    @Test
    void a_class_name_and_a_file_are_enough() throws Exception {
        Path root = PemFiles.write(folder.resolve("root.pem"), List.of(certificates.root()));
        settings("ca = " + root + "\npolicy = required\ntimeout = 30\nname = client.example.org\n");
        Library.sendByAngus(byClass(), serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC)));
        assertThat(delivered.poll(30, TimeUnit.SECONDS)).contains("by a library");
        int other = serve(TlsPolicy.REQUIRED, certificates.otherName());
        assertThatThrownBy(() -> Library.sendByAngus(byClass(), other))
                .satisfies(of(FailureReason.CERTIFICATE_NAME_MISMATCH));
        assertThat(SmtpSocketFactory.getDefault()).isSameAs(SmtpSocketFactory.getDefault());
    }

    @Test
    void the_file_may_be_a_resource_and_the_roots_a_key_store() throws Exception {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", certificates.root());
        Path store = folder.resolve("roots.p12");
        try (OutputStream out = Files.newOutputStream(store)) {
            roots.store(out, "secret".toCharArray());
        }
        Files.writeString(
                folder.resolve("starttls-smtp.properties"),
                "truststore = " + store
                        + "\ntruststore.password = secret\nserver.name = localhost\npolicy = IMPLICIT\n");
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader resources =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(resources);
            SmtpSocketFactory factory = new SmtpSocketFactory();
            assertThat(factory.configured()).isTrue();
            int port = serve(TlsPolicy.IMPLICIT, certificates.named("localhost"));
            factory.createSocket("127.0.0.1", port).close();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void a_key_store_without_a_certificate_ends_it() throws Exception {
        KeyStore empty = KeyStore.getInstance("PKCS12");
        empty.load(null, null);
        Path store = folder.resolve("empty.p12");
        try (OutputStream out = Files.newOutputStream(store)) {
            empty.store(out, "secret".toCharArray());
        }
        settings("truststore = " + store + "\ntruststore.password = secret");
        SmtpSocketFactory factory = new SmtpSocketFactory();
        assertThat(factory.configured()).isFalse();
        assertThatThrownBy(() -> factory.createSocket("localhost", 1))
                .satisfies(of(FailureReason.LOCAL_ERROR))
                .hasMessageContaining("empty.p12")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void a_pin_in_the_file_is_asked_for() throws Exception {
        Path root = PemFiles.write(folder.resolve("root.pem"), List.of(certificates.root()));
        settings("ca = " + root + "\npins = sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
        int port = serve(TlsPolicy.REQUIRED, certificates.localhost(KeyKind.EC));
        SocketFactory factory = new SmtpSocketFactory();
        assertThatThrownBy(() -> factory.createSocket("localhost", port))
                .satisfies(of(FailureReason.CERTIFICATE_PIN_MISMATCH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "polcy = required",
                "policy = requird",
                "policy =",
                "pins = sha1/abc",
                "timeout = soon",
                "timeout = 0",
                "name = two words",
                "ca = nowhere.pem",
                "truststore = nowhere.p12\nca = nowhere.pem",
                "truststore.password = secret"
            })
    void wrong_settings_end_it_and_nothing_is_connected(String wrong) throws Exception {
        settings(wrong);
        try (ScriptedServer server = ScriptedServer.start("220 localhost ESMTP\r\n", line -> "250 localhost\r\n")) {
            assertThatThrownBy(() -> Library.sendByAngus(byClass(new SmtpSocketFactory()), server.port()))
                    .satisfies(of(FailureReason.LOCAL_ERROR))
                    .cause()
                    .hasMessageContaining(folder.resolve("settings").toString())
                    .hasMessageContaining(wrong.substring(0, wrong.indexOf(' ')));
            assertThat(server.connections()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "polcy = required | expected policy, ca, truststore, truststore.password, pins, server.name, timeout, name, got [polcy]",
                "pins = sha1/abc | : pins: expected ",
                "timeout = 0 | : timeout: expected a positive time, got PT0S",
                "ca = nowhere.pem | : ca: nowhere.pem: Expected a file, got none at this path",
                "truststore = nowhere.p12 | : truststore: expected a file with trusted certificates, got no file at nowhere.p12"
            })
    void a_wrong_setting_is_named_once(String wrong, String problem) throws Exception {
        settings(wrong);
        SmtpSocketFactory factory = new SmtpSocketFactory();
        assertThatThrownBy(() -> factory.createSocket("localhost", 1))
                .satisfies(of(FailureReason.LOCAL_ERROR))
                .cause()
                .message()
                .contains(problem)
                .doesNotContain("pins: pins")
                .doesNotContain("timePerPhase");
    }

    @Test
    void a_file_that_is_not_there_ends_it() throws Exception {
        System.setProperty(SETTINGS, folder.resolve("nowhere").toString());
        SocketFactory factory = new SmtpSocketFactory();
        assertThatThrownBy(() -> factory.createSocket(InetAddress.getLoopbackAddress(), 1))
                .satisfies(of(FailureReason.LOCAL_ERROR))
                .hasMessageContaining(SETTINGS);
    }

    private Properties byClass() {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.socketFactory.class", SmtpSocketFactory.class.getName());
        properties.setProperty("mail.smtp.socketFactory.fallback", "false");
        // As defaults, which Jenkins has the system properties as.
        return new Properties(properties);
    }

    private static Properties byClass(SocketFactory made) {
        Properties properties = new Properties();
        properties.put("mail.smtp.socketFactory", made);
        return properties;
    }

    private void settings(String text) throws IOException {
        System.setProperty(
                SETTINGS, Files.writeString(folder.resolve("settings"), text).toString());
    }

    private SocketFactory factory() {
        return client().socketFactory();
    }

    private SmtpClient client() {
        return SmtpClient.to("mail.example.org", 25).name("client.example.org").sslContext(certificates.client());
    }

    private int serve(TlsPolicy policy, Issued identity) throws IOException {
        SmtpTransaction transaction = new SmtpTransaction(
                envelope -> SmtpFixture.collecting(lines -> {
                    delivered.add(String.join("\n", lines));
                    return SmtpReply.of(250, "2.0.0 Taken");
                }),
                100_000);
        return loop.listen(SmtpServer.named("mx.example.org", transaction)
                .extensions(transaction.extensions())
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
