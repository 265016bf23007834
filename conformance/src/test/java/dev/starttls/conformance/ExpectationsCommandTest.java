package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.UpgradeFault;
import dev.starttls.conformance.smtp.ScriptedSmtpSession;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --accept}, {@code --accept-file} and {@code --baseline}, of a server that executes injected commands. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ExpectationsCommandTest {
    private static ScriptedServer weak;
    private static ScriptedServer sound;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        weak = ScriptedSmtpSession.server(Scheme.SMTP, List.of(UpgradeFault.KEEPS_READ_AHEAD));
        sound = ScriptedSmtpSession.server(Scheme.SMTP, List.of());
    }

    @AfterAll
    static void stop() {
        weak.close();
        sound.close();
    }

    private static InProcess check(ScriptedServer server, String... options) {
        return InProcess.run(Stream.concat(
                        Stream.of("--only", "UP-S-10"),
                        Stream.concat(
                                Stream.of(options), Stream.of(server.target().url())))
                .toList());
    }

    private static JsonNode firstCheck(String json) throws IOException {
        return new ObjectMapper().readTree(json).get("checks").get(0);
    }

    @Test
    void a_failed_check_fails_the_run() {
        assertThat(check(weak).status()).isEqualTo(1);
    }

    @Test
    void an_accepted_failure_is_shown_with_its_reason_and_does_not_fail_the_run() {
        InProcess run = check(weak, "--accept", "up-s-10=the appliance is replaced in May, ticket #4711");
        assertThat(run.status()).isZero();
        assertThat(run.words())
                .contains("FAIL UP-S-10")
                .contains("accepted: the appliance is replaced in May, ticket #4711")
                .contains("1 failed")
                .contains("1 accepted")
                .doesNotContain("no security check failed.");
    }

    @Test
    void json_has_the_verdict_and_the_reason_of_what_is_accepted() throws IOException {
        InProcess run = check(weak, "--accept", "UP-S-10=known", "--format", "json");
        assertThat(firstCheck(run.out()).get("verdict").asText()).isEqualTo("fail");
        assertThat(firstCheck(run.out()).get("accepted").asText()).isEqualTo("known");
    }

    @Test
    void an_accepted_failure_is_no_failure_of_junit_but_in_its_output() {
        InProcess run = check(weak, "--accept", "UP-S-10=known", "--format", "junit");
        assertThat(run.out())
                .contains("failures=\"0\"")
                .doesNotContain("<failure")
                .contains("<system-out>FAILED, accepted: known");
    }

    @Test
    void html_does_not_say_that_nothing_failed() {
        assertThat(check(weak, "--accept", "UP-S-10=known", "--format", "html").words())
                .contains("that is neither accepted nor in the baseline");
    }

    @Test
    void what_is_accepted_for_another_scheme_or_target_fails_the_run() {
        assertThat(check(weak, "--accept", "UP-S-10@imap=known").status()).isEqualTo(1);
        assertThat(check(weak, "--accept", "UP-S-10@smtp://mail.example.org=known")
                        .status())
                .isEqualTo(1);
        assertThat(check(weak, "--accept", "UP-S-10@smtp=known").status()).isZero();
        assertThat(check(weak, "--accept", "UP-S-10@" + weak.target().url() + "=known")
                        .status())
                .isZero();
    }

    @Test
    void what_need_not_be_accepted_is_said() {
        InProcess run = check(sound, "--accept", "UP-S-10=known");
        assertThat(run.status()).isZero();
        assertThat(run.words()).contains("it passes, and need not be accepted: known");
    }

    @Test
    void a_file_accepts_line_by_line() throws IOException {
        Path file = Files.writeString(
                folder.resolve("accepted.txt"), "\ufeff# of the mail team\r\n\r\n  UP-S-10@smtp = ticket #4711\r\n");
        InProcess run = check(weak, "--accept-file", file.toString());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.words()).contains("accepted: ticket #4711");
    }

    @Test
    void a_line_that_accepts_nothing_is_named() throws IOException {
        Path file = Files.writeString(folder.resolve("accepted.txt"), "UP-S-10=known\nUP-S-99=known\n");
        InProcess run = check(weak, "--accept-file", file.toString());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("line 2 of " + file).contains("there is no check 'UP-S-99'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--accept UP-S-10 | expected ID=reason",
                "--accept UP-S-10= | expected ID=reason, with a reason",
                "--accept UP-S-99=x | there is no check 'UP-S-99'",
                "--accept UP-S-21=x | accept each of UP-S-21a, UP-S-21b that you mean",
                "--accept SMTP-S-24@imap=x | that check is not for imap://",
                "--accept UP-S-10@http=x | after @ comes a URL or one of smtp,",
                "--accept UP-S-10@http://x=x | there is no scheme 'http'",
                "--accept UP-S-10=x --accept up-s-10=y | is accepted twice",
                "--accept-file /no/such | --accept-file: cannot read /no/such: there is no such file",
                "--accept-file / | --accept-file: cannot read /: it is a directory",
                "--baseline /no/such | --baseline: cannot read /no/such: there is no such file",
                "--baseline / | --baseline: cannot read /: it is a directory",
                "--baseline /dev/null | got none",
            })
    void what_cannot_be_expected_is_a_usage_error(String arguments, String message) {
        InProcess run = check(weak, arguments.split(" ", -1));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    /** The report of a server, as if it were of the other one. */
    private Path baseline(ScriptedServer server, ScriptedServer other, String format) throws IOException {
        InProcess run = check(server, "--format", format);
        return Files.writeString(
                folder.resolve("last." + format),
                run.out().replace(server.target().url(), other.target().url()));
    }

    @ParameterizedTest
    @CsvSource({"json", "ndjson"})
    void a_failure_of_the_baseline_does_not_fail_the_run(String format) throws IOException {
        InProcess run = check(
                weak,
                "--baseline",
                baseline(weak, weak, format).toString(),
                "--format",
                "text",
                "--format",
                "json=" + folder.resolve("now.json"));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.words()).contains("FAIL UP-S-10").contains("as in the baseline");
        JsonNode check = firstCheck(Files.readString(folder.resolve("now.json")));
        assertThat(check.get("change").asText()).isEqualTo("same");
        assertThat(check.get("before").asText()).isEqualTo("fail");
    }

    @Test
    void a_failure_that_is_not_in_the_baseline_fails_the_run() throws IOException {
        InProcess run = check(weak, "--baseline", baseline(sound, weak, "json").toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.words()).contains("new failure (pass in the baseline)").contains("1 new failure");
    }

    @Test
    void a_failure_of_a_target_that_the_baseline_does_not_have_fails_the_run() throws IOException {
        InProcess run = check(weak, "--baseline", baseline(sound, sound, "json").toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.words()).contains("new failure (not in the baseline)");
    }

    @Test
    void what_is_fixed_since_the_baseline_is_said() throws IOException {
        InProcess run = check(sound, "--baseline", baseline(weak, sound, "json").toString());
        assertThat(run.status()).isZero();
        assertThat(run.words()).contains("fixed (fail in the baseline)").contains("1 fixed");
    }

    @Test
    void a_baseline_cannot_be_the_report_of_the_run() throws IOException {
        Path file = baseline(weak, weak, "json");
        String before = Files.readString(file);
        InProcess run = check(weak, "--baseline", file.toString(), "--format", "json=" + file);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("would overwrite a file that this run reads");
        assertThat(file).hasContent(before);
    }
}
