package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistyped calls: one line says what was expected, what came and what to type, and a second one where to read on. */
class CallErrorsTest {
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|\\S+");

    @TempDir
    Path folder;

    /** The words of a call; double quotes hold one together. */
    private static List<String> words(String call) {
        return WORD.matcher(call)
                .results()
                .map((MatchResult each) -> each.group(1) == null ? each.group() : each.group(1))
                .toList();
    }

    private static void assertMessage(String call, String message, String hint) {
        InProcess run = InProcess.run(words(call));
        assertThat(run.err()).isEqualToNormalizingNewlines("conformance: " + message + "\nTry " + hint + " --help.\n");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "--format json=x.json client smtp --command \"x {port}\" % --format comes after client: conformance client PROTOCOL --format F[=FILE]",
                "--only UP-S-10 --format json client smtp % --only comes after client: conformance client PROTOCOL --only ID|CLAUSE",
                "--list client imap % --list comes after client: conformance client PROTOCOL --list",
                "--trust nofile client smtp --command x{port} % --trust is not an option of client; conformance client --help lists those that are",
                "--version client % --version is not an option of client; conformance client --help lists those that are",
                "smtp://x smtp://y client smtp % 'smtp://x smtp://y' before client is not used: write conformance client PROTOCOL, or leave out 'client'",
            })
    void nothing_before_a_sub_command_is_dropped(String call, String message) {
        assertMessage(call, message, "conformance client");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "--command x{port} smtp % --command comes after client: conformance client PROTOCOL --command COMMAND",
                "--interactive % --interactive comes after client: conformance client PROTOCOL --interactive",
                "--trst ca.pem smtp://x % there is no option --trst; did you mean --trust?",
                "--tmeout=5 smtp://x % there is no option --tmeout; did you mean --timeout?",
                "--zzzzzz smtp://x % there is no option --zzzzzz; --help lists them all",
                "-v % there is no option -v; --help lists them all",
                "smtp://x --trust % --trust needs a value: --trust PEM",
                "--trust --list % --trust needs a value: --trust PEM",
                "--timeout 3 --timeout 4 smtp://x % --timeout is given twice",
                "--timeout abc smtp://x % --timeout is 1 to 3600 seconds, not 'abc'",
                "--timeout 0 smtp://x % --timeout is 1 to 3600 seconds, not 0",
                "--total-rate 0 smtp://x % --total-rate is 1 to 100000 connections per second, not 0",
                "--rate 1.5 smtp://x % --rate is 1 to 1000 connections per second, not '1.5'",
                "--port x mx:example.org % --port is 1 to 65535, not 'x'",
                "--seed x smtp://x % --seed is a whole number, not 'x'",
                "--level some smtp://x % --level is must, should or all, not 'some'",
                "--addresses one smtp://x % --addresses is first or all, not 'one'",
                "--list=x smtp://x % --list has no value, not 'x'",
            })
    void an_option_that_is_wrong_is_named_with_what_it_may_be(String call, String message) {
        assertMessage(call, message, "conformance");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "client smtp --trust ca.pem --command x{port} % --trust is not an option of client but of the check of servers: conformance --trust PEM URL",
                "client smtp --comand x{port} % there is no option --comand; did you mean --command?",
                "client smtp --command deliver {host} {port} % expected an option after 'conformance client' and its arguments, got '{host}'; a value with spaces has to be quoted",
                "client smtp --policy some % --policy is required, opportunistic or implicit, not 'some'",
                "client smtp --ports 70000 --command x % --ports is 0 to 65535, not 70000",
            })
    void a_wrong_call_of_a_sub_command_refers_to_its_help(String call, String message) {
        assertMessage(call, message, "conformance client");
    }

    @Test
    void help_before_a_sub_command_is_that_of_the_sub_command() {
        assertThat(InProcess.run(List.of("--help", "client")).out())
                .isEqualTo(InProcess.run(List.of("client", "--help")).out())
                .startsWith("Checks how a mail client");
    }

    @Test
    void no_report_is_written_by_a_call_that_is_refused() {
        List<String> call = new ArrayList<>(List.of("--format", "json=" + folder.resolve("x.json")));
        call.addAll(List.of("client", "smtp", "--command", "x {port}"));
        assertThat(InProcess.run(call).status()).isEqualTo(2);
        assertThat(folder.resolve("x.json")).doesNotExist();
    }
}
