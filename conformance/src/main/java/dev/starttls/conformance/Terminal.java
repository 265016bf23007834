package dev.starttls.conformance;

import java.io.Console;
import java.util.Map;

/** Whether a person looks on while the command runs. */
public enum Terminal {
    /** Somebody does: progress and colour. */
    PRESENT,
    /** Somebody does, who wants no colour. */
    COLOURLESS,
    /** A pipe or a file. */
    ABSENT;

    /** As this process was started; NO_COLOR is as https://no-color.org has it. */
    static Terminal now(Map<String, String> environment) {
        if (!looksOn() || "dumb".equals(environment.get("TERM"))) {
            return ABSENT;
        }
        return environment.getOrDefault("NO_COLOR", "").isEmpty() ? PRESENT : COLOURLESS;
    }

    /** Up to Java 21 there is a console only on a terminal; from 22 on there always is one, and it can be asked. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean looksOn() {
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
