package dev.starttls.core.upgrade;

import dev.starttls.core.testing.EngineMaker;

/** The contract, held by engines of Bouncy Castle on both sides. */
class BouncyCastleUpgradeTest extends EngineUpgradeContract {

    @Override
    EngineMaker engines() {
        return EngineMaker.BOUNCY_CASTLE;
    }
}
