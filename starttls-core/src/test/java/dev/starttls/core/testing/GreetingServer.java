package dev.starttls.core.testing;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;

/** A server's dialogue of which a test says what it answers; it greets with HI. */
public abstract class GreetingServer implements Dialogue {

    @Override
    public final String protocol() {
        return "tiny";
    }

    @Override
    public final Role role() {
        return Role.SERVER;
    }

    @Override
    public Step opened() {
        return Step.send(Phase.GREETING, "HI");
    }

    @Override
    public Step secured() {
        return Step.ready();
    }
}
