package dev.starttls.smtp.policy;

import dev.starttls.core.upgrade.Downgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;

/** Has two listeners hear the same, one after the other. */
record BothListeners(UpgradeListener first, UpgradeListener second) implements UpgradeListener {

    @Override
    public void proposed() {
        first.proposed();
        second.proposed();
    }

    @Override
    public void upgraded(UpgradeReport report) {
        first.upgraded(report);
        second.upgraded(report);
    }

    @Override
    public void declined(FailureReason reason) {
        first.declined(reason);
        second.declined(reason);
    }

    @Override
    public void downgraded(Downgrade how) {
        first.downgraded(how);
        second.downgraded(how);
    }

    @Override
    public void blocked(UpgradeException why) {
        first.blocked(why);
        second.blocked(why);
    }

    @Override
    public void failed(UpgradeException why) {
        first.failed(why);
        second.failed(why);
    }

    @Override
    public void uncaught(Throwable thrown) {
        first.uncaught(thrown);
        second.uncaught(thrown);
    }
}
