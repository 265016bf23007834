package dev.starttls.examples;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.ClientDialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.StartTlsProtocol;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The client side of ManageSieve (RFC 5804): the server announces its capabilities without being asked, in its greeting and
 * again after the handshake (section 2.2), each time up to a line that begins with OK.
 */
public final class ManageSieveClient extends ClientDialogue<String, ManageSieveCapabilities> {

    static final StartTlsProtocol PROTOCOL = new StartTlsProtocol("managesieve", "STARTTLS", List.of(4190), List.of());

    private static final Pattern LITERAL = Pattern.compile("\\{([0-9]{1,9})\\+?}$");

    private final List<String> lines = new ArrayList<>();
    private String begun = "";

    /** A dialogue that has not begun. */
    public ManageSieveClient() {
        super(PROTOCOL, new ManageSieveCapabilities(List.of()));
    }

    @Override
    protected List<String> question() {
        return List.of();
    }

    @Override
    protected String serverAnswer() {
        return lastReply().orElseThrow();
    }

    @Override
    protected void forget() {
        lines.clear();
        begun = "";
    }

    @Override
    protected Step line(String line) {
        String whole = begun + line;
        Matcher literal = LITERAL.matcher(whole);
        if (literal.find()) {
            // A string may be a literal (section 4): its octets come next, then the rest of the line.
            begun = whole.substring(0, literal.start());
            int count = Integer.parseInt(literal.group(1));
            return count == 0 ? octets(new byte[0]) : Step.await(phase(), Frame.exactly(count));
        }
        begun = "";
        if (whole.startsWith("\"") && phase() != Phase.COMMAND) {
            lines.add(whole);
            return Step.await(phase());
        }
        keepReply(whole);
        return switch (Ascii.upper(whole.split("[ (]", 2)[0])) {
            case "OK" -> accepted();
            case "NO" -> phase() == Phase.COMMAND ? serverRefused(whole) : Step.violation("capabilities and OK", whole);
            case "BYE" -> new Step.Fail(FailureReason.TURNED_AWAY, "Expected OK, got BYE", whole, List.of());
            default -> Step.violation("a capability, OK, NO or BYE", whole);
        };
    }

    @Override
    public Step octets(byte[] octets) {
        begun += "\"" + new String(octets, StandardCharsets.ISO_8859_1) + "\"";
        return Step.await(phase());
    }

    private Step accepted() {
        if (phase() == Phase.COMMAND) {
            return Step.goAhead();
        }
        keepCapabilities(new ManageSieveCapabilities(lines));
        return serverAnnounced();
    }
}
