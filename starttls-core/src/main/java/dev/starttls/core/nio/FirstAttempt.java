package dev.starttls.core.nio;

import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.Downgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The first of two connections, if the server does not take the ClientHello that came with the upgrade command: what its
 * listener would hear of that failure is kept back until it is known whether there is a second.
 */
final class FirstAttempt implements UpgradeListener {

    private final UpgradeListener listener;
    private final List<Consumer<UpgradeListener>> keptBack = new ArrayList<>();

    FirstAttempt(UpgradeListener listener) {
        this.listener = listener;
    }

    /** The settings of the first connection. */
    UpgradeSettings settings(UpgradeSettings settings) {
        return settings.withListener(this);
    }

    /** The settings of the second: what was tried has failed, so nothing is. */
    static UpgradeSettings again(UpgradeSettings settings) {
        return settings.withDirect(DirectUpgrade.NEVER);
    }

    /**
     * Whether there is to be a second connection; if not, the listener hears why at last.
     *
     * @param awaited whether a caller waits for it
     */
    boolean repeatable(UpgradeException why, boolean awaited) {
        if (why.reason() == FailureReason.DIRECT_NOT_TAKEN) {
            if (awaited) {
                return true;
            }
            keptBack.forEach(event -> hear(event, why));
        }
        return false;
    }

    @Override
    public void proposed() {
        listener.proposed();
    }

    @Override
    public void upgraded(UpgradeReport report) {
        listener.upgraded(report);
    }

    @Override
    public void declined(FailureReason reason) {
        listener.declined(reason);
    }

    @Override
    public void downgraded(Downgrade how) {
        listener.downgraded(how);
    }

    @Override
    public void blocked(UpgradeException why) {
        hearOrKeep(why, target -> target.blocked(why));
    }

    @Override
    public void failed(UpgradeException why) {
        hearOrKeep(why, target -> target.failed(why));
    }

    @Override
    public void uncaught(Throwable thrown) {
        listener.uncaught(thrown);
    }

    private void hearOrKeep(UpgradeException why, Consumer<UpgradeListener> event) {
        if (why.reason() == FailureReason.DIRECT_NOT_TAKEN) {
            keptBack.add(event);
        } else {
            event.accept(listener);
        }
    }

    /** The failure matters more to the caller than what its listener has to say of it. */
    private void hear(Consumer<UpgradeListener> event, UpgradeException why) {
        try {
            event.accept(listener);
        } catch (Throwable e) {
            why.addSuppressed(e);
        }
    }
}
