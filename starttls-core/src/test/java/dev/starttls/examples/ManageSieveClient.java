package dev.starttls.examples;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The client side of ManageSieve (RFC 5804): the server announces its capabilities without being asked, in its greeting and
 * again behind the handshake (section 2.2), each time up to a line that begins with OK.
 */
public final class ManageSieveClient implements Dialogue {

    private static final Pattern LITERAL = Pattern.compile("\\{([0-9]{1,9})\\+?}$");

    private final List<String> capabilities = new ArrayList<>();
    private Phase phase = Phase.GREETING;
    private String begun = "";

    @Override
    public String protocol() {
        return "managesieve";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<String> capabilities() {
        return List.copyOf(capabilities);
    }

    @Override
    public Step opened() {
        return Step.await(phase);
    }

    @Override
    public Step secured() {
        capabilities.clear();
        phase = Phase.RECAPABILITY;
        return Step.await(phase);
    }

    @Override
    public Step received(String line) {
        String whole = begun + line;
        Matcher literal = LITERAL.matcher(whole);
        if (literal.find()) {
            // A string may be a literal (section 4): its octets come next, then the rest of the line.
            begun = whole.substring(0, literal.start());
            int count = Integer.parseInt(literal.group(1));
            return count == 0 ? octets(new byte[0]) : new Step.AwaitOctets(phase, List.of(), count);
        }
        begun = "";
        if (whole.startsWith("\"") && phase != Phase.COMMAND) {
            capabilities.add(whole);
            return Step.await(phase);
        }
        return switch (Ascii.upper(whole.split("[ (]", 2)[0])) {
            case "OK" -> accepted(whole);
            case "NO" ->
                phase == Phase.COMMAND
                        ? new Step.Decline(FailureReason.REFUSED, whole)
                        : Step.violation("capabilities and OK", whole);
            case "BYE" -> new Step.Fail(FailureReason.TURNED_AWAY, "Expected OK, got BYE", whole, List.of());
            default -> Step.violation("a capability, OK, NO or BYE", whole);
        };
    }

    @Override
    public Step octets(byte[] octets) {
        begun += "\"" + new String(octets, StandardCharsets.ISO_8859_1) + "\"";
        return Step.await(phase);
    }

    private Step accepted(String line) {
        if (phase == Phase.COMMAND) {
            return Step.goAhead();
        }
        if (phase == Phase.RECAPABILITY) {
            return Step.ready();
        }
        phase = Phase.COMMAND;
        return capabilities.stream().map(Ascii::upper).anyMatch("\"STARTTLS\""::equals)
                ? new Step.Propose("STARTTLS")
                : new Step.Decline(FailureReason.NOT_OFFERED, line);
    }
}
