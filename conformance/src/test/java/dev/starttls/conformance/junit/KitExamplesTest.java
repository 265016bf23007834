package dev.starttls.conformance.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each example in the javadoc of the kit is compiled, word for word. */
class KitExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* *\\}</pre>", Pattern.DOTALL);

    /** What a reader's editor adds, and the client that the reader has. */
    private static final String HEAD =
            """
            import static org.junit.jupiter.api.Assertions.*;
            import dev.starttls.conformance.junit.*;
            import java.io.IOException;
            import java.nio.file.Path;
            import java.security.cert.X509Certificate;
            import java.util.List;
            import java.util.stream.Stream;
            import org.junit.jupiter.api.*;
            """;

    private static final String CLIENT =
            """
            class MyClient implements AutoCloseable {
                MyClient(String host, int port, X509Certificate trust) throws IOException {}
                static void send(String host, int port, X509Certificate trust) throws IOException {}
                void login(String user, String password) throws IOException {}
                void fetch(String mailbox) throws IOException {}
                @Override public void close() throws IOException {}
            }
            """;

    @TempDir
    Path folder;

    @Test
    void every_example_compiles() throws Exception {
        Optional<ToolProvider> compiler = ToolProvider.findFirst("javac");
        assumeTrue(compiler.isPresent(), "this Java has no javac");
        List<String> arguments = new ArrayList<>(List.of(
                "--release",
                "17",
                "-proc:none",
                "-d",
                folder.toString(),
                "-cp",
                System.getProperty("java.class.path")));
        int before = arguments.size();
        for (String type : List.of("ConformanceTests", "ClientTests", "StartTlsServer")) {
            Matcher found = EXAMPLE.matcher(
                    Files.readString(Path.of("src/main/java/dev/starttls/conformance/junit", type + ".java")));
            while (found.find()) {
                String example = found.group(1).replaceAll("(?m)^ *\\* ?", "");
                String home = type.toLowerCase(java.util.Locale.ROOT);
                Path file = folder.resolve(home).resolve("Example.java");
                Files.createDirectories(file.getParent());
                Files.writeString(
                        file,
                        "package " + home + ";\n" + HEAD
                                + (example.startsWith("class ") ? example : "class Example {\n" + example + "\n}\n")
                                + CLIENT);
                arguments.add(file.toString());
            }
        }
        assertThat(arguments.size() - before).as("examples").isEqualTo(3);
        StringWriter detail = new StringWriter();
        PrintWriter printer = new PrintWriter(detail);
        assertThat(compiler.get().run(printer, printer, arguments.toArray(String[]::new)))
                .as(detail::toString)
                .isZero();
    }
}
