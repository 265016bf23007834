package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
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

    @Test
    void completion_is_for_the_command_as_it_is_installed() {
        assertThat(AutoComplete.bash(installed.getCommandName(), installed).lines())
                .anyMatch(line -> line.startsWith("complete -F")
                        && line.endsWith(" starttls-conformance starttls-conformance.sh starttls-conformance.bash"));
    }
}
