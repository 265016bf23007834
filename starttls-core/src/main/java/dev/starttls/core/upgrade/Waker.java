package dev.starttls.core.upgrade;

import java.util.Optional;

/** Calls what the driver has given to be woken by: see {@link UpgradeConnection#onWake}. By any thread. */
final class Waker {

    private volatile Optional<Runnable> driver = Optional.empty();

    void set(Runnable wake) {
        driver = Optional.of(wake);
    }

    void wake() {
        driver.ifPresent(Runnable::run);
    }

    /** No driver waits any more; it is not to be held by what was promised and never completed. */
    void forget() {
        driver = Optional.empty();
    }
}
