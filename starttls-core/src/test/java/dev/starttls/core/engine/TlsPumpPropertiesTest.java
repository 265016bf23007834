package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import javax.net.ssl.SSLException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TlsPumpPropertiesTest {

    private static final Engines TLS_13 = Engines.of("TLSv1.3");
    private static final Engines TLS_12 = Engines.of("TLSv1.2");

    @Property(tries = 60, seed = "11")
    void sizes_delays_and_orders_change_nothing(
            @ForAll long seed,
            @ForAll boolean newest,
            @ForAll @IntRange(min = 0, max = 3) int lateness,
            @ForAll @IntRange(min = 0, max = 40_000) int length)
            throws SSLException {
        Random random = new Random(seed);
        PumpSide[] sides = (newest ? TLS_13 : TLS_12).sides();
        int[] largest = {20, 600, 40_000};
        for (PumpSide side : sides) {
            int network = largest[random.nextInt(largest.length)];
            int application = largest[random.nextInt(largest.length)];
            side.networkSize = () -> 1 + random.nextInt(network);
            // None, too.
            side.applicationSize = () -> random.nextInt(application);
            side.lateness = lateness;
        }
        byte[][] messages = {
            TlsPumpHandshakeTest.octets(length, random), TlsPumpHandshakeTest.octets(random.nextInt(20_000), random)
        };
        sides[0].application = ByteBuffer.wrap(messages[0]);
        sides[1].application = ByteBuffer.wrap(messages[1]);
        // Data is offered from the first call on; none of it may be sent before the handshake is complete.
        for (int turn = 0; turn < 3_000_000 && !done(sides, messages); turn++) {
            PumpSide side = sides[random.nextInt(2)];
            if (random.nextBoolean()) {
                side.send();
            } else {
                side.receive();
            }
            if (!side.pump.established()) {
                assertThat(side.application.position()).isZero();
            }
        }
        assertThat(sides[1].got.toByteArray()).isEqualTo(messages[0]);
        assertThat(sides[0].got.toByteArray()).isEqualTo(messages[1]);
        TlsPumpHandshakeTest.close(sides);
    }

    private static boolean done(PumpSide[] sides, byte[][] messages) {
        return sides[1].got.size() == messages[0].length
                && sides[0].got.size() == messages[1].length
                && sides[0].pump.established()
                && sides[1].pump.established();
    }
}
