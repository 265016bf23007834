package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Several records in one read, of any lengths in any order, into destinations of any size: each octet is given out once, in
 * order, whether an engine leaves a record that does not fit in the source or takes it and keeps the octets.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RecordsInOneReadTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final int ROUNDS = 60;

    @ParameterizedTest
    @CsvSource({
        "SUN_JSSE, TLSv1.2",
        "SUN_JSSE, TLSv1.3",
        "CONSCRYPT, TLSv1.2",
        "CONSCRYPT, TLSv1.3",
        "BOUNCY_CASTLE, TLSv1.2",
        "BOUNCY_CASTLE, TLSv1.3",
        "TCNATIVE, TLSv1.2",
        "TCNATIVE, TLSv1.3"
    })
    void no_octet_is_lost_or_given_out_twice(EngineMaker engines, String version) throws Exception {
        long seed = 20_261_128;
        Random random = new Random(seed);
        PumpSide[] sides = sides(engines, version);
        PumpSide.handshake(sides[0], sides[1]);
        for (PumpSide side : sides) {
            for (int round = 0; round < ROUNDS; round++) {
                exchange(side.peer(), side, random, "seed " + seed + ", round " + round);
            }
        }
    }

    private static void exchange(PumpSide from, PumpSide to, Random random, String which) throws SSLException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int records = 2 + random.nextInt(5);
        for (int i = 0; i < records; i++) {
            byte[] octets = new byte[1 + random.nextInt(random.nextBoolean() ? 12 : 900)];
            random.nextBytes(octets);
            said.writeBytes(octets);
            from.application = ByteBuffer.wrap(octets);
            while (from.application.hasRemaining()) {
                from.send();
            }
        }
        // As a dialogue reads, which has no buffer of its own; as an application does; and alternately.
        int max =
                switch (random.nextInt(3)) {
                    case 0 -> 0;
                    case 1 -> 40;
                    default -> 1_000;
                };
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        ByteBuffer network = ByteBuffer.wrap(to.incoming);
        to.incoming = new byte[0];
        for (int call = 0; call < 100_000 && heard.size() < said.size(); call++) {
            ByteBuffer target = ByteBuffer.allocate(random.nextInt(max + 1));
            to.lastReceive = to.pump.receive(network, target);
            heard.write(target.array(), 0, target.position());
            if (random.nextBoolean()) {
                ByteBuffer aside = to.pump.decrypted();
                byte[] taken = new byte[aside.remaining() == 0 ? 0 : random.nextInt(aside.remaining() + 1)];
                aside.get(taken);
                heard.writeBytes(taken);
            }
        }
        assertThat(heard.toByteArray()).as(which).isEqualTo(said.toByteArray());
        assertThat(network.hasRemaining()).as(which).isFalse();
    }

    private static PumpSide[] sides(EngineMaker engines, String version) throws Exception {
        TlsSettings.Builder settings = TlsSettings.builder().versions(version);
        PumpSide client = new PumpSide(
                settings.engines(engines.client()).build().clientEngine("localhost", 25, Verification.NONE));
        PumpSide server = new PumpSide(settings.engines(engines.with(CERTIFICATES.localhost(KeyKind.EC)))
                .build()
                .serverEngine("127.0.0.1", 40_000, Optional.empty()));
        PumpSide.connect(client, server);
        return new PumpSide[] {client, server};
    }
}
