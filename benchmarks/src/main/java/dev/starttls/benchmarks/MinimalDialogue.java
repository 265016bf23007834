package dev.starttls.benchmarks;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.List;

/**
 * The shortest dialogue: a greeting, STARTTLS and its go-ahead; inside TLS the application has the connection at once.
 */
public final class MinimalDialogue implements Dialogue {

    private final Role role;
    private final List<String> last;
    private boolean greeted;

    /**
     * A dialogue for one connection.
     *
     * @param role of this side
     * @param last lines that it sends inside TLS before the application has the connection
     */
    public MinimalDialogue(Role role, String... last) {
        this.role = role;
        this.last = List.of(last);
    }

    @Override
    public String protocol() {
        return "benchmark";
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public Step opened() {
        return role == Role.CLIENT ? Step.await(Phase.GREETING) : Step.send(Phase.GREETING, "220 localhost");
    }

    @Override
    public Step received(String line) {
        if (role == Role.SERVER) {
            return new Step.Proceed(List.of("220 go ahead"));
        }
        if (greeted) {
            return Step.goAhead();
        }
        greeted = true;
        return new Step.Propose("STARTTLS");
    }

    @Override
    public Step secured() {
        return new Step.Ready(last);
    }
}
