package dev.starttls.core.upgrade;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** Connections of the made-up protocol, for the tests of this package. */
final class Connections {

    static final TestCertificates CERTIFICATES = TestCertificates.shared();
    static final SSLContext TRUSTING = CERTIFICATES.client();
    static final SSLContext SERVING = CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static final AtomicInteger PORT = new AtomicInteger();

    private Connections() {}

    static UpgradeSettings clientSettings(TlsPolicy policy) {
        return UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().context(TRUSTING).build());
    }

    static UpgradeSettings serverSettings(TlsPolicy policy) {
        return UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().context(SERVING).build());
    }

    static UpgradeConnection client(UpgradeSettings settings) {
        return client(new LineProtocolClient(), settings);
    }

    static UpgradeConnection client(Dialogue dialogue, UpgradeSettings settings) {
        return new UpgradeConnection(dialogue, settings, new Peer("localhost", PORT.incrementAndGet() & 0x7fff));
    }

    static UpgradeConnection client(TlsPolicy policy) {
        return client(clientSettings(policy));
    }

    static UpgradeConnection server(UpgradeSettings settings) {
        return server(new LineProtocolServer(), settings);
    }

    static UpgradeConnection server(Dialogue dialogue, UpgradeSettings settings) {
        return new UpgradeConnection(dialogue, settings, new Peer("127.0.0.1", 2));
    }

    static UpgradeConnection server(TlsPolicy policy) {
        return server(serverSettings(policy));
    }

    /** A client that has sent its upgrade command. */
    static Endpoint proposed(UpgradeConnection connection) {
        Endpoint client = Endpoint.of(connection)
                .arrive("HELLO there\r\nCAP PLAIN\r\nCAP UPGRADE\r\nEND\r\n")
                .run();
        if (!client.takeText().equals("CAPS\r\nUPGRADE\r\n")) {
            throw new AssertionError("Expected the client to propose");
        }
        return client;
    }

    static ByteBuffer octets(String words) {
        return ByteBuffer.wrap(words.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes down what it hears. */
    static final class Events implements UpgradeListener {

        private final List<String> heard = new ArrayList<>();

        List<String> heard() {
            return heard;
        }

        @Override
        public void proposed() {
            heard.add("proposed");
        }

        @Override
        public void upgraded(UpgradeReport report) {
            heard.add("upgraded " + report.tls().orElseThrow().version());
        }

        @Override
        public void declined(FailureReason reason) {
            heard.add("declined " + reason);
        }

        @Override
        public void downgraded(Downgrade how) {
            heard.add(
                    how instanceof Downgrade.ToOlderVersion older
                            ? "downgraded to " + older.version()
                            : "downgraded to plaintext " + ((Downgrade.ToPlaintext) how).reason());
        }

        @Override
        public void blocked(UpgradeException why) {
            heard.add("blocked " + why.reason());
        }

        @Override
        public void failed(UpgradeException why) {
            heard.add("failed " + why.reason());
        }
    }
}
