package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.Records;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Invariant 1, to the end of the handshake: what is no record is plaintext that was added, at every record's beginning. */
@Timeout(120)
class PlaintextInHandshakeTest {

    private static final List<String> ADDED = List.of(
            "250 words\r\n",
            "\u00c3\u00a9t\u00c3\u00a9\r\n",
            "\u00e9 \u0001\u0001\r\n",
            "\u0016HELO x\r\n",
            "\u0018\u0003\u0003\u0000\u0001x");

    static Stream<Arguments> versions() {
        return Stream.of("TLSv1.2", "TLSv1.3").flatMap(version -> Stream.of(Fragmentation.WHOLE, Fragmentation.OCTETS)
                .map(fragmentation -> Arguments.of(version, fragmentation)));
    }

    @ParameterizedTest
    @MethodSource("versions")
    void a_client_takes_none_between_the_servers_records(String version, Fragmentation fragmentation) throws Exception {
        int boundaries = 1;
        for (int at = 0; at < boundaries; at++) {
            for (String added : ADDED) {
                Endpoint client = client(version, fragmentation);
                client.arrive("GO\r\n").run();
                BareTls tls = BareTls.server(Connections.SERVING, version);
                List<byte[]> flight =
                        records(tls.feed(octetsOf(client, "UPGRADE\r\n")).take());
                boundaries = flight.size();
                for (byte[] record : flight.subList(0, at)) {
                    client.arrive(record);
                }
                int before = client.run().requireNoFailure().sent().length;
                client.arrive(added.getBytes(StandardCharsets.ISO_8859_1)).run();

                requireInjection(client, Phase.HANDSHAKE);
                requireAlert(client, before);
                if (at > 0 || added.charAt(0) < 0x80) {
                    assertThat(client.upgradeFailure().reply()).isPresent();
                }
            }
        }
        assertThat(boundaries).isGreaterThan(version.equals("TLSv1.3") ? 2 : 0);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void a_server_takes_none_between_the_clients_records(String version, Fragmentation fragmentation) throws Exception {
        int boundaries = 2;
        for (int at = 0; at < boundaries; at++) {
            for (String added : ADDED) {
                Endpoint server = Endpoint.of(server(serverSettings(TlsPolicy.REQUIRED)));
                server.fragmented(fragmentation).arrive("UPGRADE\r\n").run();
                server.take();
                BareTls tls = BareTls.client(Connections.TRUSTING, version).begin();
                if (at > 0) {
                    server.arrive(tls.take()).run().requireNoFailure();
                    List<byte[]> flight = records(tls.feed(server.take()).take());
                    boundaries = 1 + flight.size();
                    for (byte[] record : flight.subList(0, at - 1)) {
                        server.arrive(record);
                    }
                }
                int before = server.run().requireNoFailure().sent().length;
                server.arrive(added.getBytes(StandardCharsets.ISO_8859_1)).run();

                requireInjection(server, Phase.HANDSHAKE);
                assertThat(server.upgradeFailure().reply())
                        .as("what a client said may be its password")
                        .isEmpty();
                requireAlert(server, before);
            }
        }
    }

    @Test
    void a_server_that_chooses_by_name_takes_none_either() throws Exception {
        for (Fragmentation fragmentation : List.of(Fragmentation.WHOLE, Fragmentation.OCTETS)) {
            for (String added : ADDED) {
                Endpoint server = Endpoint.of(server(UpgradeSettings.of(TlsPolicy.REQUIRED)
                                .withTls(TlsSettings.builder()
                                        .context(Connections.SERVING)
                                        .contextByServerName(name -> java.util.Optional.empty())
                                        .build())))
                        .fragmented(fragmentation)
                        .arrive("UPGRADE\r\n")
                        .run();
                int before = server.sent().length;
                server.arrive(added.getBytes(StandardCharsets.ISO_8859_1)).run();
                requireInjection(server, Phase.HANDSHAKE);
                requireAlert(server, before);
            }
        }
    }

    @Test
    void an_sslv2_hello_is_for_the_engine_to_judge() {
        byte[] hello = new byte[48];
        hello[0] = (byte) 0x80;
        hello[1] = 46;
        hello[2] = 1;
        hello[3] = 3;
        hello[4] = 3;
        for (Fragmentation fragmentation : List.of(Fragmentation.WHOLE, Fragmentation.OCTETS)) {
            Endpoint server = Endpoint.of(server(TlsPolicy.REQUIRED))
                    .fragmented(fragmentation)
                    .arrive("UPGRADE\r\n")
                    .run()
                    .arrive(hello)
                    .run();
            assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        }
    }

    @Test
    void on_a_port_of_implicit_tls_only_the_first_octets_are_a_mistaken_port() throws Exception {
        Endpoint client = Endpoint.of(Connections.client(TlsPolicy.IMPLICIT)).run();
        byte[] flight = BareTls.server(Connections.SERVING).feed(client.take()).take();
        client.arrive(records(flight).get(0)).run().requireNoFailure();
        client.arrive("220 ready\r\n").run();
        requireInjection(client, Phase.HANDSHAKE);
    }

    @Test
    void inside_tls_before_the_session_is_the_applications_it_is_the_same() throws Exception {
        Endpoint client = client("TLSv1.3", Fragmentation.WHOLE);
        client.arrive("GO\r\n").run();
        BareTls tls = BareTls.server(Connections.SERVING);
        client.arrive(tls.feed(octetsOf(client, "UPGRADE\r\n")).take()).run().requireNoFailure();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);
        client.arrive("250 words\r\n").run();
        requireInjection(client, Phase.RECAPABILITY);
    }

