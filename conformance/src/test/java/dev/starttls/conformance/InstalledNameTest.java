package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The name that a package installs the command by: whoever reads the help types its lines as they stand. */
class InstalledNameTest {
    private final CommandLine installed = new Options().commandLine(Optional.of("starttls-conformance"));

    @Test
    void help_names_the_command_as_it_is_installed() {
        assertThat(installed.getUsageMessage().lines())
                .contains(
                        "Usage: starttls-conformance [options] [URL...]",
                        "  starttls-conformance smtp://mail.example.org")
                .noneMatch(line -> line.strip().startsWith("conformance ") || line.contains("conformance.jar"));
    }

    @Test
    void help_of_a_sub_command_names_both() {
        assertThat(installed.getSubcommands().get("client").getUsageMessage())
                .contains(
                        "Usage: starttls-conformance client smtp|imap|pop3 ",
                        "  starttls-conformance client imap --interactive");
    }

    @Test
    void help_of_the_jar_says_what_its_name_stands_for() {
        assertThat(new Options().commandLine(Optional.empty()).getUsageMessage().lines())
                .contains("Usage: conformance [options] [URL...]", "  conformance smtp://mail.example.org")
                .anyMatch(line -> line.startsWith("In these lines conformance is java -jar conformance.jar."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "client % starttls-conformance: expected the protocol of the client: starttls-conformance client smtp|imap|pop3",
                "client % Try starttls-conformance client --help.",
                "client ftp % as in starttls-conformance client imap",
                "--explain UP-C-04 % starttls-conformance client smtp --explain UP-C-04",
                "client pop3 --explain UP-S-10 % it is a check of servers: starttls-conformance --explain UP-S-10",
                "--list client smtp % starttls-conformance: --list comes after client: starttls-conformance client PROTOCOL --list",
                "http://x % Try starttls-conformance --help.",
                "--format json=/nonexistent/x smtp://localhost:1 % starttls-conformance: cannot write",
            })
    void messages_name_the_command_as_it_is_installed(String arguments, String message) {
        InProcess run = InProcess.installed("starttls-conformance", List.of(arguments.split(" ")));
        assertThat(run.err()).contains(message).doesNotContainPattern("(?<!-)conformance[: ](?!internal)");
    }

    @Test
    void what_is_printed_names_the_command_as_it_is_installed() {
        assertThat(InProcess.installed("starttls-conformance", List.of("--version"))
                        .out())
                .startsWith("starttls-conformance ");
        assertThat(InProcess.installed("starttls-conformance", List.of("--explain", "UP-S-10"))
                        .out())
                .contains("run     starttls-conformance --only UP-S-10 smtp://HOST:PORT");
        assertThat(InProcess.run(List.of("--explain", "UP-S-10")).out())
                .contains("run     java -jar conformance.jar --only UP-S-10 smtp://HOST:PORT");
    }

    @Test
    void completion_is_for_the_command_as_it_is_installed() {
        assertThat(CompletionScript.of(installed).lines().map(String::strip))
                .anyMatch(line -> line.startsWith("complete -F")
                        && line.endsWith(" starttls-conformance starttls-conformance.sh starttls-conformance.bash"));
    }
}
