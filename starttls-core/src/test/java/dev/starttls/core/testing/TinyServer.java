package dev.starttls.core.testing;

import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/**
 * The server that {@link TinyClient} speaks to. Knows CAPS, GO, OVER (which hands the connection over), BYE (which closes
 * it) and FAULT (which throws); answers others with NO.
 */
public final class TinyServer extends GreetingServer {

    /** When the connection is handed over. */
    public enum HandOver {
        /** After the answer to CAPS inside TLS: there the client's dialogue ends. */
        INSIDE_TLS,
        /** When the client says OVER. */
        WHEN_ASKED
    }

    private final TlsPolicy policy;
    private final HandOver handOver;
    private boolean inTls;

    public TinyServer(TlsPolicy policy, HandOver handOver) {
        this.policy = policy;
        this.handOver = handOver;
    }

    @Override
    public Step secured() {
        inTls = true;
        return Step.await(Phase.RECAPABILITY);
    }

    @Override
    public Output injected() {
        return Output.line("NO injection");
    }

    @Override
    public Step received(String line) {
        return switch (line) {
            case "CAPS" -> announce();
            case "GO" -> inTls || policy == TlsPolicy.DISABLED ? say("NO") : new Step.Proceed(List.of("OK"));
            case "OVER" -> new Step.Ready(List.of());
            case "BYE" -> new Step.Close(List.of("BYE"));
            case "FAULT" -> throw new IllegalArgumentException("a fault in a dialogue");
            default -> say("NO");
        };
    }

    private Step announce() {
        if (inTls && handOver == HandOver.INSIDE_TLS) {
            return new Step.Ready(List.of("CAPS INSIDE"));
        }
        return say(inTls ? "CAPS INSIDE" : policy == TlsPolicy.DISABLED ? "CAPS PLAIN" : "CAPS GO");
    }

    private Step say(String line) {
        return Step.send(inTls ? Phase.RECAPABILITY : Phase.CAPABILITY, line);
    }
}
