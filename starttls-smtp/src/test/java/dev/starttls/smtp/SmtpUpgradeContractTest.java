package dev.starttls.smtp;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.testing.UpgradeContract;

/** What holds for the upgrade of every protocol holds for SMTP. */
class SmtpUpgradeContractTest extends UpgradeContract {

    @Override
    protected ProtocolUnderTest protocol() {
        return new SmtpUnderTest();
    }
}
