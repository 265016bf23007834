package dev.starttls.core.testing;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The client of a protocol that has no more than an upgrade needs: the server says HI; CAPS is answered by CAPS and what is
 * offered; GO is answered by OK or NO; inside TLS, CAPS is asked again. In plaintext it ends with OVER, which is not
 * answered.
 */
public final class TinyClient implements Dialogue {

    private enum Awaited {
        GREETING,
        CAPABILITIES,
        GO_AHEAD,
        CAPABILITIES_AGAIN
    }

    private final List<String> heard = new ArrayList<>();
    private Awaited awaited = Awaited.GREETING;
    private List<String> capabilities = List.of();

    @Override
    public String protocol() {
        return "tiny";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<String> capabilities() {
        return capabilities;
    }

    /** All lines received. */
    public List<String> heard() {
        return List.copyOf(heard);
    }

    @Override
    public Step opened() {
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step secured() {
        capabilities = List.of();
        awaited = Awaited.CAPABILITIES_AGAIN;
        return Step.send(Phase.RECAPABILITY, "CAPS");
    }

    @Override
    public Step declined(FailureReason reason) {
        return new Step.Ready(List.of("OVER"));
    }

    @Override
    public Step received(String line) {
        heard.add(line);
        return switch (awaited) {
            case GREETING -> {
                awaited = Awaited.CAPABILITIES;
                yield line.equals("HI") ? Step.send(Phase.CAPABILITY, "CAPS") : Step.violation("HI", line);
            }
            case CAPABILITIES -> {
                learn(line);
                awaited = Awaited.GO_AHEAD;
                yield capabilities.contains("GO")
                        ? new Step.Propose("GO")
                        : new Step.Decline(FailureReason.NOT_OFFERED, line);
            }
            case GO_AHEAD -> line.equals("OK") ? Step.goAhead() : new Step.Decline(FailureReason.REFUSED, line);
            case CAPABILITIES_AGAIN -> {
                learn(line);
                yield Step.ready();
            }
        };
    }

    private void learn(String line) {
        List<String> words = List.of(line.split(" ", -1));
        capabilities = words.subList(1, words.size());
    }
}
