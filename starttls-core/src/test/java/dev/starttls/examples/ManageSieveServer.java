package dev.starttls.examples;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.ServerDialogue;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;

/** The server side of ManageSieve (RFC 5804) up to the upgrade and after it; other commands are its author's. */
public final class ManageSieveServer extends ServerDialogue<ManageSieveServer.Session, ManageSieveServer.Handler> {

    /** What is known of the client on one side of the upgrade. */
    public static final class Session extends ServerSession {

        Session(State side, ConnectionInfo info) {
            super(side, info);
        }
    }

    /** Answers a command that the dialogue does not know, with one line. */
    @FunctionalInterface
    public interface Handler {

        /** The answer. */
        String handle(String command, Session session);
    }

    /** A dialogue that has not begun. */
    public ManageSieveServer(TlsPolicy policy, Handler handler) {
        super(
                ManageSieveClient.PROTOCOL,
                "sieve.example.org",
                policy,
                handler,
                List.of("\"IMPLEMENTATION\" \"example\"", "\"VERSION\" \"1.0\"", "\"SIEVE\" \"fileinto\""),
                Session::new);
    }

    @Override
    protected List<String> announcement() {
        List<String> lines = super.announcement();
        // No mechanism is announced that could not be used (section 1.7).
        lines.add(session().secure() || !policy().enforced() ? "\"SASL\" \"PLAIN\"" : "\"SASL\" \"\"");
        return lines;
    }

    @Override
    protected String offer() {
        return "\"STARTTLS\"";
    }

    @Override
    protected Step greet() {
        return list(Phase.GREETING);
    }

    /** This dialogue and its handler keep nothing outside the session. */
    @Override
    protected void forget() {}

    /** The capabilities come again without being asked for (section 2.2). */
    @Override
    protected Step upgraded() {
        return list(Phase.RECAPABILITY);
    }

    @Override
    protected List<String> noLine(String text) {
        return List.of("BYE \"" + text + "\"");
    }

    @Override
    public Output injected() {
        return Output.line("BYE \"Nothing may follow STARTTLS in its segment\"");
    }

    @Override
    public Step received(String line) {
        return switch (Ascii.upper(line)) {
            case "STARTTLS" -> offered() ? new Step.Proceed(List.of("OK \"Begin TLS\"")) : say("NO \"Not offered\"");
            case "CAPABILITY" -> list(phase());
            case "LOGOUT" -> new Step.Close(List.of("OK \"Bye\""));
            case "NOOP" -> say("OK \"Still here\"");
            default ->
                say(
                        upgradeRequired()
                                ? "NO (ENCRYPT-NEEDED) \"First STARTTLS\""
                                : handler().handle(line, session()));
        };
    }

    private Step list(Phase phase) {
        List<String> lines = new ArrayList<>(announce());
        lines.add("OK \"ManageSieve ready\"");
        return new Step.Await(phase, lines);
    }

    private Step say(String line) {
        return Step.send(phase(), line);
    }
}
