package dev.starttls.conformance;

import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.reach.Addresses;
import dev.starttls.conformance.target.Scheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line. */
@Command(
        name = Options.NAME,
        sortOptions = false,
        usageHelpWidth = 100,
        customSynopsis = "${ROOT-COMMAND-NAME} [options] [URL...]",
        header = "Checks how a mail server upgrades to TLS, clause by clause.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every target passed: no MUST or security check failed but those that are accepted or in the baseline, and"
                    + " none was left without an answer.",
            "1:a MUST or security check failed that is neither accepted nor in the baseline.",
            "2:usage, or a line of the targets file that cannot be checked.",
            "3:a target could not be reached, spoke another protocol or turned us away, or a MUST or security check had"
                    + " no answer (what an answer leaves open does not count). Of several targets the first of 1, 3, 2, 0"
                    + " counts.",
            "70:a fault of this command.",
            "74:a report could not be created or written.",
            "130:an interrupted run (143 if by SIGTERM): it has written the reports of all finished targets and, for the"
                    + " URLs of the command line, of the checks that were done.",
            "141:the reader of standard output has gone."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} smtp://mail.example.org",
            "  ${ROOT-COMMAND-NAME} --trust ca.pem --server-name mail.example.org smtp://127.0.0.1:2525",
            "  ${ROOT-COMMAND-NAME} --only 'RFC 3207 4.2' submission://mail.example.org",
            "  ${ROOT-COMMAND-NAME} --format text --format html=report.html smtps://mail.example.org",
            "  ${ROOT-COMMAND-NAME} --format junit=report.xml submission://mail.example.org",
            "  ${ROOT-COMMAND-NAME} --targets-file - --format ndjson < hosts.txt > results.ndjson",
            "  ${ROOT-COMMAND-NAME} mx:example.org --format html=example.html",
            "  ${ROOT-COMMAND-NAME} --only 'DNS-S-*' domain:user@example.org",
            "  ${ROOT-COMMAND-NAME} --baseline last.json --format json=now.json imap://mail.example.org",
            "  ${ROOT-COMMAND-NAME} --accept 'TLS-S-05b=old scanners, ticket #4711' smtp://mail.example.org",
            "  ${ROOT-COMMAND-NAME} --explain UP-S-10",
            "  ${ROOT-COMMAND-NAME} client imap --command 'curl ... imap://{host}:{port}/' (see ${ROOT-COMMAND-NAME} client --help)",
            "  ${ROOT-COMMAND-NAME} lab (a domain on loopback to try domain checks on; see ${ROOT-COMMAND-NAME} lab --help)",
            "  source <(${ROOT-COMMAND-NAME} --completion)",
            "",
            "However slow a target is, it takes at most 15 minutes, or twelve times --timeout if that is longer, and"
                    + " each of its checks at most four times --timeout; what was not observed by then is reported as"
                    + " inconclusive. A check that asks again and again, such as the one that finds all cipher"
                    + " suites, may take up to a third of the target's time.",
            "",
            "A server may take five minutes to greet (RFC 5321 section 4.5.3.2.1), whatever --timeout is. If it turns"
                    + " connections away, the rest of its checks run one at a time, slowly and again.",
            "",
            "What a run does to a server: " + Options.CONNECTIONS
                    + " for each address that is checked, at most --parallel at a"
                    + " time; most of them end without a message, some with a broken handshake, and each may leave"
                    + " a line in the server's log. " + Options.LOGINS
                    + ". Messages are begun and never ended: no mail is sent."
                    + " Repeated runs may meet the server's limits and bans for clients: --parallel 1 is the gentlest."
        })
final class Options {
    /** Measured with Postfix and Dovecot, every check. */
    static final String CONNECTIONS = "about 300 connections";

    /** What the command is called where it is not installed. */
    static final String NAME = "conformance";

    /** The system property with the name that the command is installed by, which all that it prints uses. */
    private static final String INSTALLED_NAME = "starttls.command";

    /** {@code UnknownUser.MAX_LOGINS_PER_RUN} says what bounds them. */
    static final String LOGINS =
            "At most 40 logins are tried with invented names and passwords, and fail, which may ban"
                    + " this client; real ones only with --user, inside TLS that was verified";

    @Parameters(
            paramLabel = "URL",
            arity = "0..*",
            hidden = true,
            completionCandidates = CompletionValues.Targets.class)
    List<String> urls = new ArrayList<>();

    @OptionSection("The server")
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

    @Option(
            names = "--addresses",
            paramLabel = "first|all",
            description =
                    "Of a name with several addresses, check the first that takes a connection, which the report"
                            + " names; or all, each in a report of its own, at most eight of IPv4 and of IPv6 (default: first).")
    Choice addresses = Choice.first;

    @Option(
            names = "--client-certificate",
            paramLabel = "PEM",
            description = "The certificate with its chain for a server that asks for one; with --client-key.")
    Optional<Path> clientCertificate = Optional.empty();

    @Option(names = "--client-key", paramLabel = "PEM", description = "Its private key (PKCS #8, not encrypted).")
    Optional<Path> clientKey = Optional.empty();

    @Option(
            names = "--ehlo-name",
            paramLabel = "NAME",
            description =
                    "The name in EHLO (default: this machine's name if it has a full one, otherwise its address).")
    Optional<String> ehloName = Optional.empty();

    @Option(names = "--user", paramLabel = "NAME", description = "User name, for the checks that need a login.")
    Optional<String> user = Optional.empty();

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file with the password in its first line; no report shows the password.")
    Optional<Path> passwordFile = Optional.empty();

