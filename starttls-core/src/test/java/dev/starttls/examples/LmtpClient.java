package dev.starttls.examples;

import dev.starttls.core.upgrade.ClientDialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.StartTlsProtocol;
import dev.starttls.core.upgrade.Step;
import java.util.ArrayList;
import java.util.List;

/** The client side of LMTP (RFC 2033 section 4.1), with the upgrade of SMTP (RFC 3207): LHLO in place of EHLO. */
public final class LmtpClient extends ClientDialogue<String, WordCapabilities> {

    /** LMTP has no port of its own, and may not be spoken on that of SMTP (RFC 2033 section 5). */
    private static final StartTlsProtocol PROTOCOL = new StartTlsProtocol("lmtp", "STARTTLS", List.of(), List.of());

    private static final int TEXT = 4;

    private final String name;
    private final List<String> lines = new ArrayList<>();

    /**
     * A dialogue that has not begun.
     *
     * @param name what the client calls itself
     */
    public LmtpClient(String name) {
        super(PROTOCOL, new WordCapabilities(List.of()));
        this.name = name;
    }

    @Override
    protected List<String> question() {
        return List.of("LHLO " + name);
    }

    @Override
    protected String serverAnswer() {
        return lastReply().orElse("");
    }

    @Override
    protected void forget() {
        lines.clear();
    }

    @Override
    protected Step line(String line) {
        if (!line.matches("[2-5][0-9]{2}([ -].*)?") || !goesOn(line)) {
            return Step.violation("a reply: three digits, the same on each of its lines", line);
        }
        lines.add(line);
        if (line.startsWith("-", TEXT - 1)) {
            return Step.await(phase());
        }
        keepReply(line);
        List<String> reply = List.copyOf(lines);
        lines.clear();
        boolean positive = line.startsWith("2");
        return switch (phase()) {
            case GREETING -> positive ? serverGreeted(line) : turnedAway(line);
            case COMMAND -> line.startsWith("220") ? Step.goAhead() : serverRefused(line);
            default -> {
                if (!positive) {
                    yield turnedAway(line);
                }
                keepCapabilities(new WordCapabilities(
                        reply.stream().skip(1).map(one -> one.substring(TEXT)).toList()));
                yield serverAnnounced();
            }
        };
    }

    private boolean goesOn(String line) {
        return lines.isEmpty() || lines.get(0).startsWith(line.substring(0, TEXT - 1));
    }

    private static Step turnedAway(String line) {
        return new Step.Fail(FailureReason.TURNED_AWAY, "Expected a positive reply", line, List.of());
    }
}
