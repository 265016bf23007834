package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Results;
import dev.starttls.benchmarks.report.Spread;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first upgrade of a JVM: a new JVM for each sample, with the JDK's own class archive, with one made from the same
 * program (AppCDS), and with the AOT cache of an earlier run if the JDK supports it (JEP 514). Server and link are in
 * this process.
 */
final class ColdStart {

    private static final String VERSION = "TLSv1.3";
    private static final Pattern TWO_TIMES = Pattern.compile("^(\\d+) (\\d+)$", Pattern.MULTILINE);

    private final List<ClientKind> kinds;
    private final Rounds rounds;

    ColdStart(List<ClientKind> kinds, Rounds rounds) {
        this.kinds = kinds;
        this.rounds = rounds;
    }

    /** The class archives. */
    private enum Archive {
        JDK("of the JDK", 17),
        APPLICATION("of the application", 17),
        AOT("AOT cache of the application", 25);

        private final String title;
        /** The first JDK that can make one in one step. */
        private final int since;

        Archive(String title, int since) {
            this.title = title;
            this.since = since;
        }

        /** The options that make the file; empty if there is nothing to make. */
        List<String> making(Path file) {
            return switch (this) {
                case JDK -> List.of();
                case APPLICATION ->
                    List.of("-XX:ArchiveClassesAtExit=" + file, "-Xlog:cds=off", "-Xlog:cds+dynamic=off");
                case AOT -> List.of("-XX:AOTCacheOutput=" + file, "-Xlog:disable");
            };
        }

        List<String> using(Path file) {
            return switch (this) {
                case JDK -> List.of();
                case APPLICATION -> List.of("-XX:SharedArchiveFile=" + file);
                case AOT -> List.of("-XX:AOTCache=" + file);
            };
        }
    }

    private record Start(ClientKind kind, Archive archive) {}

    List<Results.Cold> measure(int linkMillis) throws Exception {
        Contexts contexts = new Contexts(KeyKind.EC);
        Path folder = Files.createTempDirectory("starttls-benchmark");
        try (MailServers servers = new MailServers()) {
            int port = servers.link(
                    servers.listen(MailProtocol.SMTP, TlsPolicy.OPPORTUNISTIC, contexts.server()), linkMillis);
            Path certificate = folder.resolve("server.der");
            Files.write(certificate, contexts.certificate());
            Map<Start, Child> children = new LinkedHashMap<>();
            for (ClientKind kind : kinds) {
                List<String> arguments =
                        List.of(ColdClient.class.getName(), kind.name(), "" + port, VERSION, certificate.toString());
                for (Archive archive : Archive.values()) {
                    if (Runtime.version().feature() >= archive.since) {
                        Path file = folder.resolve(kind.name() + "-" + archive.name());
                        if (!archive.making(file).isEmpty()) {
                            new Child(archive.making(file), arguments, servers).run();
                            requireArchive(file);
                        }
                        children.put(new Start(kind, archive), new Child(archive.using(file), arguments, servers));
                    }
                }
            }
            Map<Start, double[]> samples = rounds.measure(new LinkedHashMap<>(children));
            List<Results.Cold> rows = new ArrayList<>();
            samples.forEach((start, millis) -> rows.add(new Results.Cold(
                    start.kind().name(),
                    start.kind().title(),
                    start.archive().title,
                    linkMillis,
                    Spread.of(children.get(start).contextMillis(millis.length)),
                    Spread.of(millis))));
            return rows;
        } finally {
            delete(folder);
        }
    }

    private static void requireArchive(Path archive) throws IOException {
        if (!Files.exists(archive)) {
            throw new IOException(
                    "Expected an archive of classes; there is none of folders on the class path: run the jar");
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static final class Child implements Rounds.Contestant {

        private final List<String> command = new ArrayList<>();
        private final MailServers servers;
        private final List<Double> contextMillis = new ArrayList<>();

        Child(List<String> options, List<String> arguments, MailServers servers) {
            this.servers = servers;
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(options);
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.addAll(arguments);
        }

        @Override
        public double run() throws IOException, InterruptedException, GeneralSecurityException {
            servers.negotiated();
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            Matcher times = TWO_TIMES.matcher(said);
            if (process.waitFor() != 0 || !times.find()) {
                throw new IOException("Expected two times of the client, got: " + said);
            }
            String got = servers.negotiated()
                    .map(tls -> tls.version() + " " + tls.resumption())
                    .orElse("nothing");
            if (!got.equals(VERSION + " FULL")) {
                throw new IOException("Expected the server to see a full handshake of " + VERSION + ", it saw " + got);
            }
            servers.settle();
            contextMillis.add(Long.parseLong(times.group(1)) / 1e6);
            return Long.parseLong(times.group(2)) / 1e6;
        }

        /** Of the rounds that counted, which are the last. */
        double[] contextMillis(int counted) {
            return contextMillis.subList(contextMillis.size() - counted, contextMillis.size()).stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
        }
    }
}
