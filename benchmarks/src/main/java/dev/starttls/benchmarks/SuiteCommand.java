package dev.starttls.benchmarks;

import dev.starttls.benchmarks.MeasuredProgram.Success;
import dev.starttls.benchmarks.outside.StartedResources;
import dev.starttls.benchmarks.report.Machine;
import dev.starttls.benchmarks.report.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures the conformance suite on one server, compared with testssl.sh and sslscan, and on a list of targets. */
@Command(
        name = "suite",
        mixinStandardHelpOptions = true,
        description =
                "Measures the conformance suite on an SMTP server with STARTTLS, compared with testssl.sh and sslscan"
                        + " if they are installed, and on a list of targets: 'suite --ca ca.pem localhost:25'; exit"
                        + " status 1 if a program fails.")
final class SuiteCommand implements Callable<Integer> {

    /** 0 if all checks passed, 1 if one failed; a JVM that fails also has 1, but prints no summary. */
    private static final Success SUITE =
            new Success(status -> status <= 1, "0 or 1", said -> said.contains(" passed, "), "summary");

    private static final Success SSLSCAN = new Success(
            status -> status == 0, "0", said -> said.contains("Accepted") || said.contains("Preferred"), "suite");

    /**
     * Its status is the number of problems that it found; from 242 on the reason why it stopped, and from 128 on a
     * signal.
     */
    private static final Success TESTSSL =
            new Success(status -> status < 128, "below 128", said -> said.contains("TLS 1"), "version");

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1",
            converter = Arguments.HostPort.class,
            paramLabel = "HOST:PORT",
            description = "The server.")
    private String server;

    @Option(
            names = "--ca",
            converter = Arguments.ReadableFile.class,
            required = true,
            paramLabel = "FILE",
            description = "The CA certificate of the server's certificate, as PEM.")
    private Path ca;

    @Option(
            names = "--targets",
            converter = Arguments.Count.class,
            paramLabel = "N",
            description = "The length of the list, which repeats the server (default: ${DEFAULT-VALUE}).")
    private int targets = 32;

    @Option(
            names = "--limit",
            converter = Arguments.Count.class,
            paramLabel = "SECONDS",
            description = "The maximum running time of one program (default: ${DEFAULT-VALUE}).")
    private int limit = 1800;

    @Option(names = "--jar", paramLabel = "FILE", description = "The jar of the suite (default: ${DEFAULT-VALUE}).")
    private Path jar = Path.of("conformance", "target", "conformance.jar");

    @Option(
            names = "--results",
            converter = Arguments.ResultsFolder.class,
            paramLabel = "FOLDER",
            description = "Also writes suite.md to this folder (default: prints only).")
    private Optional<Path> folder = Optional.empty();

    @Override
    public Integer call() throws Exception {
        if (!Files.isReadable(jar)) {
            throw new ParameterException(
                    spec.commandLine(), "Expected the suite in " + jar + ": build it, or give another one with --jar");
        }
        try (StartedResources started = new StartedResources()) {
            MeasuredProgram programs = started.with(() -> new MeasuredProgram(limit));
            List<String> page = measure(programs);
            if (folder.isPresent()) {
                Files.createDirectories(folder.get());
                Files.write(folder.get().resolve("suite.md"), page);
            }
            return page.stream().anyMatch(line -> line.contains("| failed: ")) ? 1 : 0;
        }
    }

    private List<String> measure(MeasuredProgram programs) throws IOException, InterruptedException {
        List<String> page = new ArrayList<>(List.of(
                "# The conformance suite",
                "",
                Machine.present().line() + "; made by `"
                        + Page.command(spec.commandLine().getParseResult().originalArgs()) + "`.",
                "Processor time is that of the program and its own processes, without the server's; memory is what they had"
                        + " resident at once, at most.",
                "",
                "## One server",
                "",
                "SMTP with STARTTLS on loopback, one program after the other; the suite checks the protocol as well, the"
                        + " others TLS alone.",
                "",
                "| program | s | CPU s | MiB |",
                "|---|---|---|---|"));
        page.forEach(System.out::println);
        one(page, "this suite, first run", programs, SUITE, suite(programs, "smtp://" + server));
        one(
                page,
                "this suite, `--only 'TLS-*'`",
                programs,
                SUITE,
                suite(programs, "--only", "TLS-*", "smtp://" + server));
        other(page, programs, SSLSCAN, "sslscan", "--starttls-smtp", "--no-colour", server);
        other(
                page,
                programs,
                TESTSSL,
                installed("testssl.sh").isPresent() ? "testssl.sh" : "testssl",
                "--starttls",
                "smtp",
                "--color",
                "0",
                "--warnings",
                "batch",
                server);
        list(page, programs);
        return page;
    }

    private void one(List<String> page, String title, MeasuredProgram programs, Success success, List<String> command)
            throws IOException, InterruptedException {
        waiting(title);
        say(page, "| " + title + " | " + programs.run(command, success).columns() + " |");
    }

    /** Progress on standard error; not a line of the page. */
    private void waiting(String title) {
        System.err.println("running " + title + ", for at most " + limit + " s");
    }

    private static void say(List<String> page, String line) {
        page.add(line);
        System.out.println(line);
    }

    private void list(List<String> page, MeasuredProgram programs) throws IOException, InterruptedException {
        say(page, "");
        say(page, "## A list");
        say(page, "");
        say(page, "The same server " + targets + " times, all checks, by `--targets-file` with `--targets N`.");
        say(page, "");
        say(page, "| N | s | CPU s | MiB | targets a minute | full checks a minute and core |");
        say(page, "|---|---|---|---|---|---|");
        Path file =
                Files.write(programs.folder().resolve("targets.txt"), Collections.nCopies(targets, "smtp://" + server));
        Success all = new Success(
                SUITE.status(),
                SUITE.statuses(),
                said -> said.lines().filter(line -> line.startsWith("{")).count() == targets,
                "object for each target");
        for (int lanes : new int[] {1, 8, 32}) {
            waiting("a list with --targets " + lanes);
            MeasuredProgram.Run run = programs.run(
                    suite(
                            programs,
                            "--targets",
                            Integer.toString(lanes),
                            "--format",
                            "ndjson",
                            "--targets-file",
                            file.toString()),
                    all);
            String rates = run.failure().isEmpty()
                    ? String.format(Locale.ROOT, "%.0f | %.0f", targets * 60 / run.seconds(), targets * 60 / run.cpu())
                    : "|";
            say(page, "| " + lanes + " | " + run.columns() + " | " + rates + " |");
        }
    }

    private List<String> suite(MeasuredProgram programs, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + programs.folder(),
                "-jar",
                jar.toString(),
                "--trust",
                ca.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void other(
            List<String> page, MeasuredProgram programs, Success success, String program, String... arguments)
            throws IOException, InterruptedException {
        Optional<Path> found = installed(program);
        if (found.isEmpty()) {
            say(page, "| " + program + " | skipped: it is not installed | | |");
            return;
        }
        List<String> command = new ArrayList<>(List.of(found.get().toString()));
        command.addAll(List.of(arguments));
        one(page, program, programs, success, command);
    }

    private static Optional<Path> installed(String program) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
