package dev.starttls.conformance;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What a person sees who looks on while the command runs: colour in the report, progress beside it, both or nothing. */
public enum Terminal {
    /** Colour and progress. */
    PRESENT,
    /** Progress, and a report without colour. */
    COLOURLESS,
    /** Progress: the report goes elsewhere. */
    PROGRESS_ONLY,
    /** Colour: standard error goes elsewhere. */
    REPORT_ONLY,
    /** A pipe or a file. */
    ABSENT;

    private static final int OUT = 1;
    private static final int ERR = 2;

    /** As this process was started; NO_COLOR is as https://no-color.org has it. */
    static Terminal now(Map<String, String> environment) {
        return of(isTerminal(OUT), isTerminal(ERR), environment);
    }

    /** The same for streams that are terminals or are not. */
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

    /** Whether the report is read on the terminal, and so within its width. */
    boolean onScreen() {
        return this == PRESENT || this == COLOURLESS || this == REPORT_ONLY;
    }

    /** Java knows of no terminal but one that is input and output at once; where there is a /proc, that knows of each. */
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

    /** Up to Java 21 there is a console only on a terminal; from 22 on there always is one, and it can be asked. */
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
