package dev.starttls.conformance;

import dev.starttls.conformance.embedded.LibraryServers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The command, run in this process: its exit status and what it wrote. */
record InProcess(int status, String out, String err) {
    static InProcess run(List<String> arguments) {
        return run("", arguments);
    }

    static InProcess run(String in, List<String> arguments) {
        return run(Optional.empty(), in, arguments);
    }

    /** The command under the name that it is installed by. */
    static InProcess installed(String name, List<String> arguments) {
        return run(Optional.of(name), "", arguments);
    }

    private static InProcess run(Optional<String> installed, String in, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                new CommandEnvironment(
                        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Terminal.ABSENT,
                        Interrupts.NONE,
                        installed),
                new LibraryServers(),
                arguments.toArray(String[]::new));
        return new InProcess(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The output as one line with single spaces: a report wraps its lines. */
    String words() {
        return out.replaceAll("\\s+", " ");
    }
}
