package dev.starttls.conformance;

import dev.starttls.conformance.client.run.ClientRunSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of {@code conformance client}. */
@Command(
        name = "client",
        sortOptions = false,
        usageHelpWidth = 100,
        customSynopsis = "${ROOT-COMMAND-NAME} client smtp|imap|pop3 [options] --command 'COMMAND'",
        header = "Checks how a mail client upgrades to TLS, against a server that is hostile in one way at a time.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:no MUST or security case failed but those that are accepted or in the baseline, and each saw a connection.",
            "1:a MUST or security case failed that is neither accepted nor in the baseline.",
            "2:usage.",
            "3:the client never connected or its setup failed, or a MUST or security case saw no connection.",
            "70:a fault of this command.",
            "74:a report could not be written, or a port not be opened.",
            "130:an interrupted run (143 if by SIGTERM): it has ended the client and reported the cases that were done."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${ROOT-COMMAND-NAME} client imap --command 'curl -sS --ssl-reqd --cacert {ca} -u {user}:{password}"
                    + " imap://{host}:{port}/INBOX'",
            "  ${ROOT-COMMAND-NAME} client smtp --policy opportunistic --command './deliver {host} {port}'",
            "  ${ROOT-COMMAND-NAME} client imap --interactive --one-port --state session.json",
            "  ${ROOT-COMMAND-NAME} client pop3 --only UP-C-04 --command './fetch {host} {port} {user} {password} {ca}'",
            "",
            "The command is run once for each case, several at the same time, and has to do once what the client is for:"
                    + " connect, upgrade, log in, and send or fetch a message. Each case has a server of its own on a"
                    + " port of its own, and a user name and a password that no other has: where they are seen in"
                    + " plaintext, it is known from which case they come. All servers have certificates of one authority,"
                    + " made for the run; {ca} is a PEM file with it.",
            "",
            "A command that cannot do a case may exit with status 89; the case is skipped then. The first run is with a"
                    + " well-behaved server, and {case} is UP-C-00 there: it is judged whatever --only, --skip and --level"
                    + " say. What the client does not do with a well-behaved server is inconclusive in the other cases."
                    + " So is what only its exit status could show, if that is not 0 with a well-behaved server."
        })
final class ClientOptions {
    @Parameters(
            paramLabel = "PROTOCOL",
            arity = "0..1",
            hidden = true,
            completionCandidates = CompletionValues.Protocols.class)
    Optional<String> protocol = Optional.empty();

    @OptionSection("The client")
    @Option(
            names = "--command",
            paramLabel = "COMMAND",
            description = "The client, as a command line for the shell. In it {host}, {port}, {user}, {password}, {ca},"
                    + " {case} (its id) and {dir} (an empty directory) are replaced, and {port2}: a second port, without TLS,"
                    + " for a client that tries several (UP-C-60, UP-C-61); in all other cases the same as {port}."
                    + " {{host}} stays as {host}, and what the shell has in braces stays as it is. Each run has a session"
                    + " and a process group of its own where there is setsid, and no terminal.")
    Optional<String> command = Optional.empty();

    @Option(
            names = "--policy",
            paramLabel = "required|opportunistic|implicit",
            description =
                    "How the client is configured: the upgrade or nothing; the upgrade where it is offered; TLS from"
                            + " the first octet (default: required). What required forbids and opportunistic allows is a warning"
                            + " there.")
    Policy policy = Policy.required;

    @Option(
            names = "--setup",
            paramLabel = "COMMAND",
            description = "A command to run once, before the first run of the client, with the same placeholders. If it"
                    + " does not exit with status 0, the run ends with 3.")
    Optional<String> setup = Optional.empty();

    @Option(
            names = "--reset",
            paramLabel = "COMMAND",
            description = "A command to run before each run of the client, with the same placeholders. If it does not"
                    + " exit with status 0, the case is inconclusive.")
    Optional<String> reset = Optional.empty();

    @Option(
            names = "--exit-status",
            paramLabel = "trusted|ignored",
            description = "What the command's exit status says. trusted: 0 that it succeeded, others that it failed."
                    + " ignored: nothing, for a command that exits with 0 whatever happens, as one that puts a message"
                    + " into a queue; what only the status can show is inconclusive then (default: trusted).")
    ExitStatusUse exitStatus = ExitStatusUse.trusted;

