package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What a server sends is read alike however it is split into records and pieces, and no octets do harm. */
class HandshakeWatchPropertiesTest {

    private static final String RANDOM = "5A".repeat(32);
    private static final String TLS_13_HELLO = message(
            "02", "0303" + RANDOM + "00130100" + "002E" + "002B00020304" + "00330024001D0020" + "AB".repeat(32));
    private static final String TLS_12_HELLO = message("02", "0303" + RANDOM + "00C02F00");
    private static final String CERTIFICATE = message("0B", "CD".repeat(1_500));
    private static final String CURVE = message("0C", "03001841" + "EF".repeat(0x41) + "08040002ABCD");
    private static final String PRIME = message("0C", "0100" + "FF".repeat(256) + "000102" + "0100" + "AA".repeat(256));
    private static final String DONE = message("0E", "");

    /** A server's flight, the suite negotiated, and the group in the flight. */
    private record ServerFlight(String messages, String suite, String group) {}

    private static final List<ServerFlight> FLIGHTS = List.of(
            new ServerFlight(TLS_13_HELLO, "TLS_AES_128_GCM_SHA256", "x25519"),
            new ServerFlight(
                    TLS_12_HELLO + CERTIFICATE + CURVE + DONE, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "secp384r1"),
            new ServerFlight(
                    TLS_12_HELLO + CERTIFICATE + PRIME + DONE, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "dhe2048"));

    @Property(tries = 300)
    void the_result_is_the_same_in_any_fragments_and_pieces(@ForAll @IntRange(max = 2) int which, @ForAll long seed) {
        ServerFlight flight = FLIGHTS.get(which);
        Random random = new Random(seed);
        byte[] records = fragmented(HexFormat.of().parseHex(flight.messages), random);
        SeenHandshake seen = watched(records, random).done(flight.suite);
        assertThat(seen.namedGroup()).contains(flight.group);
        assertThat(seen.resumed()).isFalse();
    }

    @Property(tries = 1_000)
    void the_result_of_changed_octets_is_the_same_in_any_pieces(
            @ForAll @IntRange(max = 2) int which, @ForAll @IntRange(min = 1, max = 20) int changes, @ForAll long seed) {
        ServerFlight flight = FLIGHTS.get(which);
        Random random = new Random(seed);
        byte[] records = fragmented(HexFormat.of().parseHex(flight.messages), random);
        for (int i = 0; i < changes; i++) {
            records[random.nextInt(Math.min(records.length, 200))] = (byte) random.nextInt();
        }
        HandshakeWatch whole = new HandshakeWatch();
        whole.see(ByteBuffer.wrap(records), 0, records.length);
        SeenHandshake once = whole.done(flight.suite);
        assertThat(watched(records, random).done(flight.suite)).isEqualTo(once);
        assertThat(once.namedGroup().orElse("none")).matches("[A-Za-z0-9]+");
    }

    @Property(tries = 1_000)
    void octets_of_any_kind_do_no_harm(@ForAll byte[] octets, @ForAll long seed) {
        HandshakeWatch watch = watched(octets, new Random(seed));
        for (ServerFlight flight : FLIGHTS) {
            assertThat(watch.done(flight.suite).namedGroup().orElse("none")).matches("[A-Za-z0-9]+");
        }
    }

    private static HandshakeWatch watched(byte[] octets, Random random) {
        HandshakeWatch watch = new HandshakeWatch();
        int max = 1 + random.nextInt(random.nextBoolean() ? 3 : 600);
        for (int at = 0; at < octets.length; ) {
            int to = Math.min(octets.length, at + 1 + random.nextInt(max));
            watch.see(ByteBuffer.wrap(octets), at, to);
            at = to;
        }
        return watch;
    }

    /** Handshake records of any lengths, some of them empty. */
    private static byte[] fragmented(byte[] messages, Random random) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        int max = 1 + random.nextInt(random.nextBoolean() ? 3 : 2_000);
        for (int at = 0; at < messages.length; ) {
            int length = Math.min(messages.length - at, random.nextInt(max + 1));
            records.writeBytes(new byte[] {22, 3, 3, (byte) (length >> 8), (byte) length});
            records.write(messages, at, length);
            at += length;
        }
        return records.toByteArray();
    }

    private static String message(String type, String body) {
        return type + "%06X".formatted(body.length() / 2) + body;
    }
}
