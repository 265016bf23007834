package dev.starttls.pop3;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.testing.UpgradeContract;

/** What holds for the upgrade of every protocol holds for POP3. */
class Pop3UpgradeContractTest extends UpgradeContract {

    @Override
    protected ProtocolUnderTest protocol() {
        return new Pop3UnderTest();
    }
}
