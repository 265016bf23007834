package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.embedded.LibraryServers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The completion script as bash uses it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CompletionTest {
    @TempDir
    Path folder;

    private Path script() throws IOException {
        ByteArrayOutputStream script = new ByteArrayOutputStream();
        CommandEnvironment environment = new CommandEnvironment(
                InputStream.nullInputStream(),
                new PrintStream(script, false, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8),
                Terminal.ABSENT);
        assertThat(Main.run(environment, new LibraryServers(), "--completion")).isZero();
        return Files.write(folder.resolve("completion.bash"), script.toByteArray());
    }

    /** What bash offers for the last of these words. */
    private List<String> completions(String... words) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
        Path file = script();
        Process bash = new ProcessBuilder(
                        "/bin/bash",
                        "--norc",
                        "-c",
                        "source '" + file + "'; compopt() { :; }; COMP_WORDS=(conformance " + String.join(" ", words)
                                + "); COMP_CWORD=" + words.length + "; $(complete -p conformance"
                                + " | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '%s\\n' \"${COMPREPLY[@]}\"")
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said.lines().toList();
    }

    @Test
    void options_are_completed() throws Exception {
        assertThat(completions("--tar")).containsExactlyInAnyOrder("--targets", "--targets-file");
    }

    @Test
    void the_options_of_a_fleet_are_completed() throws Exception {
        assertThat(completions("--re")).contains("--resume");
        assertThat(completions("--s")).contains("--survey", "--seed");
        assertThat(completions("--total")).containsExactly("--total-rate");
        assertThat(completions("--bl")).containsExactly("--blocklist");
        assertThat(completions("--met")).containsExactly("--metrics");
        assertThat(completions("--local")).containsExactly("--local-address");
    }

    @Test
    void levels_are_completed() throws Exception {
        assertThat(completions("--level", "s")).containsExactly("should");
    }

    @Test
    void ids_of_checks_are_completed() throws Exception {
        assertThat(completions("--explain", "UP-S-21")).containsExactly("UP-S-21a", "UP-S-21b");
        assertThat(completions("--only", "TLS-S-01")).containsExactly("TLS-S-01");
    }

    /** The words that a command line has, typed in a bash with keys: TAB completes, here written as ^. */
    private List<String> typed(String keys) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
        Path work = Files.createDirectories(folder.resolve("work"));
        for (String name : List.of("ca.pem", "targets.txt", "with space.pem", "client.txt")) {
            Files.write(work.resolve(name), new byte[0]);
        }
        Files.write(Files.createDirectories(work.resolve("sub")).resolve("x.pem"), new byte[0]);
        ProcessBuilder builder = new ProcessBuilder("/bin/bash", "--norc", "--noprofile", "-i")
                .directory(work.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(Map.of("INPUTRC", "/dev/null", "TERM", "dumb", "HISTFILE", "", "LC_ALL", "C"));
        Process bash = builder.start();
        try (OutputStream in = bash.getOutputStream()) {
            in.write(("conformance() { echo; printf 'word %s\\n' \"$@\"; }\nsource '" + script() + "'\nconformance "
                            + keys.replace('^', '\t') + "\nexit\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        bash.waitFor();
        return said.lines()
                .filter(line -> line.startsWith("word "))
                .map(line -> line.substring("word ".length()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "--trust ca^, --trust ca.pem",
        "--trust=ca^, --trust=ca.pem",
        "--trust sub/^, --trust sub/x.pem",
        "--trust w^, --trust with space.pem",
        "--targets-file ta^, --targets-file targets.txt",
        "--resume ta^ --baseline ca^, --resume targets.txt --baseline ca.pem",
        "--password-file ca^ --client-key ca^, --password-file ca.pem --client-key ca.pem",
        "--format json=ta^, --format json=targets.txt",
        "--format=ndjson=ta^, --format=ndjson=targets.txt",
        "--profile nc^ --profile ta^, --profile ncsc-2025 --profile targets.txt",
        "client smtp --state ca^, client smtp --state ca.pem",
    })
    void files_are_completed_in_a_real_bash(String keys, String words) throws Exception {
        assertThat(String.join(" ", typed(keys))).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({
        "cl^, client",
        "client i^ --pol^opp^, client imap --policy opportunistic",
        "client imap s^, client imap s",
        "--list cl^, --list cl",
        "--trust ca^ cl^, --trust ca.pem cl",
        "--user ca^, --user ca",
        "--level=m^, --level=must",
        "--level m^ --addresses^ a^, --level must --addresses all",
        "smtps^x, smtps://x",
        "smtp:^x, smtp://x",
        "--list dom^x, --list domain:x",
        "smtp://a:25 --ehl^x, smtp://a:25 --ehlo-name x",
    })
    void words_are_completed_in_a_real_bash(String keys, String words) throws Exception {
        assertThat(String.join(" ", typed(keys))).isEqualTo(words);
    }

    @Test
    void zsh_finds_the_same_words() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")), "no zsh");
        Process zsh = new ProcessBuilder(
                        "/usr/bin/zsh",
                        "-f",
                        "-c",
                        "compdef() { print -r - registered $*; }; source '" + script() + "'; for call in"
                                + " 'client ' 'client --exit-status=' '--trust ' '--level m'; do"
                                + " _conformance_parse conformance \"${(@s: :)call}\"; print -r - $kind $values $prefix;"
                                + " done")
                .redirectErrorStream(true)
                .start();
        assertThat(new String(zsh.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "registered _conformance_zsh conformance",
                        "word smtp imap pop3",
                        "word trusted ignored --exit-status=",
                        "file",
                        "word must should all");
    }

    @Test
    void formats_are_completed() throws Exception {
        assertThat(completions("--format", "nd")).containsExactly("ndjson");
    }
}
