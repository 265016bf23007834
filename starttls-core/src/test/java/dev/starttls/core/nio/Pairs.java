package dev.starttls.core.nio;

import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;

/** Makes pairs whose both sides have engines of one maker. */
final class Pairs {

    private final EngineSource clients;
    private final EngineSource servers;

    Pairs(EngineMaker engines) {
        clients = engines.client();
        servers = engines.with(TestCertificates.shared().localhost(KeyKind.EC));
    }

    TlsSettings.Builder clientTls() {
        return TlsSettings.builder().engines(clients);
    }

    TlsSettings.Builder serverTls() {
        return TlsSettings.builder().engines(servers);
    }

    UpgradeSettings clientSettings() {
        return UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(clientTls().build());
    }

    UpgradeSettings serverSettings() {
        return UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(serverTls().build());
    }

    /** Upgraded, and blocking. */
    Pair upgraded() throws Exception {
        return Pair.upgraded(clientSettings(), serverSettings());
    }

    Pair upgraded(String version) throws Exception {
        return Pair.upgraded(
                clientSettings().withTls(clientTls().versions(version).build()), serverSettings());
    }
}
