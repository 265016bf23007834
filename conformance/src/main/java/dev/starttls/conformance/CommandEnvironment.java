package dev.starttls.conformance;

import java.io.InputStream;
import java.io.PrintStream;

/** What the command reads from and writes to, and how it can be interrupted. */
public record CommandEnvironment(
        InputStream in, PrintStream out, PrintStream err, Terminal terminal, Interrupts interrupts) {
    /** An environment without interrupts. */
    public CommandEnvironment(InputStream in, PrintStream out, PrintStream err, Terminal terminal) {
        this(in, out, err, terminal, Interrupts.NONE);
    }

    /** The environment of this process. */
    static CommandEnvironment ofProcess() {
        return new CommandEnvironment(
                System.in,
                StandardOutput.ofProcess(),
                System.err,
                Terminal.now(System.getenv()),
                Interrupts.ofProcess());
    }
}
