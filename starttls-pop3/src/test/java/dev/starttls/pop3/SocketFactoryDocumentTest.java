package dev.starttls.pop3;

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

/** Each Java block of docs/socket-factory.md is compiled, word for word, in the module that has all protocols and the libraries. */
class SocketFactoryDocumentTest {

    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    /** What a reader's editor adds. */
    private static final String IMPORTS = "import dev.starttls.core.upgrade.*; import dev.starttls.imap.*;"
            + " import dev.starttls.smtp.*; import jakarta.mail.*; import jakarta.mail.internet.*; import java.util.*;"
            + " import org.apache.commons.net.imap.*; import org.springframework.mail.javamail.*;\n";

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
        Matcher blocks = BLOCK.matcher(Files.readString(Path.of("../docs/socket-factory.md")));
        int count = 0;
        while (blocks.find()) {
            count++;
            Path file = folder.resolve("block" + count).resolve("Block.java");
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    "package block" + count + ";\n" + IMPORTS
                            + "abstract class Block { abstract void log(String line); void run() throws Exception {\n"
                            + blocks.group(1) + "} }");
            arguments.add(file.toString());
        }
        assertThat(count).as("blocks").isEqualTo(3);
        StringWriter detail = new StringWriter();
        PrintWriter printer = new PrintWriter(detail);
        assertThat(compiler.get().run(printer, printer, arguments.toArray(String[]::new)))
                .as(detail::toString)
                .isZero();
    }
}
