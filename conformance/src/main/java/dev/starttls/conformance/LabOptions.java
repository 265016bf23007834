package dev.starttls.conformance;

import dev.starttls.conformance.lab.Laboratory;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code conformance lab}. */
@Command(
        name = "lab",
        sortOptions = false,
        usageHelpWidth = 100,
        customSynopsis = "${ROOT-COMMAND-NAME} lab [options]",
        header = "Serves a domain on loopback to try the checks of domains with, until it is interrupted.",
        description = {
            "",
            "The domain is " + Laboratory.DOMAIN
                    + ". Of its three mail hosts the first is good, the second is not in the"
                    + " MTA-STS policy and has a certificate that leads to no trusted root, and the third has another"
                    + " certificate than its TLSA record. They are at 127.0.0.1, 127.0.0.2 and 127.0.0.3; the policy, by"
                    + " HTTPS, and a resolver that knows the signed zone of the domain and no other, are at 127.0.0.1. No"
                    + " mail is accepted, and nothing outside this machine is asked.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "2:usage.",
            "70:a fault of this command.",
            "74:a port could not be opened, or a file not be written.",
            "130:it was interrupted, as it is meant to be (143 if by SIGTERM)."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} lab &",
            "  ${ROOT-COMMAND-NAME} $(cat lab/options) mx:" + Laboratory.DOMAIN,
            "",
            "The second line is a check of the domain, once the first has printed Ready."
        })
final class LabOptions {
    @OptionSection("Options")
    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The port of the three mail hosts (default: ${DEFAULT-VALUE}).")
    @NumberRange(max = OptionRange.MAX_PORT)
    int port = 2525;

    @Option(
            names = "--mta-sts-port",
            paramLabel = "PORT",
            description = "The port of the MTA-STS policy (default: ${DEFAULT-VALUE}).")
    @NumberRange(max = OptionRange.MAX_PORT)
    int policyPort = 8443;

    @Option(
            names = "--dns-port",
            paramLabel = "PORT",
            description = "The port of the resolver, UDP and TCP (default: ${DEFAULT-VALUE}).")
    @NumberRange(max = OptionRange.MAX_PORT)
    int dnsPort = 5300;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Where it writes root.pem, the root of its certificates; anchor, the key of its zone for"
                    + " --trust-anchor; and options, which a check of the domain has to have. It is made if it is"
                    + " missing, and the three are replaced (default: ${DEFAULT-VALUE}).")
    Path folder = Path.of("lab");

    @Option(names = "--help", usageHelp = true, description = "Print this help.")
    boolean help;
}
