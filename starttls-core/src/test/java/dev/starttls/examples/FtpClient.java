package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.List;

/**
 * The client side of AUTH TLS in FTP (RFC 4217 section 4) for the control connection. The command is sent without asking for
 * FEAT: its answer says as much. Data connections have TLS of their own from their first octet, after PBSZ and PROT.
 */
public final class FtpClient implements Dialogue {

    private Phase phase = Phase.GREETING;
    /** The code of a reply of several lines. */
    private String begun = "";

    @Override
    public String protocol() {
        return "ftp";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<Integer> startTlsPorts() {
        return List.of(21);
    }

    @Override
    public List<Integer> implicitTlsPorts() {
        return List.of(990);
    }

    @Override
    public Step opened() {
        return Step.await(phase);
    }

    @Override
    public Step received(String line) {
        // Between the first line of a reply and its last, which has the same code, there may be any (RFC 959 section
        // 4.2).
        if (!begun.isEmpty() && !line.startsWith(begun + " ")) {
            return Step.await(phase);
        }
        if (begun.isEmpty() && line.matches("[1-5][0-9]{2}-.*")) {
            begun = line.substring(0, 3);
            return Step.await(phase);
        }
        begun = "";
        String code = line.split(" ", 2)[0];
        if (phase == Phase.COMMAND) {
            return code.equals("234") ? Step.goAhead() : new Step.Decline(FailureReason.REFUSED, line);
        }
        return switch (code) {
            // In a while.
            case "120" -> Step.await(phase);
            case "220" -> {
                if (phase == Phase.RECAPABILITY) {
                    yield Step.ready();
                }
                phase = Phase.COMMAND;
                yield new Step.Propose("AUTH TLS");
            }
            case "421" -> new Step.Fail(FailureReason.TURNED_AWAY, "Expected 220, got 421", line, List.of());
            default -> Step.violation("220", line);
        };
    }

    /** Only with implicit TLS is there a greeting inside it. */
    @Override
    public Step secured() {
        boolean implicit = phase == Phase.GREETING;
        phase = Phase.RECAPABILITY;
        begun = "";
        return implicit ? Step.await(Phase.GREETING) : Step.ready();
    }
}
