package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;

/** What goes over a transport before the connection that it is for, which then follows on the same transport. */
interface Prelude {

    /** The connection that goes first. */
    UpgradeConnection first();

    /** The first one is over, and ready: it is ended here. Returns the one that follows, which has not begun. */
    UpgradeConnection opened();

    /** The first one has failed, and so has the one that follows. Returns what the caller gets. */
    UpgradeException failed(UpgradeException why);
}
