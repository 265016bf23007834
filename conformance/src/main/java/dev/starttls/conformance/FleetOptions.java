package dev.starttls.conformance;

import dev.starttls.conformance.reach.Addresses;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How many servers are asked in one run. */
final class FleetOptions {
    @Option(
            names = "--survey",
            description =
                    "No checks: connects to each target once, does one handshake, and reports what was agreed on and"
                            + " whether the certificate is good. As text, json or ndjson; --survey --schema prints their schema.")
    boolean survey;

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description =
                    "Leave out the targets that have a result in this ndjson file of an earlier run, if it exists. With"
                            + " --format ndjson=FILE, or >> FILE, the results of this run are added to it; a last line that was cut off"
                            + " is removed first.")
    Optional<Path> resume = Optional.empty();

    /** The targets that are done. */
    DoneTargets done(Addresses addresses) throws UsageException {
        return resume.isPresent() ? DoneTargets.in(resume.get(), addresses == Addresses.ALL) : DoneTargets.none();
    }
}
