package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8446 section 6: close_notify is answered with what is due and close_notify; a failure never looks like one. */
@Timeout(240)
class CloseNotifyTest {

    static Stream<Arguments> engines() {
        return Stream.of(EngineMaker.values())
                .flatMap(engines -> Stream.of("TLSv1.2", "TLSv1.3").map(version -> Arguments.of(engines, version)));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void answers_that_are_due_leave_before_the_answer_to_close_notify_wherever_it_is_split(
            EngineMaker engines, String version) throws Exception {
        EngineSource source = engines.with(TestCertificates.shared().localhost(KeyKind.EC));
        int length = 200;
        for (int cut = 0; cut <= length; cut++) {
            BareTls tls = BareTls.client(Connections.TRUSTING, version).begin();
            Endpoint server = secure(tls, source);
            byte[] segment = tls.say("ECHO one\r\n").say("ECHO two\r\n").close().take();
            length = segment.length;
            server.arrive(Arrays.copyOf(segment, cut)).run();
            server.arrive(Arrays.copyOfRange(segment, cut, length)).run();

            assertThat(tls.feed(server.take()).heard()).as("cut at %s", cut).isEqualTo("SAID one\r\nSAID two\r\n");
            assertThat(tls.ended()).as("close_notify answers it").isTrue();
            assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
            assertThat(server.upgradeFailure()).hasMessageContaining("got close_notify");
            assertThat(server.connection().want()).isEqualTo(Want.NOTHING);
        }
    }

    @Test
    void the_transport_may_end_with_close_notify() throws Exception {
        for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            BareTls tls = BareTls.client(Connections.TRUSTING, version).begin();
            Endpoint server = secure(tls, Connections.SERVING::createSSLEngine);
            server.arrive(tls.say("ECHO one\r\n").close().take()).arriveEnd().run();
            assertThat(tls.feed(server.take()).heard()).isEqualTo("SAID one\r\n");
            assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.CONNECTION_CLOSED);
        }
    }

    @Test
    void a_peer_that_takes_no_answer_after_close_notify_is_not_waited_for_without_end() throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING).begin();
        Endpoint server = secure(tls, Connections.SERVING::createSSLEngine);
        java.nio.ByteBuffer network =
                java.nio.ByteBuffer.wrap(tls.say("ECHO one\r\n").close().take());
        server.connection().receive(network, Connections.NOTHING);
        assertThat(server.connection().want()).isEqualTo(Want.WRITE);
        server.at(Duration.ofHours(1).toNanos());
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(tls.feed(server.run().take()).heard()).isEmpty();
        assertThat(tls.ended()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void time_that_runs_out_inside_tls_ends_the_connection_without_close_notify(String version) throws Exception {
        BareTls tls = BareTls.client(Connections.TRUSTING, version).begin();
        Endpoint server = secure(tls, Connections.SERVING::createSSLEngine);
        server.at(Duration.ofHours(1).toNanos()).run();
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertThat(server.take()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_limit_that_is_exceeded_inside_tls_ends_the_connection_without_close_notify(String version) throws Exception {
        BareTls tls = BareTls.server(Connections.SERVING, version);
        Endpoint client = asked(tls);
        client.arrive(tls.say("CAP X\r\n".repeat(2_000)).take()).run();
        assertThat(client.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        tls.feed(client.take());
        assertThat(tls.ended()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void a_broken_record_is_answered_by_an_alert_though_this_side_was_about_to_close(String version) throws Exception {
        BareTls tls = BareTls.server(Connections.SERVING, version);
        Endpoint client = asked(tls);
        client.arrive(tls.say("CAP LOGIN\r\nEND\r\n").take()).run().requireNoFailure();
        assertThat(client.connection().ready()).isTrue();
        client.connection().close();
        assertThat(client.connection().want()).isEqualTo(Want.WRITE);
        byte[] record = tls.say("words").take();
        record[record.length - 1] ^= 1;
        client.connection().want();
        Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(
                () -> client.connection().receive(java.nio.ByteBuffer.wrap(record), java.nio.ByteBuffer.allocate(100)));
        assertThat(thrown).isNotNull();
        java.nio.ByteBuffer out = java.nio.ByteBuffer.allocate(1_000);
        client.connection().transmit(Connections.NOTHING, out);
        assertThat(out.position()).as("close_notify would be believed").isZero();
        assertThat(client.connection().want()).isEqualTo(Want.NOTHING);
    }

    @Test
    void key_updates_without_end_fail_the_upgrade_with_advice() throws Exception {
        BareTls tls = BareTls.server(Connections.SERVING, "TLSv1.3");
        Endpoint client = asked(tls);
        for (int i = 0; i < 40 && client.failure().isEmpty(); i++) {
            tls.engine().beginHandshake();
            client.arrive(tls.feed(client.take()).take()).run();
        }
        UpgradeException why = client.upgradeFailure();
        assertThat(why.reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(why.phase()).isEqualTo(Phase.RECAPABILITY);
        assertThat(why).hasMessageContaining("at most 32 records or 128 KiB without data");
        assertThat(why.hint()).isPresent();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> tls.feed(client.take())))
                .hasMessageContaining("fatal alert");
    }

    @Test
    void one_call_takes_few_records_without_data_and_leaves_the_rest() throws Exception {
        BareTls tls = BareTls.server(Connections.SERVING, "TLSv1.3");
        Endpoint client = asked(tls);
        client.arrive(tls.say("CAP LOGIN\r\nEND\r\n").take()).run().requireNoFailure();
        for (int i = 0; i < 20; i++) {
            tls.engine().beginHandshake();
            tls.feed(new byte[0]);
        }
        java.nio.ByteBuffer network = java.nio.ByteBuffer.wrap(tls.say("words").take());
        java.nio.ByteBuffer application = java.nio.ByteBuffer.allocate(100);
        int calls = 0;
        while (network.hasRemaining()) {
            client.connection().receive(network, application);
            assertThat(++calls).isLessThan(5);
            client.connection().transmit(Connections.NOTHING, java.nio.ByteBuffer.allocate(20_000));
        }
        assertThat(calls).isEqualTo(2);
        assertThat(application.position()).isEqualTo(5);
    }

    @Test
    void a_handshake_that_is_cut_or_stops_comes_with_advice() {
        for (TlsPolicy policy : new TlsPolicy[] {TlsPolicy.REQUIRED, TlsPolicy.IMPLICIT}) {
            for (boolean late : new boolean[] {true, false}) {
                Endpoint client = Endpoint.of(client(policy))
                        .arrive(policy == TlsPolicy.IMPLICIT ? "" : "HELLO there\r\nCAP UPGRADE\r\nEND\r\n")
                        .run()
                        .arrive(policy == TlsPolicy.IMPLICIT ? "" : "GO\r\n")
                        .run();
                requireAdvice(client, late, "versions(\"TLSv1.2\")");
                Endpoint server = Endpoint.of(server(policy))
                        .arrive(policy == TlsPolicy.IMPLICIT ? "\u0016\u0003" : "UPGRADE\r\n")
                        .run();
                requireAdvice(server, late, "may have refused this server's certificate");
            }
        }
    }

    private static void requireAdvice(Endpoint side, boolean late, String advice) {
        if (late) {
            side.at(Duration.ofHours(1).toNanos());
        } else {
            side.arriveEnd().run();
        }
        assertThat(side.upgradeFailure().reason())
                .isEqualTo(late ? FailureReason.TIMEOUT : FailureReason.CONNECTION_CLOSED);
        assertThat(side.upgradeFailure().phase()).isEqualTo(Phase.HANDSHAKE);
        assertThat(side.upgradeFailure().hint()).get().asString().contains(advice, "something in the middle may");
    }

    private static Endpoint asked(BareTls tls) throws Exception {
        Endpoint client = Connections.proposed(client(clientSettings(TlsPolicy.REQUIRED)));
        client.arrive("GO\r\n").run();
        while (!tls.established()) {
            client.arrive(tls.feed(client.take()).take()).run().requireNoFailure();
        }
        tls.feed(client.take());
        return client.arrive(tls.take()).run().requireNoFailure();
    }

    private static Endpoint secure(BareTls tls, EngineSource source) throws Exception {
        Endpoint server = Endpoint.of(server(
                new LineProtocolServer(),
                UpgradeSettings.of(TlsPolicy.IMPLICIT)
                        .withTls(TlsSettings.builder().engines(source).build())));
        while (!tls.established()) {
            server.arrive(tls.take()).run().requireNoFailure();
            tls.feed(server.take());
        }
        server.arrive(tls.take()).run().requireNoFailure();
        assertThat(tls.feed(server.take()).heard()).isEqualTo("HELLO inside\r\n");
        return server;
    }
}
