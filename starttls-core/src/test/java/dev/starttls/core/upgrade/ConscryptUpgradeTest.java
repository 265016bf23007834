package dev.starttls.core.upgrade;

import dev.starttls.core.testing.EngineMaker;

/** The contract, held by engines of Conscrypt on both sides. */
class ConscryptUpgradeTest extends EngineUpgradeContract {

    @Override
    EngineMaker engines() {
        return EngineMaker.CONSCRYPT;
    }
}
