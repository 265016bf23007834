package dev.starttls.conformance;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What is printed, and where: the options that both commands have. */
final class OutputOptions {
    @OptionSection("Output")
    @Option(
            names = "--format",
            paramLabel = "F[=FILE]",
            completionCandidates = CompletionValues.Formats.class,
            description = "text; html (one page); junit (XML for CI); sarif (for code scanning); json (one object"
                    + " per target); ndjson (the same, one object per line). To standard output (also F=-) or to a file of its own. May be"
                    + " repeated (default: text).")
    List<String> formats = new ArrayList<>();

    @Option(names = "--schema", description = "Print the JSON Schema of json and ndjson.")
    boolean schema;

    @Option(names = "--help", usageHelp = true, description = "Print this help.")
    boolean help;
}
