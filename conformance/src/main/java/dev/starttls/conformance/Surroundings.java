package dev.starttls.conformance;

import java.io.InputStream;
import java.io.PrintStream;

/** What the command reads from and writes to. */
public record Surroundings(InputStream in, PrintStream out, PrintStream err, Terminal terminal) {
    /** Those of this process. */
    static Surroundings ofProcess() {
        return new Surroundings(System.in, System.out, System.err, Terminal.now(System.getenv()));
    }
}
