package dev.starttls.conformance;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.target.Scheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line. */
@Command(
        name = "conformance",
        sortOptions = false,
        usageHelpWidth = 100,
        customSynopsis = "conformance [options] [URL...]",
        header = "Checks how a mail server upgrades to TLS, clause by clause.",
        optionListHeading = "Options:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  conformance smtp://mail.example.org",
            "  conformance --trust ca.pem --server-name mail.example.org smtp://127.0.0.1:2525",
            "  conformance --only 'RFC 3207 4.2' submission://mail.example.org",
            "  conformance --format text --format html=report.html smtps://mail.example.org",
            "  conformance --format junit=report.xml submission://mail.example.org",
            "  conformance --targets-file - --format ndjson < hosts.txt > results.ndjson",
            "  conformance --explain UP-S-10",
            "  source <(conformance --completion)",
            "",
            "However slow a target is, it takes at most 15 minutes, or twelve times --timeout if that is longer, and"
                    + " each of its checks at most four times --timeout; what was not observed by then is reported as"
                    + " inconclusive. The check that finds all cipher suites may take up to a third of the"
                    + " target's time.",
            "",
            "Exit status: 0 every MUST and security check passed (or could not be made, and the report says",
            "why); 1 at least one failed; 2 usage; 3 a target could not be reached or spoke another protocol.",
            "An interrupted run (130, 143) has written the reports of all finished targets."
        })
final class Options {
    @Parameters(paramLabel = "URL", arity = "0..*", hidden = true)
    List<String> urls = new ArrayList<>();

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "Trusted roots for the server's certificate (default: those of the Java runtime).")
    Optional<Path> trust = Optional.empty();

    @Option(
            names = "--server-name",
            paramLabel = "NAME",
            description = "The name sent in SNI and expected in the certificate (default: the URL's host).")
    Optional<String> serverName = Optional.empty();

    @Option(names = "--user", paramLabel = "NAME", description = "User name, for the checks that need a login.")
    Optional<String> user = Optional.empty();

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file with the password in its first line; no report shows the password.")
    Optional<Path> passwordFile = Optional.empty();

    @Option(
            names = "--only",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.Ids.class,
            description = "Run only the checks with these ids, UP-S-11 (a to f) or 'UP-S-1*', or of a clause and its"
                    + " subsections: 'RFC 3207 4.2', CVE-2011-0411. May be repeated.")
    List<String> only = new ArrayList<>();

    @Option(
            names = "--skip",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.Ids.class,
            description = "Leave these checks out. May be repeated.")
    List<String> skip = new ArrayList<>();

    @Option(
            names = "--level",
            paramLabel = "must|should|all",
            description = "must: the checks of an RFC's MUST; should: those and the ones of a SHOULD; all: also the"
                    + " security checks (default: all).")
    Depth level = Depth.all;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "The longest wait for one answer (default: ${DEFAULT-VALUE}).")
    int timeout = 10;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "How many checks of each target run at the same time; most checks have one connection"
                    + " (default: ${DEFAULT-VALUE}).")
    int parallel = 4;

    @Option(
            names = "--targets",
            paramLabel = "N",
            description = "How many targets of the file, or built-in servers, are checked at the same time (default:"
                    + " ${DEFAULT-VALUE}).")
    int targets = 8;

    @Option(
            names = "--targets-file",
            paramLabel = "FILE",
            description =
                    "A file of URLs, one per line; # begins a comment, '-' is standard input. They are checked as they"
                            + " are read, many at the same time, and reported in the order in which they finish.")
    Optional<String> targetsFile = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "F[=FILE]",
            completionCandidates = CompletionValues.Formats.class,
            description =
                    "text; html (one page); junit (XML for CI); json (one object per target); ndjson (the same, one"
                            + " object per line). To standard output or to a file. May be repeated (default: text).")
    List<String> formats = new ArrayList<>();

    @Option(names = "--schema", description = "Print the JSON Schema of json and ndjson.")
    boolean schema;

    @Option(names = "--list", description = "List the checks.")
    boolean list;

    @Option(
            names = "--explain",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.Ids.class,
            description = "Explain the checks with these ids or of this clause, and how to fix what they find.")
    Optional<String> explain = Optional.empty();

    @Option(names = "--completion", description = "Print the completion script for bash and zsh.")
    boolean completion;

    @Option(names = "--version", versionHelp = true, description = "Print the version.")
    boolean version;

    @Option(names = "--help", usageHelp = true, description = "Print this help.")
    boolean help;

    /** The command line that fills these options. */
    CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(this).setExpandAtFiles(false);
        commandLine.getCommandSpec().usageMessage().description(urlDescription());
        return commandLine;
    }

    private static String[] urlDescription() {
        Stream<String> patterns = Arrays.stream(Scheme.values()).map(scheme -> "  " + scheme.pattern());
        return Stream.of(
                        Stream.of("", "In these lines conformance is java -jar conformance.jar. URL is one of"),
                        patterns,
                        Stream.of(
                                "Without one, the servers built into this command are started on free loopback ports and checked.",
                                ""))
                .flatMap(Function.identity())
                .toArray(String[]::new);
    }

    /** Which levels to check; the names of the constants are the values on the command line. */
    enum Depth {
        must,
        should,
        all;

        Set<Level> levels() {
            return switch (this) {
                case must -> EnumSet.of(Level.MUST);
                case should -> EnumSet.of(Level.MUST, Level.SHOULD);
                case all -> EnumSet.allOf(Level.class);
            };
        }
    }
}
