package dev.starttls.core.upgrade;

import dev.starttls.core.testing.EngineMaker;

/** The contract, held by engines of netty-tcnative on both sides. */
class TcnativeUpgradeTest extends EngineUpgradeContract {

    @Override
    EngineMaker engines() {
        return EngineMaker.TCNATIVE;
    }
}
