package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invariant 8: SunJSSE keeps what went wrong in a task to itself until its next call, which is made at once. */
@Timeout(120)
class FailedTaskTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** Of TLS 1.3, with one key share, of secp256r1, which is one octet long. */
    private static final byte[] HELLO = HexFormat.of()
            .parseHex("16030000c7010000c303030000000000000000000000000000000000000000000000000000000000"
                    + "00000020d24607ceb0b0cf6c5e7bc418c69d8bb7ff3f7b695372bb18fb0ffd4fcd3ca9d900041301"
                    + "00ff010000760033000700050017000100002b00050403040303000a000400020017000d00120010"
                    + "08040809060305030403081a081b081c00320040003e090609050904080b080a0809080608050804"
                    + "06010501040103010201010106030503040303030203081a081b081c080808070602050204020302"
                    + "02020102");

    @ParameterizedTest
    @EnumSource
    void a_hello_with_a_broken_key_share_is_answered_at_once(EngineMaker engines) {
        for (Fragmentation fragmentation : List.of(Fragmentation.WHOLE, Fragmentation.OCTETS)) {
            Endpoint server = Endpoint.of(server(serverSettings(TlsPolicy.IMPLICIT)
                            .withTls(TlsSettings.builder()
                                    .engines(engines.with(CERTIFICATES.localhost(KeyKind.EC)))
                                    .build())))
                    .fragmented(fragmentation)
                    .arrive(HELLO)
                    .run();
            requireAlert(server, engines.name());
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_length_of_a_hello_that_does_not_add_up_is_answered_at_once(EngineMaker engines) throws Exception {
        byte[] sound = BareTls.client(Connections.TRUSTING).begin().take();
        // The lengths of the session's id, of the suites and of the extensions, and octets of the extensions.
        for (int at : new int[] {43, 77, 150, 180, 200, 220, 240}) {
            byte[] hello = sound.clone();
            hello[at] ^= 0x55;
            Endpoint server = Endpoint.of(server(serverSettings(TlsPolicy.IMPLICIT)
                            .withTls(TlsSettings.builder()
                                    .engines(engines.with(CERTIFICATES.localhost(KeyKind.EC)))
                                    .build())))
                    .arrive(hello)
                    .run();
            // Some of them mean something else that is sound: then the server goes on.
            if (server.failure().isEmpty()) {
                assertThat(server.sent()).as("%s, octet %s", engines, at).isNotEmpty();
            } else if (engines != EngineMaker.BOUNCY_CASTLE
                    || !server.upgradeFailure().getMessage().contains("decode_error")) {
                // Bouncy Castle's server says nothing to a client that it has not understood.
                requireAlert(server, engines + ", octet " + at);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_server_hello_with_a_broken_key_share_is_answered_at_once(EngineMaker engines) throws Exception {
        Endpoint client = Endpoint.of(client(UpgradeSettings.of(TlsPolicy.IMPLICIT)
                        .withTls(TlsSettings.builder()
                                .engines(engines.client())
                                .versions("TLSv1.3")
                                .build())))
                .run();
        byte[] flight = BareTls.server(Connections.SERVING).feed(client.take()).take();
        int share = keyShare(flight);
        int length = ByteBuffer.wrap(flight).getShort(share + 6) & 0xffff;
        Arrays.fill(flight, share + 8, share + 8 + length, (byte) 0);
        client.arrive(flight).run();
        requireAlert(client, engines.name());
    }

    /** Where the key_share extension of a ServerHello is (RFC 8446 section 4.2.8). */
    private static int keyShare(byte[] flight) {
        int at = 5 + 4 + 2 + 32;
        at += 1 + flight[at] + 2 + 1 + 2;
        ByteBuffer hello = ByteBuffer.wrap(flight);
        while (hello.getShort(at) != 51) {
            at += 4 + (hello.getShort(at + 2) & 0xffff);
        }
        return at;
    }

    private static void requireAlert(Endpoint side, String what) {
        UpgradeException why = side.upgradeFailure();
        assertThat(why.reason()).as(what + ": " + why.getMessage()).isEqualTo(FailureReason.HANDSHAKE_FAILED);
        assertThat(why.phase()).isEqualTo(Phase.HANDSHAKE);
        byte[] last = side.take();
        assertThat(last).as(what).hasSizeGreaterThanOrEqualTo(7);
        byte[] alert = Arrays.copyOfRange(last, last.length - 7, last.length);
        assertThat(alert).as(what).startsWith(21, 3);
        assertThat(alert[5]).as("fatal").isEqualTo((byte) 2);
        assertThat(side.connection().want()).isEqualTo(Want.NOTHING);
    }
}