    private static Endpoint client(String version, Fragmentation fragmentation) {
        Endpoint client = Endpoint.of(Connections.client(clientSettings(TlsPolicy.REQUIRED)
                .withTls(TlsSettings.builder()
                        .context(Connections.TRUSTING)
                        .versions(version)
                        .build())));
        return client.fragmented(fragmentation)
                .arrive("HELLO there\r\nCAP UPGRADE\r\nEND\r\n")
                .run();
    }

    /** What a side has sent after some words. */
    private static byte[] octetsOf(Endpoint side, String words) {
        byte[] sent = side.sent();
        int at = new String(sent, StandardCharsets.ISO_8859_1).indexOf(words) + words.length();
        return Arrays.copyOfRange(sent, at, sent.length);
    }

    private static List<byte[]> records(byte[] flight) {
        ByteBuffer left = ByteBuffer.wrap(flight);
        List<byte[]> records = new java.util.ArrayList<>();
        while (left.hasRemaining()) {
            byte[] record = new byte[5 + (left.getShort(left.position() + 3) & 0xffff)];
            left.get(record);
            records.add(record);
        }
        return records;
    }

    private static void requireInjection(Endpoint side, Phase phase) {
        UpgradeException why = side.upgradeFailure();
        assertThat(why.reason()).as(why.getMessage()).isEqualTo(FailureReason.PLAINTEXT_INJECTION);
        assertThat(why.phase()).isEqualTo(phase);
        assertThat(why.hint()).get().asString().contains("someone in the middle");
    }

    /** The peer, which may be an innocent one, hears of it. */
    private static void requireAlert(Endpoint side, int before) {
        byte[] last = Arrays.copyOfRange(side.sent(), before, side.sent().length);
        assertThat(last).isNotEmpty();
        assertThat(Records.fault(last, 0)).isEmpty();
        byte[] alert = records(last).get(records(last).size() - 1);
        boolean inTheClear = alert[0] == 21 && alert.length == 7;
        assertThat(inTheClear ? alert[5] : alert[0]).isIn((byte) 2, (byte) 21, (byte) 23);
        assertThat(side.connection().want()).isEqualTo(Want.NOTHING);
    }
}
