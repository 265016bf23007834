package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class BrokenServerTest {

    private static final int HANDSHAKE = 22;
    private static final int APPLICATION_DATA = 23;
    private static final int UNKNOWN_TYPE = 99;

    /** After the client's Finished and the command that shows that the session works. */
    private static final int SPOILT = 3;

    /** NOOP is too long for it, an octet alone too short: header, update, content type, tag. */
    private static final int KEY_UPDATE = 22;

    private static final int ONE_OCTET = 1 + 1 + 16;

    private static LoopbackServer good;

    @BeforeAll
    static void start() {
        good = GoodServer.start();
    }

    @AfterAll
    static void stop() {
        good.close();
    }

    private static Verdict judge(String id, Relay.Hook hook) {
        try (LoopbackServer broken = Relay.before(good, hook)) {
            return TlsCheckHarness.judge(id, broken.port());
        }
    }

    private static Verdict judgeImpatiently(String id, Relay.Hook hook) {
        try (LoopbackServer broken = Relay.before(good, hook)) {
            return TlsCheckHarness.judgeImpatiently(id, broken.port());
        }
    }

    private static void assertFails(Verdict verdict, String because) {
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
        assertThat(verdict.detail()).contains(because);
    }

    private static boolean isHello(TlsRecord record) {
        return record.type() == HANDSHAKE && record.content().at(0) == ClientHello.TYPE;
    }

    private static ClientHello hello(TlsRecord record) throws MalformedException {
        return ClientHello.parse(record.content());
    }

    private static OctetString alert(int description) {
        return RecordSplitter.record(21, 0x0303, OctetString.of(new byte[] {2, (byte) description}));
    }

    @Test
    void a_server_that_wants_the_hello_in_one_read_is_caught() {
        AtomicBoolean asked = new AtomicBoolean();
        try (LoopbackServer broken = LoopbackServer.serving(client -> {
            byte[] first = new byte[4096];
            // The first connection has the octets one by one, however many of them a late read would get.
            int read = client.getInputStream().read(first, 0, asked.getAndSet(true) ? first.length : 1);
            if (read < 5 || read < 5 + (((first[3] & 0xff) << 8) | (first[4] & 0xff))) {
                return;
            }
            try (Socket server = good.connect()) {
                LoopbackServer.start(() -> Relay.pump(server, client));
                server.getOutputStream().write(Arrays.copyOf(first, read));
                Relay.pump(client, server);
            }
        })) {
            assertFails(
                    TlsCheckHarness.judge("TLS-S-10", broken.port()),
                    "while a plain ClientHello in one record is accepted");
            assertThat(TlsCheckHarness.judge("TLS-S-13", broken.port()).status())
                    .isNotEqualTo(Status.INCONCLUSIVE);
        }
    }

    @Test
    void a_server_that_wants_the_hello_in_one_record_is_caught() {
        Relay.Hook hook = (record, way) -> {
            boolean cut = record.type() == HANDSHAKE && record.content().length() <= 100;
            if (cut) {
                way.end();
            } else {
                way.forward(record);
            }
        };
        assertFails(judge("TLS-S-11", hook), "records of 1 octet: end of stream");
        assertThat(judge("TLS-S-10", hook).status()).isEqualTo(Status.PASS);
    }

    @Test
    void a_server_that_takes_no_long_hello_is_caught() {
        assertFails(
                judge("TLS-S-12", (record, way) -> {
                    if (record.content().length() > 8192) {
                        way.end();
                    } else {
                        way.forward(record);
                    }
                }),
                "the same in 16 KiB: end of stream");
    }

    @Test
    void a_server_that_minds_unknown_extensions_is_caught() {
        assertFails(
                judge("TLS-S-12", (record, way) -> {
                    if (isHello(record)
                            && hello(record).extensions().stream()
                                    .map(Extension::type)
                                    .anyMatch(type -> Extension.label(type).startsWith("0x"))) {
                        way.answer(alert(110));
                        way.end();
                    } else {
                        way.forward(record);
                    }
                }),
                "fatal alert unsupported_extension");
    }

    @Test
    void a_server_that_takes_no_hello_at_all_leaves_the_hello_checks_open() {
        try (LoopbackServer broken =
                LoopbackServer.serving(client -> client.getInputStream().read())) {
            for (String id : new String[] {"TLS-S-10", "TLS-S-11", "TLS-S-12"}) {
                assertThat(TlsCheckHarness.judge(id, broken.port()).status()).isEqualTo(Status.INCONCLUSIVE);
            }
        }
    }

    private static boolean nothingInCommon(TlsRecord record) throws MalformedException {
        return isHello(record)
                && (hello(record).suites().stream()
                                .allMatch(code -> CipherSuite.of(code).isEmpty())
                        || hello(record).legacyVersion() < 0x0301
                        || hello(record)
                                .extension(Extension.SUPPORTED_VERSIONS)
                                .filter(extension -> extension.data().length() == 3)
                                .isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS-S-13", "TLS-S-14"})
    void a_server_that_hangs_instead_of_refusing_is_caught(String id) {
        assertFails(
                judgeImpatiently(id, (record, way) -> {
                    if (nothingInCommon(record)) {
                        way.fallSilent();
                    } else {
                        way.forward(record);
                    }
                }),
                "silence");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS-S-13", "TLS-S-14"})
    void a_server_that_closes_without_an_alert_is_caught(String id) {
        assertFails(
                judge(id, (record, way) -> {
                    if (nothingInCommon(record)) {
                        way.end();
                    } else {
                        way.forward(record);
                    }
                }),
                "end of stream without any answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS-S-13", "TLS-S-14"})
    void a_server_that_falls_back_to_plaintext_is_caught(String id) {
        assertFails(
                judge(id, (record, way) -> {
                    way.answer(OctetString.ascii("500 5.5.1 what?\r\n"));
                    way.end();
                }),
                "500 5.5.1 what?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS-S-13", "TLS-S-14"})
    void a_server_with_another_alert_is_warned_of(String id) {
        Verdict verdict = judge(id, (record, way) -> {
            way.answer(alert(80));
            way.end();
        });
        assertThat(verdict.status()).isEqualTo(Status.WARN);
        assertThat(verdict.detail()).contains("internal_error");
    }

    @Test
    void a_server_that_takes_no_large_record_is_caught() {
        assertFails(
                judge("TLS-S-20a", (record, way) -> {
                    if (record.type() == APPLICATION_DATA && record.content().length() > 8192) {
                        way.end();
                    } else {
                        way.forward(record);
                    }
                }),
                "after a record of 16384 octets no answer came");
    }

    @Test
    void a_server_that_takes_no_small_record_is_caught() {
        assertFails(
                judge("TLS-S-20b", (record, way) -> {
                    if (record.content().length() == ONE_OCTET) {
                        way.end();
                    } else {
                        way.forward(record);
                    }
                }),
                "after records of one octet no answer came");
    }

    @Test
    void a_server_that_takes_an_empty_record_for_the_end_is_warned_of() {
        Verdict verdict = judge("TLS-S-20c", (record, way) -> {
            if (record.type() == APPLICATION_DATA && record.content().length() == ONE_OCTET - 1) {
                way.end();
            } else {
                way.forward(record);
            }
        });
        assertThat(verdict.status()).isEqualTo(Status.WARN);
        assertThat(verdict.detail()).contains("no answer came: connection closed");
    }

    @Test
    void a_server_that_does_not_follow_a_key_update_is_caught() {
        assertFails(
                judge("TLS-S-20d", (record, way) -> {
                    if (record.content().length() != KEY_UPDATE) {
                        way.forward(record);
                    }
                }),
                "after a KeyUpdate no answer came");
    }

    @Test
    void a_server_that_does_not_verify_the_mac_is_caught() {
        assertFails(
                judge("TLS-S-21a", (record, way) -> {
                    OctetString content = record.content();
                    boolean corrupted = record.type() == APPLICATION_DATA && way.applicationRecords() == SPOILT;
                    way.forward(
                            corrupted
                                    ? new TlsRecord(
                                            record.type(), record.version(), content.flipped(content.length() - 1, 1))
                                    : record);
                }),
                "answered");
    }

    @Test
    void a_server_that_does_not_look_at_the_type_is_caught() {
        assertFails(
                judge(
                        "TLS-S-21b",
                        (record, way) -> way.forward(
                                record.type() == UNKNOWN_TYPE
                                        ? new TlsRecord(APPLICATION_DATA, record.version(), record.content())
                                        : record)),
                "answered");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS-S-21a", "TLS-S-21b", "TLS-S-21c"})
    void a_server_that_passes_over_a_spoilt_record_is_caught(String id) {
        assertFails(
                judgeImpatiently(id, (record, way) -> {
                    if (way.applicationRecords() < SPOILT) {
                        way.forward(record);
                    }
                }),
                "neither sent an alert nor closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS-S-21a", "TLS-S-21b", "TLS-S-21c"})
    void a_server_that_answers_a_spoilt_record_in_plaintext_is_caught(String id) {
        assertFails(
                judge(id, (record, way) -> {
                    if (way.applicationRecords() < SPOILT) {
                        way.forward(record);
                    } else {
                        way.answer(OctetString.ascii("421 4.7.0 TLS failure\r\n"));
                        way.end();
                    }
                }),
                "something that is not TLS came back");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS-S-21a", "TLS-S-21b", "TLS-S-21c"})
    void a_server_that_only_closes_on_a_spoilt_record_is_warned_of(String id) {
        Verdict verdict = judge(id, (record, way) -> {
            if (way.applicationRecords() < SPOILT) {
                way.forward(record);
            } else {
                way.end();
            }
        });
        assertThat(verdict.status()).isEqualTo(Status.WARN);
    }

    private static Relay.Hook dropping(HelloTrait trait) {
        return (record, way) -> {
            if (isHello(record) && trait.of(hello(record))) {
                way.end();
            } else {
                way.forward(record);
            }
        };
    }

    /** What a broken server takes offence at. */
    @FunctionalInterface
    private interface HelloTrait {
        boolean of(ClientHello hello);
    }

    private static void assertWarns(Verdict verdict, String because) {
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.WARN);
        assertThat(verdict.detail()).contains(because);
    }

    @Test
    void a_server_that_falls_over_a_ticket_is_warned_of() {
        assertWarns(
                judge("TLS-S-16a", dropping(hello -> hello.extension(Extension.SESSION_TICKET)
                        .filter(ticket -> !ticket.data().isEmpty())
                        .isPresent())),
                "ticket: a handshake that offers the session fails");
    }

    @Test
    void a_server_that_falls_over_the_id_of_a_session_is_warned_of() {
        assertWarns(
                judge(
                        "TLS-S-16a",
                        dropping(hello -> !hello.sessionId().isEmpty()
                                && hello.extension(Extension.SESSION_TICKET).isEmpty())),
                "id: a handshake that offers the session fails");
    }

    @Test
    void a_server_that_falls_over_a_pre_shared_key_is_warned_of() {
        assertWarns(
                judge("TLS-S-16b", dropping(hello -> hello.extension(Extension.PRE_SHARED_KEY)
                        .isPresent())),
                "a handshake that offers the session fails");
    }

    @Test
    void a_server_that_only_closes_when_the_client_does_is_warned_of() {
        assertWarns(
                judge("TLS-S-19a", (record, way) -> {
                    if (way.applicationRecords() < SPOILT) {
                        way.forward(record);
                    } else {
                        way.end();
                    }
                }),
                "ended without close_notify");
    }

    @Test
    void a_server_that_goes_back_to_plaintext_is_caught() {
        assertFails(
                judge("TLS-S-19c", (record, way) -> {
                    if (way.applicationRecords() < SPOILT) {
                        way.forward(record);
                    } else {
                        way.answer(alert(0).and(OctetString.ascii("250 ok\r\n")));
                        way.end();
                    }
                }),
                "continued in plaintext: 250 ok");
    }

    @Test
    void a_server_that_ends_all_sessions_with_one_is_caught() {
        List<Socket> all = new CopyOnWriteArrayList<>();
        try (LoopbackServer broken = LoopbackServer.serving(client -> {
            all.add(client);
            try (Socket server = good.connect()) {
                LoopbackServer.start(() -> Relay.pump(server, client));
                client.getInputStream().transferTo(server.getOutputStream());
                for (Socket other : all) {
                    other.close();
                }
            }
        })) {
            assertFails(TlsCheckHarness.judge("TLS-S-19b", broken.port()), "a session that was open before");
        }
    }

    @Test
    void a_server_that_gives_a_stalled_handshake_up_passes() {
        try (LoopbackServer right = LoopbackServer.serving(client -> {
            client.setSoTimeout(1);
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        })) {
            Verdict verdict = TlsCheckHarness.judge("TLS-S-15b", right.port());
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.PASS);
        }
    }

    @Test
    void a_server_that_gives_a_stalled_handshake_up_in_plaintext_is_warned_of() {
        try (LoopbackServer broken = LoopbackServer.serving(client -> {
            client.getOutputStream()
                    .write(OctetString.ascii("421 4.4.2 timeout exceeded\r\n").array());
        })) {
            assertWarns(
                    TlsCheckHarness.judge("TLS-S-15b", broken.port()),
                    "sent plaintext during the handshake: 421 4.4.2");
        }
    }

    @Test
    void a_server_that_waits_for_ever_is_warned_of_when_there_was_time_to_see_it() {
        Duration ten = Duration.ofMinutes(10);
        assertThat(StallTopic.judged(OctetString.NONE, new Received.Silence(ten), ten, ten)
                        .status())
                .isEqualTo(Status.FAIL);
    }

    @Test
    void a_server_without_tls_leaves_the_session_checks_open() {
        try (LoopbackServer broken = LoopbackServer.serving(client -> {
            client.getOutputStream()
                    .write(OctetString.ascii("220 plaintext\r\n").array());
            client.getInputStream().read();
        })) {
            for (String id : new String[] {"TLS-S-20a", "TLS-S-20d", "TLS-S-21a", "TLS-S-06", "TLS-S-07"}) {
                assertThat(TlsCheckHarness.judge(id, broken.port()).status()).isEqualTo(Status.INCONCLUSIVE);
            }
        }
    }
}
