package dev.starttls.smtp.policy;

import dev.starttls.core.upgrade.Downgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import java.util.function.Consumer;

/** Has two listeners hear the same, one after the other, whatever one of them throws. */
record BothListeners(UpgradeListener first, UpgradeListener second) implements UpgradeListener {

    @Override
    public void proposed() {
        each(UpgradeListener::proposed);
    }

    @Override
    public void upgraded(UpgradeReport report) {
        each(listener -> listener.upgraded(report));
    }

    @Override
    public void declined(FailureReason reason) {
        each(listener -> listener.declined(reason));
    }

    @Override
    public void downgraded(Downgrade how) {
        each(listener -> listener.downgraded(how));
    }

    @Override
    public void blocked(UpgradeException why) {
        each(listener -> listener.blocked(why));
    }

    @Override
    public void failed(UpgradeException why) {
        each(listener -> listener.failed(why));
    }

    @Override
    public void uncaught(Throwable thrown) {
        each(listener -> listener.uncaught(thrown));
    }

    private void each(Consumer<UpgradeListener> call) {
        try {
            call.accept(first);
        } catch (Throwable e) {
            try {
                call.accept(second);
            } catch (Throwable also) {
                if (also != e) {
                    e.addSuppressed(also);
                }
            }
            throw e;
        }
        call.accept(second);
    }
}
