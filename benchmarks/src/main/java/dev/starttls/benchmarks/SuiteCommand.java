package dev.starttls.benchmarks;

import dev.starttls.benchmarks.report.Machine;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures the conformance suite: one server, beside testssl.sh and sslscan on the same one, and a list of targets. */
@Command(
        name = "suite",
        mixinStandardHelpOptions = true,
        description =
                "Measures the conformance suite on an SMTP server with STARTTLS, beside testssl.sh and sslscan where"
                        + " they are installed, and on a list of targets: 'suite --ca ca.pem localhost:25'.")
final class SuiteCommand implements Callable<Integer> {

    private static final int MILLIS_BETWEEN_LOOKS = 50;
    private static final Pattern CPU = Pattern.compile("(\\d+)m([0-9.]+)s (\\d+)m([0-9.]+)s");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    /** The second line of the shell's {@code times}: what the processes that it waited for, and theirs, have spent. */
    private static final String SHELL = "\"$@\" >\"$0\" 2>&1 </dev/null; times";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1", paramLabel = "HOST:PORT", description = "The server.")
    private String server;

    @Option(
            names = "--ca",
            required = true,
            paramLabel = "FILE",
            description = "The certificate that has issued the server's, as PEM.")
    private Path ca;

    @Option(
            names = "--targets",
            paramLabel = "N",
            description = "How long the list is: the server so many times (default: ${DEFAULT-VALUE}).")
    private int targets = 32;

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            description = "The longest that any one program may run (default: ${DEFAULT-VALUE}).")
    private int limit = 1800;

    @Option(names = "--jar", paramLabel = "FILE", description = "The suite (default: ${DEFAULT-VALUE}).")
    private Path jar = Path.of("conformance", "target", "conformance.jar");

    @Option(
            names = "--results",
            paramLabel = "FOLDER",
            description = "Writes suite.md there, too (default: only prints).")
    private Optional<Path> folder = Optional.empty();

    /**
     * What a program took.
     *
     * @param seconds from its start to its end
     * @param cpu seconds on a processor, of all its processes
     * @param resident octets of memory that its processes had at once, at most
     * @param ended whether it ended by itself
     */
    private record Run(double seconds, double cpu, long resident, boolean ended) {

        String columns(int limit) {
            return ended
                    ? String.format(Locale.ROOT, "%.1f | %.1f | %.0f", seconds, cpu, resident / 1048576.0)
                    : "ended after " + limit + " s | | ";
        }
    }

    @Override
    public Integer call() throws Exception {
        if (!Files.isReadable(jar)) {
            System.err.println("Expected the suite in " + jar + ": build it, or name another with --jar");
            return 2;
        }
        List<String> page = new ArrayList<>(List.of(
                "# The conformance suite",
                "",
                Machine.present().line() + "; made by `benchmarks "
                        + String.join(" ", spec.commandLine().getParseResult().originalArgs()) + "`.",
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
        say(
                page,
                "| this suite, first run | "
                        + run(suite(List.of("smtp://" + server))).columns(limit) + " |");
        say(
                page,
                "| this suite, `--only 'TLS-*'` | "
                        + run(suite(List.of("--only", "TLS-*", "smtp://" + server)))
                                .columns(limit) + " |");
        say(page, "| sslscan | " + other("sslscan", "--starttls-smtp", "--no-colour", server) + " |");
        say(
                page,
                "| testssl.sh | "
                        + other(
                                installed("testssl.sh").isPresent() ? "testssl.sh" : "testssl",
                                "--starttls",
                                "smtp",
                                "--color",
                                "0",
                                "--warnings",
                                "batch",
                                server)
                        + " |");
        list(page);
        if (folder.isPresent()) {
            Files.createDirectories(folder.get());
            Files.write(folder.get().resolve("suite.md"), page);
        }
        return 0;
    }

    private static void say(List<String> page, String line) {
        page.add(line);
        System.out.println(line);
    }

    private void list(List<String> page) throws IOException, InterruptedException {
        say(page, "");
        say(page, "## A list");
        say(page, "");
        say(page, "The same server " + targets + " times, all checks, by `--targets-file` with `--targets N`.");
        say(page, "");
        say(page, "| N | s | CPU s | MiB | targets a minute | full checks a minute and core |");
        say(page, "|---|---|---|---|---|---|");
        Path file = Files.createTempFile("targets", ".txt");
        try {
            Files.write(file, Collections.nCopies(targets, "smtp://" + server));
            for (int lanes : new int[] {1, 8, 32}) {
                Run run = run(suite(List.of(
                        "--targets",
                        Integer.toString(lanes),
                        "--format",
                        "ndjson",
                        "--targets-file",
                        file.toString())));
                String rates = run.ended()
                        ? String.format(
                                Locale.ROOT, "%.0f | %.0f", targets * 60 / run.seconds(), targets * 60 / run.cpu())
                        : "|";
                say(page, "| " + lanes + " | " + run.columns(limit) + " | " + rates + " |");
            }
        } finally {
            Files.delete(file);
        }
    }

    private List<String> suite(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                "--trust",
                ca.toString()));
        command.addAll(arguments);
        return command;
    }

    private String other(String program, String... arguments) throws IOException, InterruptedException {
        Optional<Path> found = installed(program);
        if (found.isEmpty()) {
            return "skipped: " + program + " is not installed | | ";
        }
        List<String> command = new ArrayList<>(List.of(found.get().toString()));
        command.addAll(List.of(arguments));
        return run(command).columns(limit);
    }

    private static Optional<Path> installed(String program) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private Run run(List<String> command) throws IOException, InterruptedException {
        Path said = Files.createTempFile("suite", ".log");
        List<String> shell = new ArrayList<>(List.of("bash", "-c", SHELL, said.toString()));
        shell.addAll(command);
        long begun = System.nanoTime();
        Process process =
                new ProcessBuilder(shell).redirectError(Redirect.DISCARD).start();
        long resident = 0;
        boolean ended = false;
        while (!ended && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(limit)) {
            resident = Math.max(
                    resident,
                    process.descendants().mapToLong(SuiteCommand::resident).sum());
            ended = process.waitFor(MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        String times = "";
        if (ended) {
            times = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } else {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        Files.delete(said);
        return new Run(seconds, cpu(times), resident, ended);
    }

    private static double cpu(String times) {
        // The first line is about the shell itself.
        Matcher cpu = CPU.matcher(times.substring(times.indexOf('\n') + 1));
        return cpu.find()
                ? 60 * Double.parseDouble(cpu.group(1))
                        + Double.parseDouble(cpu.group(2))
                        + 60 * Double.parseDouble(cpu.group(3))
                        + Double.parseDouble(cpu.group(4))
                : Double.NaN;
    }

    /** Of one process, in octets; none when it has just ended. */
    private static long resident(ProcessHandle process) {
        try {
            Matcher resident = RESIDENT.matcher(Files.readString(Path.of("/proc", "" + process.pid(), "status")));
            return resident.find() ? 1024 * Long.parseLong(resident.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
