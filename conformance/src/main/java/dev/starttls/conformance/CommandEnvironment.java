package dev.starttls.conformance;

import dev.starttls.conformance.report.Visible;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Optional;

/**
 * What the command reads from and writes to, how it can be interrupted, and what it is called.
 *
 * @param installed the name that it is installed by; empty if it is run from its jar
 */
public record CommandEnvironment(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Terminal terminal,
        Interrupts interrupts,
        Optional<String> installed) {
    /** An environment without interrupts. */
    public CommandEnvironment(InputStream in, PrintStream out, PrintStream err, Terminal terminal) {
        this(in, out, err, terminal, Interrupts.NONE);
    }

    /** The environment of a command that is run from its jar. */
    public CommandEnvironment(
            InputStream in, PrintStream out, PrintStream err, Terminal terminal, Interrupts interrupts) {
        this(in, out, err, terminal, interrupts, Optional.empty());
    }

    /** The environment of this process. */
    static CommandEnvironment ofProcess() {
        return new CommandEnvironment(
                System.in,
                StandardOutput.ofProcess(),
                System.err,
                Terminal.now(System.getenv()),
                Interrupts.ofProcess(),
                Options.installedName());
    }

    /** The name in messages, and in the calls that they propose. */
    String name() {
        return installed.orElse(Options.NAME);
    }

    /** What a user who has nothing but the package, or nothing but the jar, types to run it. */
    String call() {
        return installed.orElse("java -jar conformance.jar");
    }

    /**
     * Prints a message after the name. A part of it may come from the network or from a list of targets, and a terminal
     * executes control characters, so they are replaced.
     */
    void say(String message) {
        err.println(name() + ": " + Visible.of(message));
        err.flush();
    }

    /** Prints an error of the suite itself. */
    void fault(Throwable fault) {
        say("an internal error of the suite, please report it:");
        fault.printStackTrace(err);
        err.flush();
    }
}
