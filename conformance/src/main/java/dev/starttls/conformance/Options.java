package dev.starttls.conformance;

import dev.starttls.conformance.check.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
        description = {
            "",
            "URL is smtp://HOST[:25], submission://HOST[:587], smtps://HOST[:465], imap://HOST[:143],"
                    + " imaps://HOST[:993], pop3://HOST[:110] or pop3s://HOST[:995]. Without one, the servers built"
                    + " into this command are started on free loopback ports and checked.",
            ""
        },
        optionListHeading = "Options:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  conformance smtp://mail.example.org",
            "  conformance --trust ca.pem --server-name mail.example.org smtp://127.0.0.1:2525",
            "  conformance --only 'RFC 3207 4.2' --level must submission://mail.example.org",
            "  conformance --format text --format html=report.html smtps://mail.example.org",
            "  conformance --format junit=report.xml submission://mail.example.org",
            "  conformance --targets-file - --format ndjson < hosts.txt > results.ndjson",
            "  conformance --explain UP-S-10",
            "  source <(conformance --completion)",
            "",
            "However slow a target is, it takes at most 15 minutes, or twelve times --timeout if that is longer, and"
                    + " none of its checks more than four times --timeout; what was not seen by then is told as"
                    + " inconclusive.",
            "",
            "Exit status: 0 every MUST and security check passed (or could not be made, and the report says",
            "why); 1 at least one failed; 2 usage; 3 a target could not be reached or spoke another protocol.",
            "A run that is interrupted (130, 143) has written all that was finished."
        })
final class Options {
    @Parameters(paramLabel = "URL", arity = "0..*", hidden = true)
    List<String> urls = new ArrayList<>();

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "Roots to judge the server's certificate by (default: those of the Java runtime).")
    Optional<Path> trust = Optional.empty();

    @Option(
            names = "--server-name",
            paramLabel = "NAME",
            description = "The name sent in SNI and looked for in the certificate (default: the URL's host).")
    Optional<String> serverName = Optional.empty();

    @Option(names = "--user", paramLabel = "NAME", description = "Login, for the checks that need one.")
    Optional<String> user = Optional.empty();

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "Its first line is the password; no report shows it.")
    Optional<Path> passwordFile = Optional.empty();

    @Option(
            names = "--only",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.Ids.class,
            description = "Run the checks with such ids, UP-S-11 (a to f) or 'UP-S-1*', or of a clause and its parts:"
                    + " 'RFC 3207 4.2', CVE-2011-0411. May be repeated.")
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
            description = "must: what an RFC's MUST says; should: that and its SHOULD; all: security checks, beyond"
                    + " the letter, too (default: all).")
    Depth level = Depth.all;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "The longest wait for one answer (default: ${DEFAULT-VALUE}).")
    int timeout = 10;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "Checks at once of each target, most with one connection each (default: ${DEFAULT-VALUE}).")
    int parallel = 4;

    @Option(
            names = "--targets",
            paramLabel = "N",
            description = "Targets of the file, or built-in servers, in check at once (default: ${DEFAULT-VALUE}).")
    int targets = 8;

    @Option(
            names = "--targets-file",
            paramLabel = "FILE",
            description =
                    "URLs, one per line, # begins a comment, '-' for standard input; checked as they come, many at"
                            + " once, and reported as they are finished.")
    Optional<String> targetsFile = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "F[=FILE]",
            completionCandidates = CompletionValues.Formats.class,
            description =
                    "text; html (a page of its own); junit (XML for CI); json (an object per target, one after the"
                            + " other); ndjson (the same, one per line). To standard output or to a file. May be repeated"
                            + " (default: text).")
    List<String> formats = new ArrayList<>();

    @Option(names = "--schema", description = "Print the JSON Schema of json and ndjson.")
    boolean schema;

    @Option(names = "--list", description = "List the checks.")
    boolean list;

    @Option(
            names = "--explain",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.Ids.class,
            description = "Explain the checks with such ids or of such a clause, and how to fix what they find.")
    Optional<String> explain = Optional.empty();

    @Option(names = "--completion", description = "Print what completes this command in bash and zsh.")
    boolean completion;

    @Option(names = "--version", versionHelp = true, description = "Print the version.")
    boolean version;

    @Option(names = "--help", usageHelp = true, description = "Print this.")
    boolean help;

    /** How deep to look; the constants are what is written on the command line. */
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
