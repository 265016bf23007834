package dev.starttls.conformance;

import picocli.CommandLine.Option;

/** How many servers are asked in one run. */
final class FleetOptions {
    @Option(
            names = "--survey",
            description =
                    "No checks: connects to each target once, does one handshake, and reports what was agreed on and"
                            + " whether the certificate is good. As text, json or ndjson; --survey --schema prints their schema.")
    boolean survey;
}
