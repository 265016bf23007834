package dev.starttls.examples;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import javax.net.ssl.SSLContext;

/** Connections of the examples, with certificates of the tests. */
final class ExampleConnections {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    private ExampleConnections() {}

    /** A client's connection to localhost, trusting the tests' authority. */
    static UpgradeConnection client(TlsPolicy policy, Dialogue dialogue) {
        return new UpgradeConnection(dialogue, settings(policy, CERTIFICATES.client()), new Peer("localhost", -1));
    }

    /** A server's connection to a client on loopback, with a certificate for localhost. */
    static UpgradeConnection server(TlsPolicy policy, Dialogue dialogue) {
        SSLContext context = CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));
        return new UpgradeConnection(dialogue, settings(policy, context), new Peer("127.0.0.1", -1));
    }

    /** Settings with this context. */
    static UpgradeSettings settings(TlsPolicy policy, SSLContext context) {
        return UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().context(context).build());
    }
}
