package dev.starttls.core.testing;

import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import javax.net.ssl.SSLContext;

/** Good certificates, and the settings of a client and a server that have them. */
public class TestSettings {

    /** The certificates of all tests of a JVM. */
    public static final TestCertificates CERTIFICATES = TestCertificates.shared();
    /** That of a server of localhost. */
    public static final SSLContext SERVER_CONTEXT = CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));
    /** That of a client that trusts it. */
    public static final SSLContext CLIENT_CONTEXT = CERTIFICATES.client();

    /** For a protocol's own, which has more. */
    protected TestSettings() {}

    /** A server's settings. */
    public static UpgradeSettings server(TlsPolicy policy) {
        return settings(policy, SERVER_CONTEXT);
    }

    /** A client's settings. */
    public static UpgradeSettings client(TlsPolicy policy) {
        return settings(policy, CLIENT_CONTEXT);
    }

    /** Settings with a context; no versions for those of the JDK. */
    public static UpgradeSettings settings(TlsPolicy policy, SSLContext context, String... versions) {
        TlsSettings.Builder tls = TlsSettings.builder().context(context);
        return UpgradeSettings.of(policy).withTls((versions.length == 0 ? tls : tls.versions(versions)).build());
    }
}
