package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files that options name: wrong ones are usage errors, before anything is checked or overwritten. */
class CommandLineFilesTest {
    @TempDir
    Path folder;

    @BeforeEach
    void files() throws IOException {
        Files.createFile(folder.resolve("empty"));
        Files.writeString(folder.resolve("no-first-line"), "\nsecret\n");
        Files.write(folder.resolve("latin1"), "gr\u00fc\u00df\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(folder.resolve("hosts.txt"), "smtp://localhost:1\n");
        Files.writeString(folder.resolve("blocked.txt"), "192.0.2.1\n");
        Files.writeString(
                folder.resolve("own.json"),
                """
                {"name": "Own", "document": "made up", "rules": [{"id": "OWN-01", "title": "only TLS 1.3", "clause": "1",
                 "level": "must", "why": "It is newer.", "fix": "Refuse others.", "versions": ["TLSv1.3"]}]}
                """);
        Files.createSymbolicLink(folder.resolve("link.json"), folder.resolve("report.json"));
        Files.createSymbolicLink(folder.resolve("link.txt"), folder.resolve("hosts.txt"));
    }

    private InProcess run(String arguments) {
        return InProcess.run(List.of(arguments.replace("@", folder + "/").split(" ", -1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--user me --password-file @ | --password-file: cannot read @: it is a directory",
                "--user me --password-file @empty | expected a password in the first line of @empty, got nothing",
                "--user me --password-file @no-first-line | expected a password in the first line",
                "--user me --password-file @latin1 | cannot read @latin1: it is not UTF-8",
                "--user me --password-file @none | cannot read @none: there is no such file",
                "--trust @ | --trust: cannot read @: it is a directory",
                "--trust @none | --trust: cannot read @none: there is no such file",
                "--trust @empty | it contains no certificate",
                "--client-certificate @ --client-key @ | cannot read @: it is a directory",
                "--profile @ | --profile: cannot read @: it is a directory",
                "--profile @latin1 | --profile: cannot read @latin1: it is not UTF-8",
                "--blocklist @latin1 | --blocklist: cannot read @latin1: it is not UTF-8",
                "--targets-file @ | --targets-file: cannot read @: it is a directory",
                "--targets-file @none | --targets-file: cannot read @none: there is no such file",
                "--format json=@a --format ndjson=@a | two formats cannot share @a: write one to another file",
                "--format json=@a --format ndjson=@./a | two formats cannot share",
                "--format json --format text=- | two formats cannot share standard output",
                "--format json=@hosts.txt --targets-file @hosts.txt | would overwrite a file that this run reads",
                "--format json=@blocked.txt --blocklist @blocked.txt | would overwrite a file that this run reads",
                "--format json=@link.txt --targets-file @hosts.txt | would overwrite a file that this run reads",
                "--format json=@own.json --profile @own.json | would overwrite a file that this run reads",
                "--format html=@hosts.txt --trust @hosts.txt | --trust",
                "--format json=@a --format xml=@b | there is no format 'xml'",
                "--only UP-S-01 --only UP-S-99 | there is no check 'UP-S-99'",
                "--skip UP-S-99 | there is no check 'UP-S-99'",
                "--only 'RFC 1 2' | there is no check",
                "--addresses some | --addresses",
            })
    void a_wrong_file_is_a_usage_error(String arguments, String message) {
        InProcess run = run(arguments + " smtp://localhost:1");
        assertThat(run.status()).as(run.err()).isEqualTo(2);
        assertThat(run.err().replace(folder + "/", "@").replace(folder.toString(), "@"))
                .contains(message);
        assertThat(run.out()).isEmpty();
        assertThat(folder.resolve("hosts.txt")).hasContent("smtp://localhost:1\n");
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--trust ! | cannot read !: expected at most 4194304 octets, got more",
                "--client-certificate ! --client-key ! | cannot read !: expected at most",
                "--accept-file ! | cannot read !: expected at most",
                "--profile ! | cannot read !: expected at most",
                "--baseline ! | !: expected reports",
                "--blocklist ! | --blocklist, line 1: it is longer than 2048 octets",
                "--user me --password-file ! | cannot read !: its first line is longer than 10000 characters",
            })
    void a_file_without_an_end_is_a_usage_error(String arguments, String message) {
        assumeTrue(Files.exists(Path.of("/dev/zero")), "no /dev/zero");
        InProcess run = run(arguments.replace("!", "/dev/zero") + " smtp://localhost:1");
        assertThat(run.status()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(message.replace("!", "/dev/zero"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--format json=", "--targets-file ", "--metrics ", "--profile ", "--trust ", "--resume "})
    void what_is_no_name_of_a_file_is_a_usage_error(String option) {
        InProcess run = run(option + "a\0b smtp://localhost:1");
        assertThat(run.status()).as(run.err()).isEqualTo(2);
        assertThat(run.err())
                .contains(option.strip().replaceFirst("[ =].*", ""))
                .contains("is no name of a file: Nul character not allowed")
                .doesNotContain("\tat ");
    }

    /** The system decodes the arguments of a process by its locale: the file would be another one. */
    @ParameterizedTest
    @ValueSource(strings = {"--format json=", "--targets-file ", "--trust "})
    void a_name_that_the_locale_does_not_have_is_a_usage_error(String option) throws Exception {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && StandardCharsets.UTF_8.equals(Charset.forName(System.getProperty("sun.jnu.encoding"))),
                "no locale with UTF-8 to begin in");
        List<String> command = new ArrayList<>(CommandProcess.command());
        command.addAll(List.of((option + "b\u00fccher").split(" ", -1)));
        command.add("smtp://localhost:1");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "POSIX");
        try (CommandProcess process = CommandProcess.of(builder, folder)) {
            assertThat(process.exitStatus()).isEqualTo(2);
            assertThat(process.err())
                    .contains("the locale's encoding, ANSI_X3.4-1968, cannot name the file 'b")
                    .contains("LC_ALL=C.UTF-8");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "json=@ | cannot write the report @: it is a directory",
                "json=@none/report.json | cannot write the report @none/report.json: there is no folder @none",
            })
    void a_report_that_cannot_be_created_is_status_74(String format, String message) {
        InProcess run = run("--format " + format + " smtp://localhost:1");
        assertThat(run.status()).isEqualTo(74);
        assertThat(run.err().replace(folder + "/", "@").replace(folder.toString(), "@"))
                .startsWith("conformance: " + message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void a_report_is_not_begun_if_another_one_is_wrong() throws IOException {
        Path kept = Files.writeString(folder.resolve("a"), "of yesterday");
        assertThat(run("--format json=@a --format xml=@b smtp://localhost:1").status())
                .isEqualTo(2);
        assertThat(kept).hasContent("of yesterday");
    }

    @Test
    void two_formats_cannot_share_a_file_by_two_names() throws IOException {
        Files.createFile(folder.resolve("report.json"));
        assertThat(run("--format json=@report.json --format ndjson=@link.json smtp://localhost:1")
                        .err())
                .contains("two formats cannot share");
    }

    @Test
    void a_minus_is_standard_output() {
        assertThat(run("--format ndjson=- smtp://localhost:" + DeadPort.shared().number())
                        .out())
                .startsWith("{\"target\":\"smtp://localhost:");
    }

    @Test
    void a_target_named_twice_is_checked_once_and_that_is_said() throws IOException {
        String url = "smtp://localhost:" + DeadPort.shared().number();
        Path list = Files.writeString(
                folder.resolve("hosts.txt"),
                "\ufeff" + url + "\nsmtp://LOCALHOST:" + DeadPort.shared().number() + "\n");
        List<String> arguments = new ArrayList<>(List.of("--format", "ndjson", url, url, "--targets-file", "" + list));
        InProcess run = InProcess.run(arguments);
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.out().lines()).hasSize(1);
        assertThat(run.err().lines()).hasSize(3).allSatisfy(line -> assertThat(line)
                .contains("was named before")
                .contains("it is checked once"));
    }
}
