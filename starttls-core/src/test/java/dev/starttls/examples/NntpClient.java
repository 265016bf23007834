package dev.starttls.examples;

import dev.starttls.core.upgrade.ClientDialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.StartTlsProtocol;
import dev.starttls.core.upgrade.Step;
import java.util.ArrayList;
import java.util.List;

/** The client side of STARTTLS in NNTP (RFC 4642): capabilities are several lines, up to a dot (RFC 3977 section 5.2). */
public final class NntpClient extends ClientDialogue<String, WordCapabilities> {

    private static final StartTlsProtocol PROTOCOL =
            new StartTlsProtocol("nntp", "STARTTLS", List.of(119), List.of(563));

    private final List<String> lines = new ArrayList<>();
    private boolean listing;

    /** A dialogue that has not begun. */
    public NntpClient() {
        super(PROTOCOL, new WordCapabilities(List.of()));
    }

    @Override
    protected List<String> question() {
        return List.of("CAPABILITIES");
    }

    @Override
    protected String serverAnswer() {
        return lastReply().orElse("");
    }

    @Override
    protected void forget() {
        lines.clear();
        listing = false;
    }

    @Override
    protected Step line(String line) {
        if (listing) {
            return listed(line);
        }
        keepReply(line);
        String code = line.split(" ", 2)[0];
        return switch (code) {
            // Posting is allowed, or not (RFC 3977 section 5.1).
            case "200", "201" ->
                phase() == Phase.GREETING ? serverGreeted(line) : Step.violation("no second greeting", line);
            case "101" -> {
                if (phase() == Phase.GREETING || phase() == Phase.COMMAND) {
                    yield Step.violation("no capabilities yet", line);
                }
                listing = true;
                yield Step.await(phase());
            }
            case "382" -> phase() == Phase.COMMAND ? Step.goAhead() : Step.violation("no go-ahead yet", line);
            default -> other(line);
        };
    }

    private Step listed(String line) {
        if (!line.equals(".")) {
            lines.add(line.startsWith(".") ? line.substring(1) : line);
            return Step.await(phase());
        }
        listing = false;
        return announced(lines);
    }

    private Step other(String line) {
        return switch (phase()) {
            case GREETING -> new Step.Fail(FailureReason.TURNED_AWAY, "Expected 200 or 201", line, List.of());
            // 580: TLS cannot begin; 502: not now (RFC 4642 section 2.2.1).
            case COMMAND -> serverRefused(line);
            // An older server knows no CAPABILITIES, and so announces nothing.
            default -> announced(List.of());
        };
    }

    private Step announced(List<String> capabilities) {
        keepCapabilities(new WordCapabilities(capabilities));
        lines.clear();
        return serverAnnounced();
    }
}
