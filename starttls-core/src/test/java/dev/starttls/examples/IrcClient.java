package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.List;

/**
 * The client side of STARTTLS in IRC (IRCv3 "tls", which its authors have deprecated in favour of TLS from the first octet).
 * The command is the first that the client sends; 670 is the go-ahead, 691 refuses.
 */
public final class IrcClient implements Dialogue {

    @Override
    public String protocol() {
        return "irc";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<Integer> startTlsPorts() {
        return List.of(6667);
    }

    @Override
    public List<Integer> implicitTlsPorts() {
        return List.of(6697);
    }

    @Override
    public Step opened() {
        return new Step.Propose("STARTTLS");
    }

    @Override
    public Step received(String line) {
        String[] words = line.split(" ", -1);
        int command = line.startsWith(":") ? 1 : 0;
        return switch (command < words.length ? words[command] : "") {
            case "670" -> Step.goAhead();
            // The server does not know the command, does not take it before the log-in, or cannot.
            case "421", "451", "691" -> new Step.Decline(FailureReason.REFUSED, line);
            case "ERROR" -> new Step.Fail(FailureReason.TURNED_AWAY, "Expected 670, got ERROR", line, List.of());
            // That it looks up the client's name, for instance. An answer could not be sent.
            case "NOTICE", "PING" -> Step.await(Phase.COMMAND);
            default -> Step.violation("670 or 691", line);
        };
    }

    @Override
    public Step secured() {
        return Step.ready();
    }
}
