package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A protocol that the library does not know, on what is public alone: two dialogues, everything else is the core's. */
@Timeout(60)
class ManageSieveTest {

    private static final String OFFER = "\"IMPLEMENTATION\" \"raw\"\r\n\"STARTTLS\"\r\nOK\r\n";

    private final TestCertificates certificates = TestCertificates.shared();
    private Loopback loopback;

    @BeforeEach
    void connect() throws IOException {
        loopback = Loopback.open();
    }

    @AfterEach
    void disconnect() throws IOException {
        loopback.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUIRED", "OPPORTUNISTIC", "IMPLICIT"})
    void both_sides_upgrade_and_go_on_inside_tls(TlsPolicy policy) throws Exception {
        CompletableFuture<Void> served = serve(policy);
        try (StartTlsChannel channel = client(policy)) {
            UpgradeReport report = channel.upgrade();

            assertThat(report.protocol()).isEqualTo("managesieve");
            assertThat(report.encrypted()).isTrue();
            assertThat(report.offeredInside()).contains("\"SASL\" \"PLAIN\"").doesNotContain("\"STARTTLS\"");
            assertThat(ask(channel, "STARTTLS")).isEqualTo("NO \"Not offered\"\r\n");
            assertThat(ask(channel, "LISTSCRIPTS")).isEqualTo("OK LISTSCRIPTS\r\n");
            assertThat(ask(channel, "LOGOUT")).isEqualTo("OK \"Bye\"\r\n");
        }
        served.get(30, TimeUnit.SECONDS);
    }

    @Test
    void the_client_takes_capabilities_that_are_literals() {
        write(loopback.server(), "\"IMPLEMENTATION\" {12+}\r\nOK\r\nSTARTTLS\r\n\"SIEVE\" {0}\r\n\r\nOK\r\n");
        UpgradeException why = failure(client(TlsPolicy.REQUIRED));
        assertThat(why.reason()).as("what is inside a literal is no offer").isEqualTo(FailureReason.NOT_OFFERED);
    }

    @Test
    void an_offer_that_was_stripped_fails_a_client_that_needs_it() {
        write(loopback.server(), "\"IMPLEMENTATION\" \"raw\"\r\nOK\r\n");
        assertThat(failure(client(TlsPolicy.REQUIRED)).reason()).isEqualTo(FailureReason.NOT_OFFERED);
    }

    @Test
    void advice_names_the_ports_of_this_protocol_only() {
        write(loopback.server(), "\25\3\3\0\2\2\120");
        assertThat(failure(client(TlsPolicy.REQUIRED)).hint().orElseThrow()).contains("the STARTTLS port (4190)");
    }

    @Test
    void advice_has_no_numbers_where_there_is_no_port_for_implicit_tls() {
        write(loopback.server(), "\"IMPLEMENTATION\" \"raw\"\r\nOK\r\n");
        assertThat(failure(client(TlsPolicy.REQUIRED)).hint().orElseThrow())
                .contains("an implicit-TLS port cannot be stripped")
                .doesNotContainPattern("[0-9]");
    }

    @Test
    void a_refusal_fails_a_client_that_needs_tls() {
        CompletableFuture<Void> sent = answer("NO \"not now\"\r\n");
        UpgradeException why = failure(client(TlsPolicy.REQUIRED));
        assertThat(why.reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(why.reply()).contains("NO \"not now\"");
        sent.join();
    }

    @Test
    void a_bye_instead_of_a_greeting_turns_the_client_away() {
        write(loopback.server(), "BYE (TRYLATER) \"too many\"\r\n");
        UpgradeException why = failure(client(TlsPolicy.REQUIRED));
        assertThat(why.reason()).isEqualTo(FailureReason.TURNED_AWAY);
        assertThat(why.reply()).contains("BYE (TRYLATER) \"too many\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK\r\n\"SASL\" \"PLAIN\"\r\n", "OK\r\nOK\r\n", "OK\r\n\0"})
    void octets_after_the_go_ahead_fail_the_client(String injected) {
        CompletableFuture<Void> sent = answer(injected);
        assertThat(failure(client(TlsPolicy.OPPORTUNISTIC)).reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        sent.join();
    }

    @Test
    void octets_after_the_command_fail_the_server() {
        CompletableFuture<Void> served = serve(TlsPolicy.REQUIRED);
        write(loopback.client(), "STARTTLS\r\nLISTSCRIPTS\r\n");
        CompletionException thrown = catchThrowableOfType(CompletionException.class, served::join);
        UpgradeException why = (UpgradeException) thrown.getCause();
        assertThat(why.reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        assertThat(rest(loopback.client())).endsWith("BYE \"Nothing may follow STARTTLS in its segment\"\r\n");
    }

    @Test
    void no_command_is_the_authors_before_tls() {
        CompletableFuture<Void> served = serve(TlsPolicy.REQUIRED);
        write(loopback.client(), "LISTSCRIPTS\r\nLOGOUT\r\n");
        served.join();
        assertThat(rest(loopback.client())).contains("NO (ENCRYPT-NEEDED)").doesNotContain("OK LISTSCRIPTS");
    }

    /** A server in the clear that offers the upgrade and answers the command with these octets. */
    private CompletableFuture<Void> answer(String octets) {
        return CompletableFuture.runAsync(() -> {
            write(loopback.server(), OFFER);
            assertThat(read(loopback.server())).isEqualTo("STARTTLS\r\n");
            write(loopback.server(), octets);
        });
    }

    private CompletableFuture<Void> serve(TlsPolicy policy) {
        SSLContext context = certificates.server(certificates.localhost(KeyKind.EC));
        Dialogue dialogue = new ManageSieveServer(policy, (command, session) -> "OK " + command);
        StartTlsChannel channel = over(loopback.server(), dialogue, policy, context);
        return CompletableFuture.runAsync(() -> {
            try (channel) {
                channel.upgrade();
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }

    private StartTlsChannel client(TlsPolicy policy) {
        return over(loopback.client(), new ManageSieveClient(), policy, certificates.client());
    }

    private static StartTlsChannel over(
            SocketChannel channel, Dialogue dialogue, TlsPolicy policy, SSLContext context) {
        UpgradeSettings settings = UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().context(context).build());
        return StartTlsChannel.over(channel, new UpgradeConnection(dialogue, settings, new Peer("localhost", 4190)));
    }

    private static UpgradeException failure(StartTlsChannel client) {
        return catchThrowableOfType(UpgradeException.class, client::upgrade);
    }

    private static String ask(StartTlsChannel channel, String command) throws IOException {
        Channels.newOutputStream(channel).write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        return read(channel);
    }

    private static String read(ByteChannel channel) {
        ByteBuffer octets = ByteBuffer.allocate(1024);
        try {
            channel.read(octets);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return StandardCharsets.ISO_8859_1.decode(octets.flip()).toString();
    }

    private static String rest(SocketChannel channel) {
        try {
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void write(SocketChannel channel, String octets) {
        try {
            channel.write(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
