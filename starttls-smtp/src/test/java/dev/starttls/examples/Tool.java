package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Tools of the JDK, and the client example in a separate process. */
final class Tool {

    private Tool() {}

    /** Runs a tool of this JDK; skips the test where it has none. */
    static void run(String name, String... arguments) {
        Optional<ToolProvider> tool = ToolProvider.findFirst(name);
        assumeTrue(tool.isPresent(), "this Java has no " + name);
        StringWriter printed = new StringWriter();
        PrintWriter printer = new PrintWriter(printed);
        int status = tool.get().run(printer, printer, arguments);
        assertThat(status).as(printed.toString()).isZero();
    }

    /** Compiles all sources of a folder for Java 17. */
    static void compile(Path sources, Path classes, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--release", "17", "-d", classes.toString()));
        arguments.addAll(List.of(options));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        run("javac", arguments.toArray(String[]::new));
    }

    /** What a program prints, which must end well. */
    static List<String> output(List<String> command, Path folder) throws Exception {
        Path printed = folder.resolve("printed");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(printed, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as("%s", lines).isZero();
        return lines;
    }

    /** Has the client example upgrade against a server of ours. */
    static void expectUpgrade(List<String> launcher, Path folder) throws Exception {
        Path root = PemFiles.write(
                folder.resolve("root.pem"), List.of(TestCertificates.shared().root()));
        try (ExampleServer server = new ExampleServer(10)) {
            List<String> command = new ArrayList<>(launcher);
            command.addAll(List.of("localhost", String.valueOf(server.address().getPort()), root.toString()));
            assertThat(output(command, folder))
                    .containsExactly("TLSv1.3 TLS_AES_256_GCM_SHA384", "250 2.0.0 Ok", "221 2.0.0 Bye");
        }
    }
}
