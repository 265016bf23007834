package dev.starttls.examples;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The server side of ManageSieve (RFC 5804) up to and behind the upgrade; other commands are its author's. */
public final class ManageSieveServer implements Dialogue {

    private final TlsPolicy policy;
    private final UnaryOperator<String> commands;
    private boolean inside;

    /** A server that answers the commands it does not know itself with one line. */
    public ManageSieveServer(TlsPolicy policy, UnaryOperator<String> commands) {
        this.policy = policy;
        this.commands = commands;
    }

    @Override
    public String protocol() {
        return "managesieve";
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public List<String> capabilities() {
        List<String> announced = new ArrayList<>(List.of("\"IMPLEMENTATION\" \"example\"", "\"VERSION\" \"1.0\""));
        announced.add("\"SIEVE\" \"fileinto\"");
        // No mechanism is announced that could not be used (section 1.7).
        announced.add(inside || !policy.enforced() ? "\"SASL\" \"PLAIN\"" : "\"SASL\" \"\"");
        if (!inside && policy != TlsPolicy.DISABLED) {
            announced.add("\"STARTTLS\"");
        }
        return announced;
    }

    @Override
    public Step opened() {
        return announce(Phase.GREETING);
    }

    @Override
    public Step secured() {
        inside = true;
        return announce(Phase.RECAPABILITY);
    }

    @Override
    public List<String> injected() {
        return List.of("BYE \"Nothing may stand behind STARTTLS\"");
    }

    @Override
    public Step received(String line) {
        boolean offered = !inside && policy != TlsPolicy.DISABLED;
        return switch (Ascii.upper(line)) {
            case "STARTTLS" -> offered ? new Step.Proceed(List.of("OK \"Begin TLS\"")) : say("NO \"Not offered\"");
            case "CAPABILITY" -> announce(phase());
            case "LOGOUT" -> new Step.Close(List.of("OK \"Bye\""));
            case "NOOP" -> say("OK \"Still here\"");
            default ->
                say(offered && policy.enforced() ? "NO (ENCRYPT-NEEDED) \"First STARTTLS\"" : commands.apply(line));
        };
    }

    private Step announce(Phase phase) {
        List<String> lines = new ArrayList<>(capabilities());
        lines.add("OK \"ManageSieve ready\"");
        return new Step.Await(phase, lines);
    }

    private Step say(String line) {
        return Step.send(phase(), line);
    }

    private Phase phase() {
        return inside ? Phase.RECAPABILITY : Phase.CAPABILITY;
    }
}
