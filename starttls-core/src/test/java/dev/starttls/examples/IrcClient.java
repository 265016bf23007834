package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.util.Arrays;
import java.util.List;

/**
 * The client side of STARTTLS in IRC (IRCv3 "tls", which its authors have deprecated in favour of TLS from the first octet).
 * 670 is the go-ahead, 691 refuses. The capabilities are asked for first, as a server that does not know the command may say
 * nothing at all; inside TLS it is for the application to ask again, or to end that by CAP END, and to log in.
 */
public final class IrcClient implements Dialogue {

    /** The word after the server's name. */
    private static final int COMMAND = 2;

    private Phase phase = Phase.CAPABILITY;

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
        return Step.send(phase, "CAP LS");
    }

    @Override
    public Step received(String line) {
        List<String> words = Arrays.asList((line.startsWith(":") ? line : ":server " + line).split("[ :]+", -1));
        String command = words.size() > COMMAND ? words.get(COMMAND) : "";
        return switch (command) {
            // Of the server's own accord, for instance that it looks up the client's name.
            case "NOTICE" -> Step.await(phase);
            case "PING" ->
                phase == Phase.COMMAND ? Step.await(phase) : Step.send(phase, line.replaceFirst("PING", "PONG"));
            case "ERROR" -> new Step.Fail(FailureReason.TURNED_AWAY, "Expected a reply, got ERROR", line, List.of());
            default -> phase == Phase.COMMAND ? answered(command, line) : announced(command, words, line);
        };
    }

    private Step announced(String command, List<String> words, String line) {
        return switch (command) {
            case "CAP" -> {
                if (!words.contains("tls")) {
                    yield new Step.Decline(FailureReason.NOT_OFFERED, line);
                }
                phase = Phase.COMMAND;
                yield new Step.Propose("STARTTLS");
            }
            // The server knows no capabilities, or not before the log-in.
            case "421", "451" -> new Step.Decline(FailureReason.NOT_OFFERED, line);
            default -> Step.violation("CAP LS and what the server can do", line);
        };
    }

    private static Step answered(String command, String line) {
        return switch (command) {
            case "670" -> Step.goAhead();
            case "421", "451", "691" -> new Step.Decline(FailureReason.REFUSED, line);
            default -> Step.violation("670 or 691", line);
        };
    }

    @Override
    public Step secured() {
        return Step.ready();
    }
}
