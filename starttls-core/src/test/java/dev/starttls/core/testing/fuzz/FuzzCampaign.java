package dev.starttls.core.testing.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.TestRunCheck;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * Fuzzes the targets of a module, each in its own JVM: Jazzer fuzzes the first target of a JVM and silently skips the others.
 * Prints the result of each; fails if a target has found something, was not run or has not ended.
 *
 * <p>Called by the build in its phase {@code integration-test}, for seconds; {@code .ci/fuzz} does it for hours.
 */
public final class FuzzCampaign {

    private static final Pattern DONE = Pattern.compile("Done ([0-9]+) runs in ([0-9]+) second");
    private static final Pattern PROGRESS = Pattern.compile("(?m)^#([0-9]+)\\s");
    private static final Pattern INPUT = Pattern.compile("Test unit written to (\\S+)");
    private static final Pattern FINDING = Pattern.compile("(?m)^== Java Exception: (.*)$");
    /**
     * Jars that no target uses. Jazzer opens every one of the class path when it begins, which takes longer than a run of
     * some seconds.
     */
    private static final Pattern UNUSED =
            Pattern.compile("netty|conscrypt|bctls|mockito|archunit|selenium|jqwik|axe|json-schema|slf4j|objenesis");

    /** Longer than any input needs, even the first one of a JVM on a busy machine: an input that takes longer hangs. */
    private static final int SECONDS_PER_INPUT = 600;
    /** For the JVM to start and for an input that hangs. */
    private static final long GRACE_SECONDS = SECONDS_PER_INPUT + 300;

    private final Path reports;
    private final long seconds;
    private final String seed;
    private final List<String> machine;

    private FuzzCampaign(Path reports, long seconds, String seed, List<String> machine) {
        this.reports = reports;
        this.seconds = seconds;
        this.seed = seed;
        this.machine = machine;
    }

    /**
     * The result of one target.
     *
     * @param target the name of its class
     * @param executions inputs that were run; 0 if it was not fuzzed
     * @param seconds how long
     * @param finding what was found, and the input; empty if nothing
     */
    record TargetResult(String target, long executions, long seconds, String finding) {

        boolean passed() {
            return executions > 0 && finding.isEmpty();
        }

        @Override
        public String toString() {
            String words = finding.isEmpty() ? "0 findings" : "1 finding: " + finding;
            return String.format("%-60s %,14d executions in %,6d s, %s", target, executions, seconds, words);
        }
    }

    /**
     * Fuzzes the targets of one module.
     *
     * @param args the directory of the compiled tests; that of the logs; a regular expression of the simple names of
     *     targets; seconds for each; how many side by side; libFuzzer's seed, 0 for another at each run;
     *     options of the JVMs, separated by spaces
     */
    public static void main(String... args) throws IOException, InterruptedException {
        Path reports = Path.of(args[1]);
        Pattern chosen = Pattern.compile(args[2]);
        long seconds = Long.parseLong(args[3]);
        List<String> targets = targets(Path.of(args[0]), chosen);
        Files.createDirectories(reports);
        FuzzCampaign campaign = new FuzzCampaign(reports, seconds, args[5], List.of(args[6].split(" +")));
        List<TargetResult> results = campaign.run(targets, Integer.parseInt(args[4]));
        results.forEach(System.out::println);
        Files.write(
                reports.resolve("results.txt"),
                results.stream().map(TargetResult::toString).toList());
        if (!results.stream().allMatch(TargetResult::passed)) {
            System.err.println("Expected every target to be fuzzed and nothing to be found; see the logs in " + reports
                    + ". An input that was written is in the corpus now: the target's test runs it.");
            System.exit(1);
        }
    }

    /** The classes with a target. Each has one, since a second would be skipped. */
    private static List<String> targets(Path classes, Pattern chosen) throws IOException {
        List<String> names = new ArrayList<>();
        for (Class<?> type : TestRunCheck.classes(classes)) {
            int targets = AnnotationSupport.findAnnotatedMethods(type, FuzzTest.class, HierarchyTraversalMode.TOP_DOWN)
                    .size();
            if (targets > 1) {
                throw new IllegalStateException("Expected one fuzz target in each class, got " + targets + " in " + type
                        + "; Jazzer skips all but the first, so give each a class of its own");
            }
            if (targets == 1 && chosen.matcher(type.getSimpleName()).matches()) {
                names.add(type.getName());
            }
        }
        return names;
    }

    private List<TargetResult> run(List<String> targets, int sideBySide) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(sideBySide);
        try {
            List<Future<TargetResult>> running = new ArrayList<>();
            for (String target : targets) {
                running.add(threads.submit(() -> fuzz(target)));
            }
            List<TargetResult> results = new ArrayList<>();
            for (Future<TargetResult> each : running) {
                results.add(each.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IOException("Expected to run the targets", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private TargetResult fuzz(String target) throws IOException, InterruptedException {
        Path log = reports.resolve(target + ".log");
        Process process = new ProcessBuilder(command(target))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(log.toFile()))
                .start();
        try {
            boolean ended = process.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS);
            String said = Files.readString(log, StandardCharsets.ISO_8859_1);
            return result(target, said, ended ? process.exitValue() : -1);
        } finally {
            process.destroyForcibly();
        }
    }

    private List<String> command(String target) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(machine);
        command.addAll(List.of(
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "-cp",
                classPath(),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target,
                "--instrumentation_includes=dev.starttls.**",
                "--custom_hook_includes=dev.starttls.**",
                "-max_total_time=" + seconds,
                "-timeout=" + SECONDS_PER_INPUT,
                "-seed=" + seed));
        return command;
    }

    private static String classPath() {
        String separator = System.getProperty("path.separator");
        return Stream.of(System.getProperty("java.class.path").split(Pattern.quote(separator)))
                .filter(entry ->
                        !UNUSED.matcher(Path.of(entry).getFileName().toString()).find())
                .collect(Collectors.joining(separator));
    }

    /** Reads the log of a target that ended with this status, -1 if it had to be ended. */
    static TargetResult result(String target, String log, int status) {
        Matcher done = DONE.matcher(log);
        boolean whole = done.find();
        long executions = 0;
        long seconds = 0;
        if (whole) {
            executions = Long.parseLong(done.group(1));
            seconds = Long.parseLong(done.group(2));
        } else {
            for (Matcher progress = PROGRESS.matcher(log); progress.find(); ) {
                executions = Long.parseLong(progress.group(1));
            }
        }
        if (whole && status == 0) {
            return new TargetResult(target, executions, seconds, "");
        }
        Matcher finding = FINDING.matcher(log);
        Matcher input = INPUT.matcher(log);
        String what = finding.find() ? finding.group(1) : "it ended with status " + status;
        return new TargetResult(target, executions, seconds, what + (input.find() ? ", with " + input.group(1) : ""));
    }
}
