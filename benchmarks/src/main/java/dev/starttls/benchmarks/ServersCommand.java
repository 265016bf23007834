package dev.starttls.benchmarks;

import dev.starttls.benchmarks.latency.MailProtocol;
import dev.starttls.benchmarks.latency.OutsideServers;
import dev.starttls.benchmarks.latency.ServerPlan;
import dev.starttls.benchmarks.latency.SessionTarget;
import dev.starttls.benchmarks.outside.DelayedLink;
import dev.starttls.benchmarks.outside.InstalledServer;
import dev.starttls.benchmarks.outside.RunningServer;
import dev.starttls.benchmarks.outside.ServerLocation;
import dev.starttls.benchmarks.outside.StartedResources;
import dev.starttls.benchmarks.report.Machine;
import dev.starttls.benchmarks.report.Page;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.ResultsFile;
import dev.starttls.benchmarks.report.ServersReport;
import dev.starttls.benchmarks.report.Spread;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Measures upgrades against real servers. */
@Command(
        name = "servers",
        mixinStandardHelpOptions = true,
        description =
                "Measures this library, its peers and the floor against Postfix, Exim and Dovecot, which it starts if"
                        + " they are installed and the user is root: over loopback, and over links of 10 and 50 ms. It"
                        + " takes a quarter of an hour; run it once with each JDK, and the page has them side by side."
                        + " Or against SMTP servers that already run on this machine: 'servers --ca ca.pem"
                        + " postfix=2525'.")
final class ServersCommand implements Callable<Integer> {

