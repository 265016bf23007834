package dev.starttls.conformance;

import dev.starttls.conformance.check.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What is expected of a server or of a client: the options that both commands have. */
final class ExpectationOptions {
    @OptionSection("What fails a run")
    @Option(
            names = "--level",
            paramLabel = "must|should|all",
            description = "must: what an RFC's MUST asks; should: that and what a SHOULD asks; all: also what is a"
                    + " matter of security (default: all).")
    Depth level = Depth.all;

    @Option(
            names = "--accept",
            paramLabel = "ID=REASON",
            description = "A finding that does not fail the run; reports show it as accepted, with the reason."
                    + " Of servers, ID@imap=REASON is for that scheme, ID@URL=REASON for that target. May be repeated.")
    List<String> accept = new ArrayList<>();

    @Option(
            names = "--accept-file",
            paramLabel = "FILE",
            description = "A file of ID=REASON, one per line; a line that begins with # is a comment. May be repeated.")
    List<Path> acceptFiles = new ArrayList<>();

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "An earlier report (json or ndjson): reports show what changed, and only a failure that is"
                    + " not in it fails the run.")
    Optional<Path> baseline = Optional.empty();

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

    /** The files that the run reads and no report may overwrite. */
    Stream<Path> filesRead() {
        return Stream.concat(baseline.stream(), acceptFiles.stream());
    }
}
