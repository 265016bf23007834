package dev.starttls.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 8446 section 6.2: after a failure a fatal alert is sent, or nothing if the engine makes none; never close_notify. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TlsPumpAlertTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** What the victim is sent. */
    enum Offence {
        PLAINTEXT("HTTP/1.1 400 Bad Request\r\n\r\n"),
        NOT_ASCII("\u00c3\u00a9t\u00c3\u00a9\r\n"),
        UNKNOWN_TYPE("\u0018\u0003\u0003\u0000\u0005abcde"),
        UNKNOWN_VERSION("\u0016\u0002\u0000\u0000\u0005abcde"),
        TOO_LONG("\u0017\u0003\u0003H\u0006a"),
        FAR_TOO_LONG("\u0016\u0003\u0003\u00ff\u00ffa");

        private final String text;

        Offence(String text) {
            this.text = text;
        }

        byte[] octets() {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** When. */
    enum Moment {
        FIRST,
        AFTER_SERVER_HELLO,
        INSIDE
    }

    static Stream<Arguments> offences() {
        return Stream.of(EngineMaker.values()).flatMap(maker -> Stream.of("TLSv1.2", "TLSv1.3")
                .flatMap(version -> Stream.of(0, 1).flatMap(victim -> Stream.of(Moment.values())
                        .map(moment -> Arguments.of(maker, version, victim, moment)))));
    }

    @ParameterizedTest
    @MethodSource("offences")
    void what_is_refused_is_answered_by_a_fatal_alert_or_by_nothing(
            EngineMaker maker, String version, int victim, Moment moment) throws Exception {
        for (Offence offence : Offence.values()) {
            PumpSide[] sides = at(moment, maker, version, victim);
            PumpSide self = sides[victim];
            PumpSide peer = sides[1 - victim];
            self.sent.reset();
            self.incoming = offence.octets();
            Optional<SSLException> refused = receiveAll(self);
            assertThat(refused).as("%s", offence).isPresent();
            sendAll(self);
            byte[] last = self.sent.toByteArray();
            Optional<SSLException> heard = receiveAll(peer);
            if (moment != Moment.FIRST) {
                assertThat(heard).as("%s", offence).get().asString().contains("fatal alert");
            } else if (maker == EngineMaker.BOUNCY_CASTLE && victim == 1) {
                assertThat(last)
                        .as("a server that has seen no hello makes no alert")
                        .isEmpty();
            } else {
                assertThat(last).as("%s", offence).startsWith(21, 3).hasSize(7);
                assertThat(last[5]).as("fatal").isEqualTo((byte) 2);
            }
            assertThat(peer.pump.closeNotifyReceived()).as("%s", offence).isFalse();
            assertThat(self.pump.wantsSend()).isFalse();
        }
    }

    private static PumpSide[] at(Moment moment, EngineMaker maker, String version, int victim)
            throws GeneralSecurityException, SSLException {
        PumpSide[] sides = sides(
                (victim == 0 ? maker : EngineMaker.SUN_JSSE).client(),
                (victim == 1 ? maker : EngineMaker.SUN_JSSE).with(CERTIFICATES.localhost(KeyKind.EC)),
                version);
        switch (moment) {
            case FIRST -> sides[0].send();
            case AFTER_SERVER_HELLO -> {
                while (sides[0].send()) {}
                while (sides[1].receive()) {}
                while (sides[1].send()) {}
                if (victim == 0) {
                    int length = 5 + (ByteBuffer.wrap(sides[0].incoming).getShort(3) & 0xffff);
                    sides[0].incoming = Arrays.copyOf(sides[0].incoming, length);
                    while (sides[0].receive()) {}
                }
            }
            case INSIDE -> {
                PumpSide.handshake(sides[0], sides[1]);
            }
        }
        return sides;
    }

    static Optional<SSLException> receiveAll(PumpSide side) {
        try {
            boolean more = true;
            while (more) {
                more = side.receive();
                if (side.lastReceive == TlsStatus.NEED_WRITE) {
                    more |= side.send();
                }
            }
            return Optional.empty();
        } catch (SSLException e) {
            return Optional.of(e);
        }
    }

    static void sendAll(PumpSide side) {
        for (int i = 0; i < 20; i++) {
            try {
                side.send();
            } catch (SSLException e) {
                // What either call reports.
            }
        }
        assertThat(side.lastSend).isEqualTo(TlsStatus.CLOSED);
    }

    static PumpSide[] sides(EngineSource ours, EngineSource theirs, String version) throws GeneralSecurityException {
        TlsSettings client =
                TlsSettings.builder().engines(ours).versions(version).build();
        TlsSettings server =
                TlsSettings.builder().engines(theirs).versions(version).build();
        PumpSide one = new PumpSide(client.clientEngine("localhost", 25, Verification.NONE));
        PumpSide other = new PumpSide(server.serverEngine("127.0.0.1", 40_000, Optional.empty()));
        PumpSide.connect(one, other);
        return new PumpSide[] {one, other};
    }
}
