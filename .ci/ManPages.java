import dev.starttls.conformance.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** Writes the manual pages of the command and its sub-commands, in AsciiDoc, into the folder that the argument names. */
class ManPages {
    /** What picocli does not know of. */
    private static final String FILES =
            """

            == Files

            _/usr/lib/starttls-conformance_::
              The command as a jar, and the Java runtime that it is run by, with the roots that are trusted without *--trust*.

            Reports, *--metrics*, *--resume* and *--state* are files of the caller. Nothing else is kept between runs.

            == Environment

            *JAVA_TOOL_OPTIONS*::
              Options for the Java runtime, as _-Xmx256m_.

            *NO_COLOR*::
              No colours on a terminal.
            """;

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
        for (String line : page.toString().lines().toList()) {
            // Lines that are set off by spaces in the help are patterns and examples: nothing in them is markup.
            boolean indented = line.startsWith("  ") && !afterTerm(text);
            if (indented != verbatim) {
                text.append(indented ? "\n----\n" : "----\n\n");
                verbatim = indented;
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
        Files.writeString(folder.resolve(spec.qualifiedName("-") + ".1.adoc"), text + (spec.parent() == null ? FILES : ""));
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
