package dev.starttls.conformance.session;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.run.Runner;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs a protocol's checks against scripted servers.
 *
 * @param answer long, so that no verdict depends on a slow machine; short where a server never answers
 * @param quiet how long a check listens where the server must not send: long where the server does
 * @param login given to the checks that need one
 */
public record CheckHarness(Protocol protocol, Duration answer, Duration quiet, Optional<Login> login) {
    /** Without a login; no server is silent. */
    public static CheckHarness of(Protocol protocol) {
        return new CheckHarness(protocol, Duration.ofSeconds(20), Duration.ofMillis(100), Optional.empty());
    }

    public CheckHarness withAnswer(Duration limit) {
        return new CheckHarness(protocol, limit, quiet, login);
    }

    public CheckHarness withQuiet(Duration time) {
        return new CheckHarness(protocol, answer, time, login);
    }

    public CheckHarness withLogin(Login credentials) {
        return new CheckHarness(protocol, answer, quiet, Optional.of(credentials));
    }

    private TargetSettings settings() {
        TargetSettings settings = TargetSettings.standard()
                .withTrust(List.of(ScriptedServer.AUTHORITY.root()))
                .withAnswer(answer)
                .withQuiet(quiet);
        return login.map(settings::withLogin).orElse(settings);
    }

    private Dialect dialect() {
        return Suite.dialect(protocol);
    }

    /** The protocol's own checks and the shared ones, by the command's own runner. */
    public TargetReport all(Target target) {
        Selection own = Selection.of(
                List.of(protocol + "-*", "UP-*"), List.of(), Selection.all().levels());
        try (Runner runner = new Runner(
                Suite.catalogue(),
                own,
                new RunSettings(8, Duration.ofSeconds(30), Duration.ofSeconds(60)),
                RunListener.none())) {
            return runner.run(target, settings(), dialect());
        }
    }

    /** One check alone. */
    public CheckResult one(String id, Target target) {
        Check check = Suite.catalogue().find(id, protocol).orElseThrow();
        try (CheckContext context = new CheckContext(target, settings(), dialect())) {
            Verdict verdict = check.judge(context);
            return new CheckResult(check, verdict, context.transcript().entries(), Duration.ZERO);
        }
    }

    /** The checks that came to one of these marks. */
    public static Map<String, Status> withStatus(TargetReport report, List<Status> statuses) {
        Map<String, Status> found = new TreeMap<>();
        for (CheckResult result : report.results()) {
            if (statuses.contains(result.verdict().status())) {
                found.put(result.check().id(), result.verdict().status());
            }
        }
        return found;
    }
}
