package dev.starttls.conformance.peers;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.run.ClientRunSettings;
import dev.starttls.conformance.client.run.ClientRunner;
import dev.starttls.conformance.client.subject.CommandClient;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A client of the folder {@code clients}, whose files have a section {@code command SCHEME} for each of its ports: a scheme
 * with TLS from the first octet stands for that policy, the others for an upgrade that is required.
 *
 * @param reports by scheme
 */
record ClientPeer(PeerFile file, Map<Scheme, TargetReport> reports) {
    private static final Duration TIMEOUT = Duration.ofSeconds(25);
    private static final Set<Status> VERDICTS = EnumSet.of(Status.PASS, Status.WARN, Status.FAIL);

    /** Runs all cases with the client; skips the test if it is not installed. */
    static ClientPeer of(PeerFile file) throws IOException, InterruptedException {
        PeerServer.requireInstalled(file);
        Path folder = ServerProcess.folder("client-" + file.name());
        for (Map.Entry<String, String> written : file.files().entrySet()) {
            Files.writeString(folder.resolve(written.getKey()), filled(written.getValue(), folder));
        }
        for (String line : file.lines("prepare")) {
            prepare(filled(line, folder));
        }
        Map<Scheme, TargetReport> reports = new TreeMap<>();
        for (Scheme scheme : file.schemes()) {
            String command = filled(String.join("\n", file.sections().get("command " + scheme.key())), folder);
            ClientRunSettings settings = ClientRunSettings.of(
                            scheme.implicitTls() ? ClientPolicy.IMPLICIT : ClientPolicy.REQUIRED)
                    .timeout(TIMEOUT);
            try (ClientRunner runner = new ClientRunner(
                    ClientSuite.profile(scheme.protocol()).dialect(),
                    CommandClient.of(command),
                    settings,
                    RunListener.none())) {
                reports.put(scheme, runner.run(ClientSuite.cases(scheme.protocol())));
            }
        }
        return new ClientPeer(file, reports);
    }

    private static String filled(String text, Path folder) {
        Path programs = Path.of(System.getProperty("java.home"), "bin");
        return text.replace("@folder@", folder.toString())
                .replace("@peers@", PeerServer.peers().toString())
                .replace("@javac@", programs.resolve("javac").toString())
                .replace("@java@", programs.resolve("java").toString());
    }

    private static void prepare(String line) throws IOException, InterruptedException {
        List<String> words = List.of(line.split(" +", -1));
        ExternalProgram.Outcome outcome = PeerServer.program(words.get(0))
                .run("", words.subList(1, words.size()).toArray(String[]::new));
        if (outcome.status() != 0) {
            throw new IOException(line + ": " + outcome);
        }
    }

    /** What failed or was warned of, without what is known to vary. */
    Map<String, Status> found(Scheme scheme) {
        Map<String, Status> found = new TreeMap<>();
        for (CheckResult result : reports.get(scheme).results()) {
            Status status = result.verdict().status();
            if ((status == Status.FAIL || status == Status.WARN)
                    && !file.option("varies").contains(result.check().id())) {
                found.put(result.check().id(), status);
            }
        }
        return found;
    }

    /** The same for all schemes. */
    Map<Scheme, Map<String, Status>> found() {
        Map<Scheme, Map<String, Status>> found = new TreeMap<>();
        reports.keySet().forEach(scheme -> found.put(scheme, found(scheme)));
        return found;
    }

    /** How many of the cases that apply got a verdict, in percent. */
    long judged(Scheme scheme) {
        TargetReport report = reports.get(scheme);
        long applied = report.results().size() - report.count(Status.SKIP);
        long judged = VERDICTS.stream().mapToLong(report::count).sum();
        return applied == 0 ? 0 : 100 * judged / applied;
    }

    /** In words, with the transcripts of what did not pass, to compare them by hand. */
    String details(Scheme scheme) {
        TargetReport report = reports.get(scheme);
        StringBuilder details = new StringBuilder(file.name() + " " + scheme.key() + ": " + judged(scheme)
                + " % judged in " + report.took().toSeconds() + " s");
        report.survey().problem().ifPresent(problem -> details.append(": ").append(problem));
        for (CheckResult result : report.results()) {
            Status status = result.verdict().status();
            if (status != Status.PASS && status != Status.SKIP) {
                details.append('\n')
                        .append(result.check().id())
                        .append(' ')
                        .append(status)
                        .append(": ")
                        .append(result.verdict().detail());
                result.transcript().forEach(entry -> details.append("\n    ").append(entry));
            }
        }
        return details.toString();
    }
}
