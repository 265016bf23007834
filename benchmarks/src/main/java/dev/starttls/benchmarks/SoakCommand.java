package dev.starttls.benchmarks;

import dev.starttls.benchmarks.report.Machine;
import dev.starttls.benchmarks.soak.Soak;
import dev.starttls.benchmarks.soak.SoakVerdict;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Upgrades very often in one process, and checks for leaks. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description =
                "Upgrades very often in one process, with one loop of clients and one of a server, and regularly prints"
                        + " the heap after collection, descriptors and threads; exit status 1 if an upgrade fails or"
                        + " anything grows.")
final class SoakCommand implements Callable<Integer> {

    @Option(
            names = "--upgrades",
            converter = Arguments.LongCount.class,
            paramLabel = "N",
            description = "The number of upgrades (default: ${DEFAULT-VALUE}).")
    private long upgrades = 1_000_000;

    @Option(
            names = "--concurrency",
            converter = Arguments.AtOnce.class,
            paramLabel = "N",
            description = "Simultaneous upgrades (default: ${DEFAULT-VALUE}).")
    private int atOnce = 16;

    @Option(
            names = "--every",
            converter = Arguments.LongCount.class,
            paramLabel = "N",
            description = "Samples the process after this number of upgrades, when none is underway (default:"
                    + " ${DEFAULT-VALUE}).")
    private long every = 50_000;

    @Option(
            names = "--full-every",
            converter = Arguments.Count.class,
            paramLabel = "N",
            description =
                    "One of this number of upgrades makes a full handshake, and leaves a session of its own in the"
                            + " cache; the others resume; 1 for full handshakes only (default: ${DEFAULT-VALUE}).")
    private int fullEvery = 4;

    @Option(
            names = "--sessions",
            converter = Arguments.Count.class,
            paramLabel = "N",
            description = "The size of the clients' session cache (default: the JDK's, 20,480 unless"
                    + " javax.net.ssl.sessionCacheSize is set). The heap grows until it is full, so a short run needs a"
                    + " small one.")
    private Optional<Integer> sessions = Optional.empty();

    @Override
    public Integer call() throws Exception {
        long before = System.nanoTime();
        System.out.println(Machine.present().line());
        Consumer<String> out = System.out::println;
        try (Soak soak = new Soak(atOnce, fullEvery, sessions, out)) {
            SoakVerdict verdict = soak.run(upgrades, every);
            System.out.printf(
                    Locale.ROOT,
                    "%s after %d upgrades in %.0f s%n",
                    verdict.passed() ? "Nothing grew" : "FAILED",
                    upgrades,
                    (System.nanoTime() - before) / 1e9);
            return verdict.passed() ? 0 : 1;
        }
    }
}