    private static final Spread NO_LINK = new Spread(0, 0, 0, 0);

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME=PORT",
            description = "Running servers on ports of this machine, which offer STARTTLS (default: starts those that"
                    + " are installed).")
    private List<String> arguments = List.of();

    @Option(
            names = "--ca",
            converter = Arguments.ReadableFile.class,
            paramLabel = "FILE",
            description = "The CA certificate of the named servers' certificates for localhost, as PEM.")
    private Optional<Path> ca = Optional.empty();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "SERVER",
            description = "Starts only these: ${COMPLETION-CANDIDATES} (default: all).")
    private List<InstalledServer> only = List.of(InstalledServer.values());

    @Option(
            names = "--versions",
            split = ",",
            converter = Arguments.TlsVersion.class,
            paramLabel = "VERSION",
            description = "Versions of TLS (default: ${DEFAULT-VALUE}).")
    private List<String> versions = List.of("TLSv1.3", "TLSv1.2");

    @Option(
            names = "--links",
            split = ",",
            converter = Arguments.LinkMillis.class,
            paramLabel = "MS",
            description = "Round trips, in milliseconds; 0 is loopback (default: ${DEFAULT-VALUE}).")
    private List<Integer> links = List.of(0, 10, 50);

    @Option(
            names = "--scale",
            converter = Arguments.Factor.class,
            paramLabel = "FACTOR",
            description = "Multiplies all numbers of rounds (default: ${DEFAULT-VALUE}).")
    private double scale = 1;

    @Option(
            names = "--results",
            converter = Arguments.ResultsFolder.class,
            paramLabel = "FOLDER",
            description = "The folder for the results and servers.md; results of another JDK in it are kept (default:"
                    + " ${DEFAULT-VALUE}).")
    private Path folder = Path.of("benchmarks", "results");

    private final Map<String, Integer> named = new LinkedHashMap<>();
    private final List<Results.Outside> rows = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        name();
        Optional<Authority> authority = authority();
        Machine machine = Machine.present();
        System.out.println(machine.line());
        String command = Page.command(spec.commandLine().getParseResult().originalArgs());
        String name = named.isEmpty() ? ServersReport.INSTALLED : ServersReport.NAMED;
        if (authority.isPresent()) {
            named(authority.get());
        } else {
            installed();
        }
        if (rows.isEmpty()) {
            System.err.println("Nothing was measured");
            return 1;
        }
        ResultsFile.write(
                folder.resolve(ServersReport.file(name, Runtime.version().feature())),
                new Results<>(machine, LocalDate.now(ZoneOffset.UTC).toString(), command, rows));
        new ServersReport(folder, name).write().ifPresent(System.out::println);
        return 0;
    }

    private void named(Authority authority) throws Exception {
        for (Map.Entry<String, Integer> server : named.entrySet()) {
            SessionTarget target =
                    new SessionTarget("localhost", server.getValue(), MailProtocol.SMTP, TlsPolicy.REQUIRED);
            measure(server.getKey(), target, authority.certificate().getEncoded(), authority.key(), 0, NO_LINK);
        }
    }

    /** Parses NAME=PORT here, because picocli would report an invalid one as unmatched. */
    private void name() {
        for (String argument : arguments) {
            int end = argument.indexOf('=');
            if (end < 0) {
                throw refusal("Expected NAME=PORT, got '" + argument + "'", null);
            }
            try {
                named.put(
                        new Arguments.ServerName().convert(argument.substring(0, end)),
                        new Arguments.Port().convert(argument.substring(end + 1)));
            } catch (TypeConversionException e) {
                throw refusal("Invalid value '" + argument + "' for NAME=PORT: " + e.getMessage(), e);
            }
        }
    }

    /** The CA of the named servers' certificates, and the kind of their keys. */
    private record Authority(X509Certificate certificate, KeyKind key) {}

    /** Empty if no server is named. */
    private Optional<Authority> authority() {
        if (named.isEmpty()) {
            if (ca.isPresent()) {
                throw refusal("--ca is for named servers, but there is no NAME=PORT", null);
            }
            return Optional.empty();
        }
        Path file = ca.orElseThrow(() -> refusal("Expected --ca FILE with the certificate of the named servers", null));
        try (InputStream in = Files.newInputStream(file)) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            return Optional.of(new Authority(
                    certificate, KeyKind.valueOf(certificate.getPublicKey().getAlgorithm())));
        } catch (IOException | CertificateException | IllegalArgumentException e) {
            throw refusal(
                    "Expected in " + file + " a certificate as PEM with a key of " + List.of(KeyKind.values())
                            + ", got: " + e.getMessage(),
                    e);
        }
    }

    private ParameterException refusal(String message, Exception why) {
        return new ParameterException(spec.commandLine(), message, why);
    }

    private static void notMeasured(String what, String why) {
        System.out.println("Not measured: " + what + ": " + why);
    }

    private void installed() throws Exception {
        List<InstalledServer> servers = new ArrayList<>();
        for (InstalledServer server : only) {
            server.missing().ifPresentOrElse(why -> notMeasured(server.title(), why), () -> servers.add(server));
        }
        List<Integer> delayed = links.stream().filter(link -> link > 0).toList();
        if (links.contains(0)) {
            for (KeyKind key : KeyKind.values()) {
                at(servers, ServerLocation.LOOPBACK, key, List.of(0), Optional.empty());
            }
        }
        if (!delayed.isEmpty() && !servers.isEmpty()) {
            Optional<String> missing = DelayedLink.missing();
            if (missing.isPresent()) {
                notMeasured("links with a round trip", missing.get());
                return;
            }
            try (StartedResources started = new StartedResources()) {
                Optional<DelayedLink> link = link(started);
                if (link.isPresent()) {
                    at(servers, link.get().far(), KeyKind.EC, delayed, link);
                }
            }
        }
    }

    /** Root in a container may not be allowed to create one. */
    private static Optional<DelayedLink> link(StartedResources started) throws Exception {
        try {
            return Optional.of(started.with(DelayedLink::open));
        } catch (IOException e) {
            notMeasured("links with a round trip", e.getMessage());
            return Optional.empty();
        }
    }

    /** Starts the servers in a place and measures each over each link. */
    private void at(
            List<InstalledServer> servers,
            ServerLocation place,
            KeyKind key,
            List<Integer> millis,
            Optional<DelayedLink> link)
            throws Exception {
        Contexts contexts = new Contexts(key, "dns:localhost,ip:" + place.address());
        try (StartedResources started = new StartedResources()) {
            Map<RunningServer, String> running = new LinkedHashMap<>();
            for (InstalledServer server : servers) {
                try {
                    running.put(started.with(() -> server.start(place, contexts.pem())), server.version());
                } catch (IOException e) {
                    notMeasured(server.title(), e.getMessage());
                }
            }
            for (int delay : millis) {
                Spread measured = link.isPresent() ? link.get().delay(delay) : NO_LINK;
                if (link.isPresent()) {
                    System.out.printf(
                            Locale.ROOT,
                            "round trip of the link: %.2f ms, quartiles %.2f to %.2f%n",
                            measured.median(),
                            measured.low(),
                            measured.high());
                }
                for (Map.Entry<RunningServer, String> server : running.entrySet()) {
                    for (SessionTarget target : server.getKey().targets()) {
                        measure(server.getValue(), target, contexts.certificate(), key, delay, measured);
                    }
                }
            }
        }
    }

    private void measure(
            String server, SessionTarget target, byte[] certificate, KeyKind key, int link, Spread roundTrip)
            throws Exception {
        Set<String> wanted = Set.copyOf(versions);
        for (ServerPlan.Step step : ServerPlan.TABLE.steps(target, key, link, wanted, scale)) {
            List<Results.Outside> measured = new OutsideServers(step.kinds(), step.rounds())
                    .measure(server, target, certificate, step.scenario(), roundTrip);
            for (Results.Outside row : measured) {
                System.out.println(ServersReport.line(row));
                // The floor is a contestant of each step; the first has the most rounds.
                if (rows.stream().noneMatch(row::sameAs)) {
                    rows.add(row);
                }
            }
        }
    }
}
