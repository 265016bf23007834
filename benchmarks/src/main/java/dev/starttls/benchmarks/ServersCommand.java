package dev.starttls.benchmarks;

import dev.starttls.benchmarks.latency.OutsideServers;
import dev.starttls.benchmarks.latency.Rounds;
import dev.starttls.benchmarks.report.Machine;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures upgrades against servers that people have. */
@Command(
        name = "servers",
        mixinStandardHelpOptions = true,
        description =
                "Measures this library, its peers and the loop by hand against SMTP servers on ports of this machine,"
                        + " in processes of their own: 'servers --ca ca.pem postfix=2525 exim=2526'.")
final class ServersCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "NAME=PORT", description = "The servers; each offers STARTTLS.")
    private Map<String, Integer> servers;

    @Option(
            names = "--ca",
            required = true,
            paramLabel = "FILE",
            description = "The certificate that has issued theirs for localhost, as PEM.")
    private Path ca;

    @Option(
            names = "--versions",
            split = ",",
            paramLabel = "VERSION",
            description = "Of TLS (default: ${DEFAULT-VALUE}).")
    private List<String> versions = List.of("TLSv1.3", "TLSv1.2");

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds that count; half as many go before (default: ${DEFAULT-VALUE}).")
    private int rounds = 100;

    @Option(
            names = "--results",
            paramLabel = "FOLDER",
            description = "Writes servers.md there, too (default: only prints).")
    private Optional<Path> folder = Optional.empty();

    @Override
    public Integer call() throws Exception {
        byte[] certificate;
        try (InputStream in = Files.newInputStream(ca)) {
            certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getEncoded();
        }
        String machine = Machine.present().line();
        System.out.println(machine);
        List<String> lines = new ArrayList<>(OutsideServers.head());
        lines.forEach(System.out::println);
        OutsideServers measurement = new OutsideServers(new Rounds(rounds / 2, rounds));
        for (Map.Entry<String, Integer> server : servers.entrySet()) {
            for (String version : versions) {
                List<String> rows = measurement.measure(server.getKey(), server.getValue(), certificate, version);
                rows.forEach(System.out::println);
                lines.addAll(rows);
            }
        }
        if (folder.isPresent()) {
            List<String> file = new ArrayList<>(List.of(
                    "# Upgrades against servers that people have",
                    "",
                    machine + "; made by `benchmarks "
                            + String.join(
                                    " ", spec.commandLine().getParseResult().originalArgs())
                            + "`.",
                    "SMTP with STARTTLS over loopback, full handshakes, from the TCP connection to the reply to the second EHLO;"
                            + " the loop by hand sets TCP_QUICKACK.",
                    ""));
            file.addAll(lines);
            Files.createDirectories(folder.get());
            Files.write(folder.get().resolve("servers.md"), file);
        }
        return 0;
    }
}
