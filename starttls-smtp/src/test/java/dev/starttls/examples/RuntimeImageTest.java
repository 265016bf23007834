package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.smtp.SmtpClient;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client example in a runtime image of the fewest modules. */
@Timeout(300)
class RuntimeImageTest {

    /** Since Java 22, elliptic curves are in java.base (JDK-8308398). */
    private static final boolean CURVES_APART = Runtime.version().feature() < 22;

    @TempDir
    Path folder;

    @Test
    void an_image_of_java_base_and_its_curves_runs_the_client() throws Exception {
        String libraries = pathOf(UpgradeConnection.class) + File.pathSeparator + pathOf(SmtpClient.class);
        Path sources = Files.createDirectories(folder.resolve("src/dev/starttls/examples"));
        Files.copy(
                Path.of("src/test/java/dev/starttls/examples/SmtpClientExample.java"),
                sources.resolve("SmtpClientExample.java"));
        Files.writeString(
                folder.resolve("src/module-info.java"), "module dev.starttls.examples { requires dev.starttls.smtp; }");
        Path classes = folder.resolve("classes");
        Tool.compile(folder.resolve("src"), classes, "--module-path", libraries);

        Path image = folder.resolve("image");
        List<String> expected = new ArrayList<>(
                List.of("dev.starttls.core", "dev.starttls.examples", "dev.starttls.smtp", "java.base"));
        if (CURVES_APART) {
            expected.add("jdk.crypto.ec");
        }
        Tool.run(
                "jlink",
                "--module-path",
                classes + File.pathSeparator + libraries,
                "--add-modules",
                "dev.starttls.examples" + (CURVES_APART ? ",jdk.crypto.ec" : ""),
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                "--compress=" + (Runtime.version().feature() < 21 ? "2" : "zip-6"),
                "--output",
                image.toString());
        String java = image.resolve("bin/java").toString();
        assertThat(Tool.output(List.of(java, "--list-modules"), folder))
                .extracting(module -> module.split("@", 2)[0])
                .containsExactlyElementsOf(expected);
        Tool.expectUpgrade(
                List.of(java, "-m", "dev.starttls.examples/dev.starttls.examples.SmtpClientExample"), folder);
    }

    private static String pathOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
