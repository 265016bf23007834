package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Tutorial.Build;
import dev.starttls.conformance.Tutorial.Run;
import dev.starttls.conformance.Tutorial.Step;
import dev.starttls.conformance.Tutorial.WriteFile;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * A reader of tutorials: an empty folder, one bash for the whole tutorial, the tools of this JDK, and a {@code curl} that has the
 * artifacts of this build in place of Maven Central's.
 */
final class TutorialShell implements AutoCloseable {

    private static final int TRIES = 1200;
    private static final int PAUSE_MILLIS = 50;

    /** What stands for Maven Central: it answers requests for files of the repository, and no others. */
    private static final String CURL =
            """
            #!/bin/bash
            set -euo pipefail
            for url; do :; done
            name=${url##*/}
            if [[ $1 == -fsSo ]]; then name=$2; elif [[ $1 != -fsSO ]]; then exit 2; fi
            case $url in
                https://repo1.maven.org/maven2/*) cp "$REPOSITORY/${url#https://repo1.maven.org/maven2/}" "$name" ;;
                *) exit 22 ;;
            esac
            """;

    /** A tool of this JDK, which runs for a second here: its compiler and its collector are those that cost the least. */
    private static final String TOOL =
            """
            #!/bin/bash
            exec '%1$s' %2$s-XX:TieredStopAtLevel=1 %2$s-XX:+UseSerialGC "$@"
            """;

    private static final String RUN =
            """
            failed=0; trap 'failed=$?; echo "status $failed of: $BASH_COMMAND"' ERR
            eval "$(< '%1$s')" > '%2$s' 2>&1 < /dev/null; echo "done $failed"
            """;

    private final Path folder;
    private final Path records;
    private final Path repository;
    private final Process shell;
    private final BufferedReader marks;
    private int count;

    private TutorialShell(Path folder, Path records, Path repository, Process shell) {
        this.folder = folder;
        this.records = records;
        this.repository = repository;
        this.shell = shell;
        marks = shell.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts the shell.
     *
     * @param scratch an empty folder
     * @param repository laid out as a Maven repository
     */
    static TutorialShell start(Path scratch, Path repository) throws IOException {
        Path folder = Files.createDirectories(scratch.resolve("reader"));
        Path records = Files.createDirectories(scratch.resolve("records"));
        Path tools = Files.createDirectories(scratch.resolve("tools"));
        Path jdk = Path.of(System.getProperty("java.home"), "bin");
        tool(tools, "curl", CURL);
        tool(tools, "java", TOOL.formatted(jdk.resolve("java"), ""));
        tool(tools, "javac", TOOL.formatted(jdk.resolve("javac"), "-J"));
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-E").directory(folder.toFile()).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("REPOSITORY", repository.toAbsolutePath().toString());
        environment.put(
                "PATH",
                String.join(
                        File.pathSeparator,
                        tools.toString(),
                        jdk.toString(),
                        environment.getOrDefault("PATH", "/usr/bin:/bin")));
        return new TutorialShell(folder, records, repository, builder.start());
    }

    private static void tool(Path folder, String name, String script) throws IOException {
        assertThat(Files.writeString(folder.resolve(name), script).toFile().setExecutable(true))
                .isTrue();
    }

    /** Does what the tutorial says, and compares what it shows. */
    void follow(Tutorial tutorial) throws IOException, InterruptedException {
        for (Step step : tutorial.steps()) {
            if (step instanceof WriteFile file) {
                Files.writeString(folder.resolve(file.name()), file.text());
            } else if (step instanceof Run run) {
                run(run);
            } else if (step instanceof Build build) {
                resolve(build.xml());
            }
        }
    }

    /** Looks for a dependency as Maven does. */
    private void resolve(String dependency) throws IOException {
        Map<String, String> coordinates = new HashMap<>();
        try {
            DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler());
            Element element =
                    builder.parse(new InputSource(new StringReader(dependency))).getDocumentElement();
            assertThat(element.getTagName()).isEqualTo("dependency");
            NodeList parts = element.getElementsByTagName("*");
            for (int i = 0; i < parts.getLength(); i++) {
                coordinates.put(parts.item(i).getNodeName(), parts.item(i).getTextContent());
            }
        } catch (ParserConfigurationException | SAXException e) {
            throw new AssertionError("not XML: " + dependency, e);
        }
        assertThat(coordinates).as(dependency).containsOnlyKeys("groupId", "artifactId", "version");
        assertThat(repository
                        .resolve(coordinates.get("groupId").replace('.', '/'))
                        .resolve(coordinates.get("artifactId"))
                        .resolve(coordinates.get("version")))
                .as(dependency)
                .isDirectory();
    }

    private void run(Run run) throws IOException, InterruptedException {
        count++;
        Path script = Files.writeString(records.resolve("script" + count), run.commands());
        Path output = records.resolve("output" + count);
        shell.getOutputStream().write(RUN.formatted(script, output).getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().flush();
        String mark = marks.readLine();
        assertThat(mark)
                .as("%s%nprinted%n%s", run.commands(), Files.readString(output))
                .isEqualTo("done 0");
        if (run.printed().isPresent()) {
            String shown = run.printed().get();
            assertThat(settled(run, output, Tutorial.pattern(shown)))
                    .as("what%n%sprints", run.commands())
                    .matches(Tutorial.pattern(shown));
        }
    }

    /** What was printed; of what goes on in the background, once it has printed what is expected. */
    private String settled(Run run, Path output, Pattern expected) throws IOException, InterruptedException {
        boolean goesOn = Pattern.compile("(?m) &$").matcher(run.commands()).find();
        for (int i = 0; goesOn && i < TRIES; i++) {
            if (expected.matcher(Files.readString(output)).matches()
                    || shell.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        return printed(output);
    }

    /** Without the empty lines that set it off from the command. */
    private static String printed(Path output) throws IOException {
        return Files.readString(output).replaceFirst("^\n+", "");
    }

    /** Ends the shell and what it has left running. */
    @Override
    public void close() {
        var left = shell.descendants().toList();
        shell.destroyForcibly().onExit().join();
        left.forEach(process -> {
            if (process.destroyForcibly()) {
                process.onExit().join();
            }
        });
    }
}
