package dev.starttls.core.nio;

import dev.starttls.core.testing.GreetingServer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import java.util.Collections;

/** A server whose last words are more than any buffer of the kernel holds. */
final class LongLastLines extends GreetingServer {

    @Override
    public Step opened() {
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step received(String line) {
        return new Step.Ready(Collections.nCopies(20_000, "x".repeat(1_000)));
    }
}
