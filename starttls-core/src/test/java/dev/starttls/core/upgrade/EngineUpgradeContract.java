package dev.starttls.core.upgrade;

import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.EngineSource;

/** The contract with other engines than the JDK's; the peers that a test plays have the JDK's. */
abstract class EngineUpgradeContract extends LineProtocolUpgradeTest {

    private final EngineSource client = engines().client();
    private final EngineSource server = engines().with(TestCertificates.shared().localhost(KeyKind.EC));

    abstract EngineMaker engines();

    @Override
    protected EngineSource clientEngines() {
        return client;
    }

    @Override
    protected EngineSource serverEngines() {
        return server;
    }

    @Override
    protected int stride(int usual) {
        return usual;
    }
}
