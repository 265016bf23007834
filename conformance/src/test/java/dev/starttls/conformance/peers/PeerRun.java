package dev.starttls.conformance.peers;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The suite's run of one server.
 *
 * @param file what was started
 * @param reports by scheme
 */
record PeerRun(PeerFile file, Map<Scheme, TargetReport> reports) {
    private static final Duration ANSWER = Duration.ofSeconds(20);

    /** Starts the server and checks its ports side by side; skips the test if it is not installed. */
    static PeerRun of(PeerFile file) throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        try (PeerServer server = PeerServer.start(file, certificates.localhost(kind(file)))) {
            ExecutorService threads = Executors.newCachedThreadPool();
            try {
                Map<Scheme, CompletableFuture<TargetReport>> runs = new TreeMap<>();
                for (Scheme scheme : file.schemes()) {
                    Target target = new Target(scheme, "localhost", server.port(scheme));
                    runs.put(scheme, CompletableFuture.supplyAsync(() -> run(file, target, certificates), threads));
                }
                Map<Scheme, TargetReport> reports = new TreeMap<>();
                runs.forEach((scheme, run) -> reports.put(scheme, run.join()));
                return new PeerRun(file, reports);
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private static KeyKind kind(PeerFile file) {
        return file.option("key").stream().map(KeyKind::valueOf).findFirst().orElse(KeyKind.EC);
    }

    private static TargetReport run(PeerFile file, Target target, TestCertificates certificates) {
        TargetSettings settings = TargetSettings.standard()
                .withTrust(List.of(certificates.root()))
                .withAnswer(ANSWER);
        for (String login : file.option("login")) {
            String[] words = login.split(" ", -1);
            settings = settings.withLogin(new Login(words[0], words[1]::toCharArray));
        }
        int parallel = file.option("parallel").stream()
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(4);
        RunSettings patient = new RunSettings(parallel, ANSWER.multipliedBy(12), Duration.ofMinutes(10));
        List<String> skip = new ArrayList<>(file.option("skip"));
        // The certificates of tests are short-lived, which is no fault of the servers.
        skip.add("TLS-S-08");
        Selection selection = Selection.of(List.of(), skip, Selection.all().levels());
        try (Runner runner = new Runner(Suite.catalogue(), selection, patient, RunListener.none())) {
            return runner.run(target, settings, Suite.dialect(target.scheme().protocol()));
        }
    }

    /** What neither passes nor is skipped at a port, without what is known to vary. */
    Map<String, Status> found(Scheme scheme) {
        Map<String, Status> found = new TreeMap<>();
        List<String> varying = file.option("varies");
        for (CheckResult result : reports.get(scheme).results()) {
            Status status = result.verdict().status();
            if (status != Status.PASS
                    && status != Status.SKIP
                    && !varying.contains(result.check().id())) {
                found.put(result.check().id(), status);
            }
        }
        return found;
    }

    /** The same for all ports. */
    Map<Scheme, Map<String, Status>> found() {
        Map<Scheme, Map<String, Status>> found = new TreeMap<>();
        reports.keySet().forEach(scheme -> found.put(scheme, found(scheme)));
        return found;
    }

    /** In words, with the check's transcript where it is wanted to compare the verdict by hand. */
    String details(Scheme scheme, Transcripts transcripts) {
        TargetReport report = reports.get(scheme);
        StringBuilder details = new StringBuilder(report.target().url());
        report.survey().problem().ifPresent(problem -> details.append(": ").append(problem));
        Map<String, Status> found = found(scheme);
        for (CheckResult result : report.results()) {
            if (found.containsKey(result.check().id())) {
                details.append('\n')
                        .append(result.check().id())
                        .append(' ')
                        .append(result.check().level())
                        .append(' ')
                        .append(result.verdict().status())
                        .append(": ")
                        .append(result.verdict().detail());
                if (transcripts == Transcripts.SHOWN) {
                    result.transcript()
                            .forEach(entry -> details.append("\n    ").append(entry));
                }
            }
        }
        return details.toString();
    }

    enum Transcripts {
        SHOWN,
        HIDDEN
    }
}
