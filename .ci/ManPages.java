import dev.starttls.conformance.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** Writes the manual pages of the command and its sub-commands, in AsciiDoc, into the folder that the argument names. */
class ManPages {
    /** What picocli does not know of. */
    private static final String FILES =
            """

            == Files

            _lib_ beside _bin_, in the Debian package _/usr/lib/starttls-conformance_::
              The command as a jar, and the Java runtime that it is run by, with the roots that are trusted without *--trust*.

            Reports, *--metrics*, *--resume* and *--state* are files of the caller. Nothing else is kept between runs.

            == Environment

            *JAVA_TOOL_OPTIONS*::
              Options for the Java runtime, as _-Xmx256m_.

            *NO_COLOR*::
              No colours on a terminal.
            """;

    /** The term of an option. */
    private static final Pattern OPTION = Pattern.compile("\\*(--[\\w-]+)\\*");

    public static void main(String[] args) throws IOException {
        CommandLine command = Main.commandLine();
        write(command, Path.of(args[0]));
        for (CommandLine child : command.getSubcommands().values()) {
            write(child, Path.of(args[0]));
        }
    }

    private static void write(CommandLine command, Path folder) throws IOException {
        CommandSpec spec = command.getCommandSpec();
        StringWriter page = new StringWriter();
        try (PrintWriter out = new PrintWriter(page)) {
            ManPageGenerator.writeSingleManPage(out, spec);
        }
        StringBuilder text = new StringBuilder();
        boolean examples = false;
        boolean verbatim = false;
        Map<String, String> headings = Main.headings(command);
        for (String line : page.toString().lines().toList()) {
            // Lines that are set off by spaces in the help are patterns and examples: nothing in them is markup.
            boolean indented = line.startsWith("  ") && !afterTerm(text);
            if (indented != verbatim) {
                text.append(indented ? "\n----\n" : "----\n\n");
                verbatim = indented;
            }
            Matcher option = OPTION.matcher(line);
            if (option.lookingAt() && headings.containsKey(option.group(1))) {
                text.append("=== ").append(headings.get(option.group(1))).append("\n\n");
            }
            if (line.startsWith("== ")) {
                examples = line.contains("Examples");
                text.append("== ").append(line.substring(3).strip().replaceFirst(":$", "")).append('\n');
            } else if (examples && line.isBlank() && text.toString().endsWith("----\n\n")) {
                examples = false;
                text.append("== Notes\n");
            } else if (!line.startsWith("//") && !line.equals("[%hardbreaks]")) {
                // An address is text: the macro that asciidoctor makes of one is not known to every reader of manual pages.
                text.append(verbatim ? line : header(line, spec).replaceAll("\\bhttps?://", "\\\\$0")).append('\n');
            }
        }
        Files.writeString(
                folder.resolve(page(spec) + ".1.adoc"),
                described(text.toString()) + (spec.parent() == null ? FILES : "") + seeAlso(spec));
    }

    /** The page with its notes as the description, if it has no other. */
    private static String described(String page) {
        String empty = "== Description\n\n\n";
        String heading = "== Notes\n";
        int notes = page.indexOf(heading);
        return notes < 0 || !page.contains(empty)
                ? page
                : page.substring(0, notes)
                        .replace(empty, "== Description\n\n" + page.substring(notes + heading.length()).strip() + "\n\n");
    }

    /** The pages of the command and of its sub-commands, but for this one. */
    private static String seeAlso(CommandSpec spec) {
        Stream<CommandSpec> children =
                spec.root().subcommands().values().stream().map(CommandLine::getCommandSpec);
        return Stream.concat(Stream.of(spec.root()), children)
                .filter(other -> other != spec)
                .map(other -> "*" + page(other) + "*(1)")
                .collect(Collectors.joining(", ", "\n== See Also\n\n", "\n"));
    }

    private static String page(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    /** Whether the last line is the term of a list, whose explanation is indented. */
    private static boolean afterTerm(CharSequence text) {
        return text.toString().endsWith("::\n");
    }

    private static String header(String line, CommandSpec spec) {
        if (line.startsWith(":manmanual:")) {
            return ":manmanual: User Commands";
        }
        return line.startsWith(":mansource:") ? ":mansource: " + spec.root().name() : line;
    }
}
