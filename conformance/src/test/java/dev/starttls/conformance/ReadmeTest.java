package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each Java block of the README and of the other documents is compiled, word for word. */
class ReadmeTest {

    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    /** Names mail libraries, which another module has. */
    private static final String OTHERS = "socket-factory.md";

    /** What a reader's editor adds. */
    private static final String IMPORTS =
            "import dev.starttls.conformance.junit.*; import dev.starttls.core.discovery.*; import dev.starttls.core.dns.*; import dev.starttls.core.hosts.*;"
                    + " import dev.starttls.core.hosts.file.*; import dev.starttls.core.keys.*;"
                    + " import dev.starttls.core.line.*; import dev.starttls.core.line.codec.*; import dev.starttls.core.nio.*;"
                    + " import dev.starttls.core.upgrade.*; import dev.starttls.imap.*; import dev.starttls.smtp.*; import dev.starttls.smtp.policy.*;"
                    + " import java.io.*; import java.net.*; import java.nio.channels.*; import java.nio.file.*; import java.time.*; import java.util.concurrent.*;"
                    + " import java.security.cert.*; import java.util.*; import java.util.stream.*; import javax.net.ssl.*; import org.junit.jupiter.api.*;\n";

    @Test
    void every_java_block_compiles(@TempDir Path folder) throws Exception {
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
        Matcher blocks = BLOCK.matcher(documents());
        int count = 0;
        while (blocks.find()) {
            count++;
            String block = blocks.group(1);
            // A class stands in a file of its own; the rest is a part of a method of the reader's.
            String source = block.startsWith("class ")
                    ? block
                    : "abstract class Block { void run() throws Exception {\n" + block + "} }";
            Path file = folder.resolve("readme" + count).resolve("Block.java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, "package readme" + count + ";\n" + IMPORTS + source);
            arguments.add(file.toString());
        }
        assertThat(count).as("blocks").isEqualTo(15);
        StringWriter detail = new StringWriter();
        PrintWriter printer = new PrintWriter(detail);
        assertThat(compiler.get().run(printer, printer, arguments.toArray(String[]::new)))
                .as(detail::toString)
                .isZero();
    }

    private static String documents() throws IOException {
        List<Path> documents = new ArrayList<>(List.of(Path.of("../benchmarks/README.md")));
        for (Path folder : List.of(Path.of(".."), Path.of("../docs"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".md") && !file.endsWith(OTHERS))
                        .sorted()
                        .forEach(documents::add);
            }
        }
        StringBuilder text = new StringBuilder();
        for (Path document : documents) {
            text.append(Files.readString(document)).append('\n');
        }
        return text.toString();
    }
}
