package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.hosts.TlsUse;
import dev.starttls.core.testing.ProtocolUnderTest.Exchange;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DowngradeDetection;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a client of every protocol says of servers that are broken, hostile or in the wrong place: the reason, the phase and
 * the advice that a person gets. To be extended by one class for each protocol, which adds what only its server can do wrong.
 */
public abstract class ClientFailureContract {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SSLContext SERVER_CONTEXT = CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));

    /** For a class of one protocol. */
    protected ClientFailureContract() {}

    /** The protocol. */
    protected abstract ProtocolUnderTest protocol();

    @Test
    void a_certificate_for_another_name_is_reported() {
        UpgradeException failure = handshakeWith(CERTIFICATES.otherName());
        assertThat(failure.reason()).isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
        assertThat(failure.resultType()).isEqualTo("certificate-host-mismatch");
        assertThat(failure.hint().orElseThrow()).contains("localhost");
    }

    @Test
    void an_expired_certificate_is_reported() {
        UpgradeException failure = handshakeWith(CERTIFICATES.expired());
        assertThat(failure.reason()).isEqualTo(FailureReason.CERTIFICATE_EXPIRED);
        assertThat(failure.hint().orElseThrow()).contains("clock");
    }

    @Test
    void a_certificate_that_is_not_valid_yet_is_reported() {
        assertThat(handshakeWith(CERTIFICATES.notYetValid()).reason()).isEqualTo(FailureReason.CERTIFICATE_EXPIRED);
    }

    @Test
    void a_certificate_of_an_unknown_root_is_reported() {
        UpgradeException failure = handshakeWith(TestCertificates.withOwnRoot().localhost(KeyKind.EC));
        assertThat(failure.reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
        assertThat(failure.hint().orElseThrow()).contains("trust store");
    }

    @Test
    void a_self_signed_certificate_is_reported() {
        assertThat(handshakeWith(CERTIFICATES.selfSigned()).reason()).isEqualTo(FailureReason.CERTIFICATE_UNTRUSTED);
    }

    @Test
    void a_name_in_the_common_name_alone_is_not_believed() {
        assertThat(handshakeWith(CERTIFICATES.commonNameOnly()).reason())
                .isEqualTo(FailureReason.CERTIFICATE_NAME_MISMATCH);
    }

    @Test
    void an_opportunistic_client_takes_a_certificate_of_an_unknown_root() {
        Issued stranger = TestCertificates.withOwnRoot().localhost(KeyKind.EC);
        Endpoint trusting = Endpoint.of(protocol().client(), UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC));
        MemoryLink.between(trusting, server(TlsPolicy.OPPORTUNISTIC, stranger)).run();
        assertThat(trusting.failure()).isEmpty();
        assertThat(trusting.connection().state()).isEqualTo(State.SECURE);
    }

    @Test
    void an_opportunistic_client_goes_on_in_plaintext_after_a_refusal() {
        Endpoint client = client(TlsPolicy.OPPORTUNISTIC);
        RawPeer busy = proposedTo(client);
        assertThat(busy.say(protocol().refusal() + "\r\n")).isEmpty();
        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.PLAINTEXT);
    }

    @Test
    void a_server_with_which_tls_was_used_is_sent_nothing_in_plaintext_after_a_refusal() {
        Dialogue dialogue = protocol().client();
        Instant now = Instant.EPOCH;
        TlsHistory history = TlsHistory.inMemory(1);
        history.used(
                new HostService("localhost", 587, dialogue.protocol()),
                new TlsUse(now, now, "TLSv1.3", List.of(), Optional.empty()));
        Endpoint client = Endpoint.of(
                dialogue,
                settings(TlsPolicy.OPPORTUNISTIC, CERTIFICATES.client())
                        .withDowngrades(DowngradeDetection.blocking(history, () -> now)));
        RawPeer busy = proposedTo(client);
        client.send("secret\r\n");
        assertThat(busy.say(protocol().refusal() + "\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.REFUSED);
        assertThat(client.upgradeFailure()).hasMessageContaining("TLSv1.3 was used with localhost:587");
        assertThat(client.sentText()).doesNotContain("secret");
    }

    @Test
    void a_reply_in_the_clear_instead_of_a_server_hello_fails_the_upgrade() {
        Endpoint client = client(TlsPolicy.REQUIRED);
        RawPeer hostile = proposedTo(client);
        hostile.say(goAhead());
        hostile.say(protocol().inside().get(0).replyOctets());
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
    }

    @Test
    void octets_in_one_piece_with_the_go_ahead_are_reported_with_what_to_do() {
        String capabilities = protocol().inside().get(0).replyOctets();
        // A whole reply, the beginning of one, a line that is empty, the beginning of a record, and a single octet.
        for (String injected : List.of(capabilities, capabilities.substring(0, 5), "\r\n", "\26\3\3", " ")) {
            Endpoint client = client(TlsPolicy.REQUIRED);
            assertThat(proposedTo(client).say(goAhead() + injected)).isEmpty();
            assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
            assertThat(client.upgradeFailure().hint().orElseThrow()).contains("middle");
        }
    }

    @Test
    void a_plaintext_greeting_on_an_implicit_tls_port_is_reported_with_what_to_do() {
        Endpoint client = client(TlsPolicy.IMPLICIT);
        RawPeer plain = RawPeer.server(client, SERVER_CONTEXT);
        plain.listen();
        Exchange greeting = protocol().before().get(0);
        plain.say(greeting.replyOctets());
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(failure.phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(failure.reply()).contains(greeting.replies().get(0));
        assertThat(failure.hint().orElseThrow())
                .contains("TlsPolicy.REQUIRED", numbers(protocol().client().implicitTlsPorts()));
    }

    @Test
    void a_tls_port_spoken_to_in_plaintext_is_reported_with_what_to_do_when_it_alerts() {
        Endpoint client = client(TlsPolicy.REQUIRED);
        RawPeer.server(client, SERVER_CONTEXT).say("\25\3\1\0\2\2\106");
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(failure.phase()).isEqualTo(Phase.GREETING);
        assertThat(failure.hint().orElseThrow())
                .contains("TlsPolicy.IMPLICIT", numbers(protocol().client().startTlsPorts()));
    }

    @Test
    void a_tls_port_spoken_to_in_plaintext_is_reported_with_what_to_do_when_it_is_silent() {
        Endpoint client = client(TlsPolicy.REQUIRED);
        client.pass(Duration.ofMinutes(2));
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(failure.phase()).isEqualTo(Phase.GREETING);
        assertThat(failure.hint().orElseThrow())
                .contains("TlsPolicy.IMPLICIT", numbers(protocol().client().implicitTlsPorts()));
    }

    @Test
    void a_stalled_handshake_times_out() {
        Endpoint client = client(TlsPolicy.REQUIRED);
        proposedTo(client).say(goAhead());
        client.pass(Duration.ofMinutes(2));
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
    }

    @Test
    void a_line_without_end_is_bounded() {
        Endpoint client = client(TlsPolicy.REQUIRED);
        String greeting = protocol().before().get(0).replies().get(0);
        RawPeer.server(client, SERVER_CONTEXT).say(greeting + "x".repeat(100_000));
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.GREETING);
    }

    @Test
    void a_server_that_closes_before_its_capabilities_is_reported() {
        Endpoint client = client(TlsPolicy.REQUIRED);
        RawPeer.server(client, SERVER_CONTEXT).say(protocol().bareGreeting());
        client.arriveEnd().run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.CAPABILITY);
    }

    @Test
    void a_server_that_closes_before_its_go_ahead_is_reported() {
        Endpoint client = client(TlsPolicy.REQUIRED);
        proposedTo(client);
        client.arriveEnd().run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
    }

    @Test
    void an_end_without_close_notify_inside_tls_is_a_truncation() throws Exception {
        Endpoint client = client(TlsPolicy.REQUIRED);
        RawPeer server = proposedTo(client);
        server.handshake(server.say(goAhead()));
        client.arriveEnd().run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.TRUNCATED);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.RECAPABILITY);
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsPolicy.class,
            names = {"REQUIRED", "OPPORTUNISTIC"})
    void after_the_go_ahead_no_failure_leads_back_to_plaintext(TlsPolicy policy) {
        Endpoint client = client(policy);
        RawPeer hostile = proposedTo(client);
        hostile.say(goAhead());
        String before = client.sentText();
        client.send("secret\r\n");
        // A fatal handshake_failure alert.
        hostile.say("\25\3\3\0\2\2\50");
        hostile.say(protocol().refusal() + "\r\n");
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(client.sentText()).startsWith(before);
        assertThat(client.sentText().substring(before.length()))
                .as("at most an alert")
                .doesNotContain("secret", "\r\n")
                .hasSizeLessThanOrEqualTo(7);
        assertThat(client.connection().state()).isEqualTo(State.FAILED);
    }

    /** Requires that this line is no answer to the upgrade command. */
    protected final void requireNoGoAhead(String line) {
        Endpoint client = client(TlsPolicy.REQUIRED);
        assertThat(proposedTo(client).say(line + "\r\n")).isEmpty();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.PROTOCOL_VIOLATION);
        assertThat(client.upgradeFailure().phase()).isEqualTo(Phase.COMMAND);
    }

    /** A server whose greeting and capabilities offer the upgrade, and which has the client's command. */
    private RawPeer proposedTo(Endpoint client) {
        RawPeer server = RawPeer.server(client, SERVER_CONTEXT);
        String said = "";
        for (Exchange each : protocol().before()) {
            said = server.say(each.replyOctets());
        }
        assertThat(said).isEqualTo(protocol().upgrade().commandOctets());
        return server;
    }

    private String goAhead() {
        return protocol().upgrade().replyOctets();
    }

    private UpgradeException handshakeWith(Issued identity) {
        Dialogue dialogue = protocol().client();
        Endpoint client = Endpoint.of(dialogue, settings(TlsPolicy.REQUIRED, CERTIFICATES.client()));
        MemoryLink.between(client, server(TlsPolicy.REQUIRED, identity)).run();
        UpgradeException failure = client.upgradeFailure();
        assertThat(failure.phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(dialogue.capabilities())
                .as("those of before: it got no further")
                .isNotEmpty();
        return failure;
    }

    private Endpoint client(TlsPolicy policy) {
        return Endpoint.of(protocol().client(), settings(policy, CERTIFICATES.client()));
    }

    private Endpoint server(TlsPolicy policy, Issued identity) {
        return Endpoint.of(protocol().server(policy), settings(policy, CERTIFICATES.server(identity)));
    }

    private static UpgradeSettings settings(TlsPolicy policy, SSLContext context) {
        return UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().context(context).build());
    }

    private static String numbers(List<Integer> ports) {
        assertThat(ports).isNotEmpty();
        return ports.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }
}