    @OptionSection("Where it connects to")
    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "The name that the client is given, and the certificates are for; it has to resolve to the"
                    + " address of --listen (default: localhost; for root on Linux mail.example.org, by a hosts file that"
                    + " only the commands see).")
    Optional<String> host = Optional.empty();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "The address that the servers listen on (default: 127.0.0.1).")
    String listen = "127.0.0.1";

    @Option(
            names = "--ports",
            paramLabel = "FIRST",
            description = "The port of the control run; each case has the next (default: whatever is free; with"
                    + " --interactive 20000).")
    @NumberRange(min = 0, max = OptionRange.MAX_PORT)
    Optional<Integer> ports = Optional.empty();

    @OptionSection("A client with windows")
    @Option(
            names = "--interactive",
            description =
                    "For a client with windows, or on a phone: no command; a page and the terminal say what to set in"
                            + " the client, and what was seen. There each case can be ended (its id + ENTER, or its button), repeated"
                            + " (again ID + ENTER) and looked at; the session lasts until it is finished (q + ENTER, or the button),"
                            + " and reports then. h + ENTER says all that can be typed.")
    boolean interactive;

    @Option(
            names = "--page",
            paramLabel = "[ADDRESS:]PORT",
            description = "Where that page is (default: 127.0.0.1:8080). It is on this machine only, whatever --listen"
                    + " says, unless an address is named: whoever reaches it then sees the password and can press the"
                    + " buttons.")
    Optional<String> page = Optional.empty();

    @Option(
            names = "--one-port",
            description =
                    "With --interactive: one port for all cases; the next case begins when one has a verdict. User"
                            + " and password are the same for all cases in any session.")
    boolean onePort;

    @Option(
            names = "--pause",
            description =
                    "With --one-port: after a verdict nothing listens until you ask for the next case; for a client"
                            + " that connects again by itself.")
    boolean pause;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description =
                    "With --interactive: where the session is kept, to be taken up again: its verdicts, its user and"
                            + " password, and its authority with the key. The well-behaved server comes first again.")
    Optional<Path> state = Optional.empty();

    @OptionSection("Time and load")
    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description =
                    "How long one run of the command may last; then it is ended, and all processes that it started, on"
                            + " Linux also those whose parent has gone, unless they have another user or environment"
                            + " (default: ${DEFAULT-VALUE}).")
    @NumberRange(max = 3600, unit = " seconds")
    int timeout = 30;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description = "How long a server that has fallen silent waits before it closes the connection (default:"
                    + " ${DEFAULT-VALUE}).")
    @NumberRange(max = 3600, unit = " seconds")
    int patience = 3;

    @Option(
            names = "--linger",
            paramLabel = "SECONDS",
            description = "How long a connection is waited for after the command has ended: for a mail server that was"
                    + " given a message and delivers it later (default: ${DEFAULT-VALUE}). What a command leaves running"
                    + " can serve the next, and is ended at the end of the run, on Linux; what --setup and --reset leave"
                    + " is not.")
    @NumberRange(min = 0, max = 3600, unit = " seconds")
    int linger;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "How many cases run at the same time (default: twice the number of processors, 4 to 16).")
    @NumberRange(max = 256)
    int parallel = ClientRunSettings.casesAtOnce();

    @OptionSection("Cases")
    @Option(
            names = "--only",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.CaseIds.class,
            description = "Run only the cases with these ids, UP-C-04 (a to c) or 'SMTP-C-*', or of a clause and its"
                    + " subsections: 'RFC 3207 4.2', CVE-2021-22947. May be repeated.")
    List<String> only = new ArrayList<>();

    @Option(
            names = "--skip",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.CaseIds.class,
            description = "Leave these cases out. May be repeated.")
    List<String> skip = new ArrayList<>();

    @Option(names = "--list", description = "List the cases, of one protocol or of all.")
    boolean list;

    @Option(
            names = "--explain",
            paramLabel = "ID|CLAUSE",
            completionCandidates = CompletionValues.CaseIds.class,
            description = "Explain the cases with these ids or of this clause, and how to fix what they find. May be"
                    + " repeated.")
    List<String> explain = new ArrayList<>();

    @Mixin
    ExpectationOptions expectations = new ExpectationOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    /** How the client is configured; the names of the constants are the values on the command line. */
    enum Policy {
        required,
        opportunistic,
        implicit
    }

    /** Whether the exit status of the command counts; the names of the constants are the values on the command line. */
    enum ExitStatusUse {
        trusted,
        ignored
    }

    /** The files that the run reads, or keeps, and no report may overwrite. */
    List<Path> filesRead() {
        return Stream.concat(expectations.filesRead(), state.stream()).toList();
    }
}
