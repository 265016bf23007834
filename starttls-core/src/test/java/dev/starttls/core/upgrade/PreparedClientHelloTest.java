package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A ClientHello that was made ahead leaves after the go-ahead, and never otherwise. */
class PreparedClientHelloTest {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    @ParameterizedTest
    @CsvSource({
        "NO, WHILE_WAITING",
        "NO, ON_GO_AHEAD",
        "OK|injected, WHILE_WAITING",
        "OK|injected, ON_GO_AHEAD",
        "?, WHILE_WAITING"
    })
    void after_a_failure_before_the_go_ahead_nothing_leaves(String answer, Preparation preparation) throws Exception {
        UpgradeConnection client = new UpgradeConnection(
                new OneLine(),
                UpgradeSettings.of(TlsPolicy.REQUIRED)
                        .withPreparation(preparation)
                        .withTls(TlsSettings.builder()
                                .context(TestCertificates.shared().client())
                                .build()),
                new Peer("localhost", 1));
        ByteBuffer out = ByteBuffer.allocate(4_096);
        client.begin(0);
        client.prepare();
        client.receive(line("hello\r\n"), NOTHING);
        client.transmit(NOTHING, out);
        assertThat(out.flip()).isEqualTo(line("UPGRADE\r\n"));

        ByteBuffer reply = line(answer.replace("|", "\r\n") + "\r\n");
        assertThat(catchThrowableOfType(UpgradeException.class, () -> client.receive(reply, NOTHING)))
                .isNotNull();
        assertThat(client.want()).isEqualTo(Want.NOTHING);
        client.transmit(NOTHING, out.clear());
        assertThat(out.position()).isZero();
    }

    private static ByteBuffer line(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static final class OneLine implements Dialogue {

        private boolean greeted;

        @Override
        public String protocol() {
            return "one-line";
        }

        @Override
        public Role role() {
            return Role.CLIENT;
        }

        @Override
        public Step opened() {
            return Step.await(Phase.GREETING);
        }

        @Override
        public Step received(String line) {
            if (!greeted) {
                greeted = true;
                return new Step.Propose("UPGRADE");
            }
            return switch (line) {
                case "OK" -> Step.goAhead();
                case "NO" -> new Step.Decline(FailureReason.REFUSED, line);
                default -> Step.violation("OK or NO", line);
            };
        }

        @Override
        public Step secured() {
            return Step.ready();
        }
    }
}
