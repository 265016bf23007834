package dev.starttls.conformance;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What the terminal shows while the command runs: colour in the report, progress, both or neither. */
public enum Terminal {
    /** Colour and progress. */
    PRESENT,
    /** Progress, and a report without colour. */
    COLOURLESS,
    /** Progress: standard output is not a terminal. */
    PROGRESS_ONLY,
    /** Colour: standard error is not a terminal. */
    REPORT_ONLY,
    /** Neither: both streams are pipes or files. */
    ABSENT;

    private static final int OUT = 1;
    private static final int ERR = 2;

    /** The terminal of this process; NO_COLOR as https://no-color.org defines it. */
    static Terminal now(Map<String, String> environment) {
        return of(isTerminal(OUT), isTerminal(ERR), environment);
    }

    /** The same for given streams. */
    static Terminal of(boolean out, boolean err, Map<String, String> environment) {
        if ("dumb".equals(environment.get("TERM"))) {
            return ABSENT;
        }
        if (!out) {
            return err ? PROGRESS_ONLY : ABSENT;
        }
        boolean colour = environment.getOrDefault("NO_COLOR", "").isEmpty();
        if (err) {
            return colour ? PRESENT : COLOURLESS;
        }
        return colour ? REPORT_ONLY : ABSENT;
    }

    boolean colour() {
        return this == PRESENT || this == REPORT_ONLY;
    }

    boolean progress() {
        return this == PRESENT || this == COLOURLESS || this == PROGRESS_ONLY;
    }

    /** Whether the report is shown on the terminal, and so has to fit its width. */
    boolean onScreen() {
        return this == PRESENT || this == COLOURLESS || this == REPORT_ONLY;
    }

    /**
     * Java only knows whether input and output together are a terminal; /proc, if there is one, knows it for each
     * stream.
     */
    private static boolean isTerminal(int descriptor) {
        Path open = Path.of("/proc/self/fd/" + descriptor);
        if (!Files.isSymbolicLink(open)) {
            return onConsole();
        }
        try {
            String device = Files.readSymbolicLink(open).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Up to Java 21 there is a console only on a terminal; from 22 on there is always one, and it says whether it is a
     * terminal.
     */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onConsole() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
