package dev.starttls.imap;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.testing.UpgradeContract;

/** What holds for the upgrade of every protocol holds for IMAP. */
class ImapUpgradeContractTest extends UpgradeContract {

    @Override
    protected ProtocolUnderTest protocol() {
        return new ImapUnderTest();
    }
}
