package dev.starttls.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A page with a title, the machine, the command, and a table. */
public final class Page {

    private final List<String> lines = new ArrayList<>();
    private final String machine;

    /**
     * A page.
     *
     * @param title of it
     * @param machine the machine of the measurement, and what else matters about it
     */
    public Page(String title, String machine) {
        this.machine = machine;
        lines.add("# " + title);
    }

    /**
     * Says how it was made.
     *
     * @param arguments of the command; of a file outside the working folder only the name is kept
     * @return this
     */
    public Page madeBy(List<String> arguments) {
        return paragraph(machine + "; made by `" + command(arguments) + "`.");
    }

    /**
     * A command without the paths of the machine that it ran on.
     *
     * @param arguments as they were given
     * @return for readers
     */
    public static String command(List<String> arguments) {
        return command("benchmarks", arguments);
    }

    /**
     * A command from the folder of the project, without the paths of the machine that it ran on.
     *
     * @param arguments as they were given
     * @return for readers
     */
    public static String commandOfJar(List<String> arguments) {
        return command("java -jar benchmarks/target/benchmarks.jar", arguments);
    }

    private static String command(String program, List<String> arguments) {
        return program + " "
                + arguments.stream()
                        .map(argument -> argument.replaceAll("(^|=|,)/[^,=]*/", "$1"))
                        .collect(Collectors.joining(" "));
    }

    /**
     * Adds text.
     *
     * @param text of one paragraph
     * @return this
     */
    public Page paragraph(String text) {
        lines.add("");
        lines.add(text);
        return this;
    }

    /**
     * Adds a table.
     *
     * @param table in Markdown
     * @return this
     */
    public Page lines(List<String> table) {
        lines.add("");
        lines.addAll(table);
        return this;
    }

    /**
     * Writes it.
     *
     * @param file is replaced; its folder is made
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, lines);
    }
}