    @OptionSection("Checks")
    @Option(
            names = "--only",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.Ids.class,
            description = "Run only the checks with these ids, UP-S-11 (a to f) or 'UP-S-1*', or of a clause and its"
                    + " subsections: 'RFC 3207 4.2', CVE-2011-0411. Names rules of --profile too; if it names none of"
                    + " them, all are judged. May be repeated.")
    List<String> only = new ArrayList<>();

    @Option(
            names = "--skip",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.Ids.class,
            description = "Leave these checks out, and these rules of --profile. May be repeated.")
    List<String> skip = new ArrayList<>();

    @Option(
            names = "--profile",
            paramLabel = "NAME|FILE",
            completionCandidates = CompletionValues.Profiles.class,
            description = "Judge the target also by a recommendation that asks more than the RFCs: bsi-tr-02102-2,"
                    + " mozilla-intermediate, ncsc-2025, or a file of rules in JSON. Runs " + Profile.BASIS + " for it,"
                    + " which finds what most rules are about. May be repeated.")
    List<String> profiles = new ArrayList<>();

    @Option(names = "--list", description = "List the checks, and the rules of --profile.")
    boolean list;

    @Option(
            names = "--explain",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.Ids.class,
            description =
                    "Explain the checks with these ids or of this clause, and how to fix what they find; also a rule"
                            + " of a profile, as BSI-03. May be repeated.")
    List<String> explain = new ArrayList<>();

    @Mixin
    ExpectationOptions expectations = new ExpectationOptions();

    @OptionSection("Time and load")
    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "The longest wait for one answer (default: ${DEFAULT-VALUE}).")
    @NumberRange(max = 3600, unit = " seconds")
    int timeout = 10;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "How many checks of each target run at the same time; most checks have one connection"
                    + " (default: ${DEFAULT-VALUE}). 1 for a server that limits the connections of a client.")
    @NumberRange(max = 256)
    int parallel = 4;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "At most so many connections per second to each target (default: as many as it takes).")
    @NumberRange(max = 1000, unit = " connections per second")
    Optional<Integer> rate = Optional.empty();

    @OptionSection("Many targets")
    @Option(
            names = "--targets",
            paramLabel = "N",
            description = "How many targets are checked at the same time (default: ${DEFAULT-VALUE}).")
    @NumberRange(max = 256)
    int targets = 8;

    @Option(
            names = "--targets-file",
            paramLabel = "FILE",
            description =
                    "A file of URLs, one per line; # begins a comment, '-' is standard input. They are checked as they"
                            + " are read and reported in the order in which they finish, a repeated one once; URLs of"
                            + " the command line come first, in their order.")
    Optional<String> targetsFile = Optional.empty();

    @Mixin
    FleetOptions fleet = new FleetOptions();

    @Mixin
    DomainOptions domains = new DomainOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Option(names = "--completion", description = "Print the completion script for bash and zsh.")
    boolean completion;

    @Option(names = "--version", versionHelp = true, description = "Print the version.")
    boolean version;

    /** The command line that fills these options. */
    CommandLine commandLine() {
        return commandLine(installedName());
    }

    /** The name that the command is installed by; empty if it is run from its jar. */
    static Optional<String> installedName() {
        return Optional.ofNullable(System.getProperty(INSTALLED_NAME));
    }

    /** The same under the name that it is installed by. */
    CommandLine commandLine(Optional<String> installed) {
        CommandLine commandLine = new CommandLine(this)
                .addSubcommand(new ClientOptions())
                .addSubcommand(new LabOptions())
                .setExpandAtFiles(false);
        installed.ifPresent(commandLine::setCommandName);
        commandLine.getCommandSpec().usageMessage().description(urlDescription(installed));
        SectionedHelp.on(commandLine);
        FileName.convertsIn(commandLine);
        return commandLine;
    }

    private static String[] urlDescription(Optional<String> installed) {
        String head = installed.isPresent()
                ? "URL is one of"
                : "In these lines conformance is java -jar conformance.jar. URL is one of";
        Stream<String> patterns = Arrays.stream(Scheme.values()).map(scheme -> "  " + scheme.pattern());
        return Stream.of(
                        Stream.of("", head),
                        patterns,
                        Stream.of(
                                "  mx:DOMAIN           every MX host of the domain at every address, and the domain's policies",
                                "  domain:[USER@]DOMAIN  those, and the servers for its users, by SRV records",
                                "Without one, the servers built into this command are started on free loopback ports and checked.",
                                ""))
                .flatMap(Function.identity())
                .toArray(String[]::new);
    }

    /** The files that the run reads and no report may overwrite. */
    List<Path> filesRead() {
        return Stream.of(
                        Stream.of(
                                        trust,
                                        clientCertificate,
                                        clientKey,
                                        passwordFile,
                                        targetsFile.map(Path::of),
                                        fleet.blocklist,
                                        domains.trustAnchor)
                                .flatMap(Optional::stream),
                        profiles.stream()
                                .filter(name -> !Profile.contained().containsKey(name))
                                .map(Path::of),
                        expectations.filesRead())
                .flatMap(Function.identity())
                .toList();
    }

    /** Which addresses to check; the names of the constants are the values on the command line. */
    enum Choice {
        first,
        all;

        Addresses choice() {
            return this == first ? Addresses.FIRST : Addresses.ALL;
        }
    }
}
