package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 300, unit = TimeUnit.SECONDS)
class MainTest {
    private static final String ESCAPE = "\u001b";

    private static EmbeddedServers.Running servers;
    private static String smtp;
    private static String smtps;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Terminal terminal = Terminal.ABSENT;
    private String in = "";

    @BeforeAll
    static void start() throws IOException {
        servers = new LibraryServers().start();
        smtp = servers.targets().get(0).url();
        smtps = servers.targets().get(2).url();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    private int run(String... args) {
        CommandEnvironment environment = new CommandEnvironment(
                new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                terminal);
        return Main.run(environment, new LibraryServers(), args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private Path trust() throws IOException, CertificateEncodingException {
        return Files.writeString(
                folder.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(servers.trust().get(0).getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }

    private static String closedPort() {
        return "smtp://localhost:" + DeadPort.shared().number();
    }

    @Test
    void without_a_target_the_built_in_servers_are_checked_and_pass() {
        assertThat(run()).as(out()).isZero();
        assertThat(out())
                .contains("smtp://localhost:")
                .contains("submission://localhost:")
                .contains("smtps://localhost:")
                .contains("imap://localhost:")
                .contains("imaps://localhost:")
                .contains("pop3://localhost:")
                .contains("pop3s://localhost:")
                .contains("no MUST and no security check failed")
                .doesNotContain("FAIL")
                .doesNotContain(ESCAPE);
        // A limit of more than a few seconds for a stalled handshake is not seen in the time there is, and the built-in
        // IMAP server has no mailboxes to list after a login.
        assertThat(out().lines().filter(line -> line.startsWith("  ????  ")))
                .allSatisfy(line -> assertThat(line).containsPattern("TLS-S-15b|UP-S-56"));
        // What the TLS of Java lacks (empty records of TLS 1.3, strictness with ClientHellos) is reported, and nothing
        // else is wrong.
        assertThat(out().lines().filter(line -> line.startsWith("  warn  ")))
                .allSatisfy(line -> assertThat(line).containsPattern("TLS-S-(20c|42|54)"));
        assertThat(err()).isEmpty();
    }

    @Test
    void a_good_server_is_status_0_and_its_report_names_tls_and_phases() throws Exception {
        assertThat(run("--trust", trust().toString(), smtp)).isZero();
        assertThat(out())
                .contains(smtp)
                .contains("TLSv1.3")
                .contains("CN=localhost")
                .contains("handshake ")
                .contains("pass  UP-S-01");
    }

    @Test
    void a_target_that_cannot_be_reached_is_status_3() throws IOException {
        assertThat(run(closedPort())).isEqualTo(3);
        assertThat(out()).contains("cannot connect to").contains("No checks were run");
    }

    @Test
    void tls_on_a_plaintext_url_is_status_3_with_the_right_url() {
        assertThat(run("--timeout", "4", smtps.replace("smtps://", "smtp://"))).isEqualTo(3);
        assertThat(out().replaceAll("\\s+", " ")).contains("use " + smtps);
    }

    @Test
    void plaintext_on_a_tls_url_is_status_3_with_the_right_url() {
        assertThat(run("--timeout", "4", smtp.replace("smtp://", "smtps://"))).isEqualTo(3);
        assertThat(out().replaceAll("\\s+", " ")).contains("use " + smtp);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://x | there is no scheme",
                "--format xml smtp://x | there is no format 'xml'",
                "--format text --format json smtp://x | cannot share standard output",
                "--format json= smtp://x | needs a file name",
                "--format json=/no/such/x --format text=/no/such/x smtp://x | two formats cannot share /no/such/x",
                "--level some smtp://x | --level",
                "--timeout 0 smtp://x | --timeout is 1 to",
                "--timeout soon smtp://x | --timeout",
                "--parallel 0 smtp://x | --parallel is 1 to",
                "--user me smtp://x | go together",
                "--password-file /dev/null smtp://x | go together",
                "--user me --password-file /no/such smtp://x | cannot read",
                "--trust /no/such smtp://x | cannot read",
                "--trust /dev/null smtp://x | it contains no certificate",
                "--only UP-S-01 --skip UP-S-* smtp://x | no check is left",
                "--only NOTHING smtp://x | there is no check 'NOTHING'",
                "--only RFC8689 imap://x | imap://x:143: no check of 'RFC8689' is for imap://",
                "--only SMTP-S-24 --only SMTP-S-26 imaps://x pop3://y | no check of 'SMTP-S-24' or 'SMTP-S-26' is for pop3://",
                "--only TLS-S-* --only SMTP-S-26 --skip TLS-S-* imaps://x | that --skip and --level leave is for imaps://",
                "--only BSI-03 smtp://x | there is no check 'BSI-03' without --profile bsi-tr-02102-2",
                "--profile mozilla-intermediate --skip BSI-03 smtp://x | no check 'BSI-03' without --profile bsi-",
                "--profile mozilla-intermediate --only MOZ-99 smtp://x | there is no check 'MOZ-99'; --list names",
                "--explain MOZ-99 | there is no check 'MOZ-99'",
                "--explain UP-C-04 | it is a case for clients of SMTP and IMAP and POP3: conformance client smtp --explain UP-C-04",
                "--only SMTP-C-01c smtp://x | for clients of SMTP: conformance client smtp --only SMTP-C-01c",
                "--explain SMTP-S-99 | there is no check 'SMTP-S-99'",
                "--targets-file /no/such | cannot read /no/such",
                "--bogus | --bogus",
            })
    void a_wrong_call_is_status_2_and_reported(String args, String message) {
        assertThat(run(args.split(" ", -1))).isEqualTo(2);
        assertThat(err()).contains(message).endsWith("Try conformance --help." + System.lineSeparator());
        assertThat(out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "PRIVATE KEY, got a private key",
        "EC PRIVATE KEY, got a private key",
        "CERTIFICATE, got what is no certificate"
    })
    void a_file_of_roots_that_has_something_else_is_reported(String label, String got) throws IOException {
        Path file = Files.writeString(
                folder.resolve("server.key"), "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----\n");
        assertThat(run("--trust", file.toString(), "smtp://x")).isEqualTo(2);
        assertThat(err()).contains(file + ": expected -----BEGIN CERTIFICATE-----, " + got);
    }

    @Test
    void json_is_as_the_contract_has_it() throws Exception {
        assertThat(run("--trust", trust().toString(), "--format", "json", smtp)).isZero();
        JsonNode json = new ObjectMapper().readTree(out());
        assertThat(names(json))
                .containsExactly(
                        "target",
                        "kind",
                        "protocol",
                        "address",
                        "started",
                        "duration_ms",
                        "summary",
                        "tls",
                        "phases",
                        "checks");
        assertThat(json.get("target").asText()).isEqualTo(smtp);
        assertThat(json.get("protocol").asText()).isEqualTo("smtp");
        assertThat(java.time.Instant.parse(json.get("started").asText())).isBefore(java.time.Instant.now());
        assertThat(json.get("duration_ms").isIntegralNumber()).isTrue();
        assertThat(names(json.get("summary"))).containsExactly("passed", "failed", "warned", "skipped", "inconclusive");
        assertThat(json.get("tls").get("version").asText()).isEqualTo("TLSv1.3");
        assertThat(json.get("tls").get("chain").get(0).get("names").toString()).contains("localhost");
        assertThat(json.get("phases").findValuesAsText("name"))
                .containsExactly("CONNECT", "GREETING", "CAPABILITY", "COMMAND", "HANDSHAKE", "RECAPABILITY");
        assertThat(json.get("phases").get(0).get("ms").isNumber()).isTrue();
        int counted = 0;
        for (JsonNode count : json.get("summary")) {
            counted += count.asInt();
        }
        assertThat(json.get("checks")).hasSize(counted);
        for (JsonNode check : json.get("checks")) {
            assertThat(names(check))
                    .containsExactly(
                            "id",
                            "title",
                            "clause",
                            "level",
                            "verdict",
                            "detail",
                            "why",
                            "fix",
                            "duration_ms",
                            "transcript");
            assertThat(check.get("level").asText()).isIn("must", "should", "security");
            assertThat(check.get("verdict").asText()).isIn("pass", "fail", "warn", "skip", "inconclusive");
            assertThat(check.get("detail").asText()).isNotBlank();
            if (check.get("verdict").asText().equals("pass")) {
                assertThat(check.get("transcript")).as(check.get("id").asText()).isNotEmpty();
            }
        }
        assertThat(json.get("checks").findValuesAsText("id")).isSorted();
    }

    private static List<String> names(JsonNode json) {
        List<String> names = new ArrayList<>();
        for (Iterator<String> each = json.fieldNames(); each.hasNext(); ) {
            names.add(each.next());
        }
        return names;
    }

    @Test
    void an_unreachable_target_is_an_object_too_with_its_error() throws IOException {
        assertThat(run("--format", "json", closedPort())).isEqualTo(3);
        JsonNode json = new ObjectMapper().readTree(out());
        assertThat(json.get("error").asText()).contains("cannot connect");
        assertThat(json.get("checks")).isEmpty();
    }

    @Test
    void ndjson_is_one_object_a_line_and_json_objects_follow_one_another() throws IOException {
        assertThat(run("--format", "ndjson", "--only", "UP-S-01", smtp, smtps)).isZero();
        List<String> lines = out().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(new ObjectMapper().readTree(lines.get(1)).get("target").asText())
                .isEqualTo(smtps);
        out.reset();
        assertThat(run("--format", "json", "--only", "UP-S-01", smtp, smtps)).isZero();
        try (MappingIterator<JsonNode> all =
                new ObjectMapper().readerFor(JsonNode.class).readValues(out())) {
            assertThat(all.readAll()).hasSize(2);
        }
    }

    @Test
    void formats_go_to_files_side_by_side() throws IOException {
        Path json = folder.resolve("report.json");
        Path text = folder.resolve("report.txt");
        assertThat(run(
                        "--only",
                        "UP-S-01",
                        "--format",
                        "json=" + json,
                        "--format",
                        "text=" + text,
                        "--format",
                        "ndjson",
                        smtp))
                .isZero();
        assertThat(new ObjectMapper()
                        .readTree(Files.readString(json))
                        .get("target")
                        .asText())
                .isEqualTo(smtp);
        assertThat(Files.readString(text)).contains("pass  UP-S-01");
        assertThat(out().lines()).hasSize(1);
    }

    @Test
    void a_terminal_is_told_the_conclusion_and_the_files_if_all_reports_go_to_files() {
        terminal = Terminal.PROGRESS_ONLY;
        Path json = folder.resolve("report.json");
        Path html = folder.resolve("report.html");
        assertThat(run("--only", "UP-S-02", "--only", "UP-S-10", "--format", "json=" + json, smtp))
                .isZero();
        assertThat(err())
                .contains(
                        "conformance: " + smtp + ": You may rely on this server: no MUST and no security check failed.")
                .endsWith("conformance: the report is in " + json + System.lineSeparator());
        err.reset();
        String two = "json=" + json;
        assertThat(run(
                        "--only",
                        "UP-S-02",
                        "--only",
                        "UP-S-10",
                        "--format",
                        two,
                        "--format",
                        "html=" + html,
                        smtp,
                        smtps))
                .isZero();
        assertThat(err())
                .contains("conformance: 2 servers: 2 may be relied on, 0 may not, 0 not known")
                .endsWith("conformance: the reports are in " + json + ", " + html + System.lineSeparator());
        assertThat(out()).isEmpty();
    }

    @Test
    void a_terminal_is_told_no_conclusion_beside_a_report_and_a_pipe_none_at_all() {
        terminal = Terminal.PROGRESS_ONLY;
        assertThat(run("--only", "UP-S-02", "--format", "json", smtp)).isZero();
        assertThat(err()).doesNotContain("conformance: ");
        err.reset();
        terminal = Terminal.ABSENT;
        assertThat(run("--only", "UP-S-02", "--format", "json=" + folder.resolve("report.json"), smtp))
                .isZero();
        assertThat(err()).isEmpty();
    }

    @Test
    void a_rule_of_a_profile_is_no_check_of_a_must_that_was_run() {
        assertThat(run("--profile", "bsi-tr-02102-2", "--only", "BSI-01", smtp)).isZero();
        assertThat(out()).contains("  MUST and security checks were not run");
    }

    @Test
    void targets_come_from_standard_input_line_by_line_and_a_bad_line_does_not_stop_them() {
        in = "# servers\n\n" + smtp + "\nnonsense\n  " + smtps + "  \n";
        assertThat(run("--targets-file", "-", "--format", "ndjson", "--only", "UP-S-01"))
                .isEqualTo(2);
        assertThat(out().lines()).hasSize(2);
        assertThat(err()).contains("line 4 of the targets").contains("'nonsense' is not a target");
    }

    @Test
    void a_target_without_a_check_is_reported_beside_others_and_has_no_report() throws IOException {
        String imap = servers.targets().stream()
                .map(Target::url)
                .filter(url -> url.startsWith("imap:"))
                .findFirst()
                .orElseThrow();
        assertThat(run("--format", "ndjson", "--only", "RFC 3207 2", smtp, imap))
                .isEqualTo(2);
        assertThat(out().lines()).hasSize(1);
        assertThat(err()).isEqualTo("conformance: " + imap + ": no check of 'RFC 3207 2' is for imap://\n");
        out.reset();
        in = imap + "\n";
        assertThat(run("--format", "ndjson", "--only", "RFC 3207 2", "--targets-file", "-"))
                .isEqualTo(2);
        assertThat(out()).isEmpty();
    }

    @Test
    void an_empty_list_of_targets_is_status_2() {
        assertThat(run("--targets-file", "/dev/null")).isEqualTo(2);
        assertThat(err()).contains("there is no target in the targets file /dev/null");
        assertThat(run("--targets-file", "-")).isEqualTo(2);
        assertThat(err()).contains("there is no target in standard input");
    }

    @Test
    void of_the_built_in_servers_those_are_checked_that_the_selection_is_for() {
        assertThat(run("--format", "ndjson", "--only", "RFC 3207 2")).isZero();
        assertThat(out().lines()).isNotEmpty().allSatisfy(line -> assertThat(line)
                .containsPattern("\"target\":\"(smtps?|submission)://"));
        assertThat(err()).isEmpty();
    }

    @Test
    void targets_come_from_a_file() throws IOException {
        Path file = Files.writeString(folder.resolve("targets"), smtp + "\n" + closedPort() + "\n");
        assertThat(run("--targets-file", file.toString(), "--format", "ndjson", "--only", "UP-S-01"))
                .isEqualTo(3);
        assertThat(out().lines()).hasSize(2);
    }

    @Test
    void only_skip_and_level_choose_checks() throws IOException {
        assertThat(run("--format", "json", "--only", "UP-S-22", "--level", "must", smtp))
                .isZero();
        assertThat(new ObjectMapper().readTree(out()).get("checks").findValuesAsText("id"))
                .containsExactly("UP-S-22a");
    }

    @Test
    void only_chooses_a_rule_of_a_profile_and_what_it_is_judged_by_is_run() throws IOException {
        assertThat(run("--format", "json", "--profile", "bsi-tr-02102-2", "--only", "BSI-01", smtp))
                .isZero();
        JsonNode checks = new ObjectMapper().readTree(out()).get("checks");
        assertThat(checks.findValuesAsText("id")).containsExactly("TLS-S-05b", "BSI-01");
        assertThat(checks.findValuesAsText("verdict")).element(1).isEqualTo("pass");
    }

    @Test
    void the_conclusion_claims_nothing_of_a_level_that_was_not_run() {
        assertThat(run("--only", "UP-S-21", "--only", "UP-S-02", "--level", "must", smtp))
                .isZero();
        assertThat(out())
                .contains(
                        "  No MUST check failed; security checks were not run (--level, --only, --skip), so whether you");
    }

    @Test
    void a_terminal_gets_colour_and_progress() {
        terminal = Terminal.PRESENT;
        assertThat(run("--only", "UP-S-01", smtp)).isZero();
        assertThat(out()).contains(ESCAPE + "[32mpass" + ESCAPE + "[0m");
        assertThat(err()).contains("1/1");
    }

    @Test
    void no_color_leaves_progress_and_takes_colour_away() {
        terminal = Terminal.COLOURLESS;
        assertThat(run("--only", "UP-S-01", smtp)).isZero();
        assertThat(out()).doesNotContain(ESCAPE);
        assertThat(err()).contains("1/1");
    }

    @Test
    void list_names_every_check_in_order() {
        assertThat(run("--list")).isZero();
        assertThat(out().lines().map(line -> line.substring(0, line.indexOf(' '))))
                .isSorted()
                .hasSize((int) Suite.catalogue().all().stream()
                        .map(Check::id)
                        .distinct()
                        .count());
        assertThat(out())
                .contains("UP-S-02      must      the upgrade command is offered before TLS, without parameters"
                        + " (RFC 3207 section 2; RFC 9051 section 6.2.1; RFC 2595 section 4)");
    }

    @Test
    void list_honours_the_selection() {
        assertThat(run("--list", "--only", "UP-S-21*")).isZero();
        assertThat(out().lines()).hasSize(2);
    }

    @Test
    void explain_prints_clause_attack_and_fix() {
        assertThat(run("--explain", "up-s-10")).isZero();
        assertThat(out())
                .contains("UP-S-10")
                .contains("CVE-2011-0411")
                .contains("security")
                .contains("smtp://, submission://, imap://, pop3://")
                .contains("Postfix");
    }

    @Test
    void explain_of_a_row_explains_all_its_checks() {
        assertThat(run("--explain", "UP-S-21")).isZero();
        assertThat(out()).contains("UP-S-21a").contains("UP-S-21b");
    }

    @Test
    void help_shows_options_examples_and_exit_status() {
        assertThat(run("--help")).isZero();
        assertThat(out())
                .contains("--trust", "--server-name", "--user", "--password-file", "--only", "--skip", "--level")
                .contains("--accept", "--accept-file", "--baseline", "--addresses", "70", "74", "141", "connections")
                .contains("--timeout", "--parallel", "--targets-file", "--format", "--list", "--explain", "--version")
                .contains("Examples:", "Exit status:", "java -jar conformance.jar");
        assertThat(out().lines()).contains("  imaps://HOST[:993]", "  pop3s://HOST[:995]");
    }

    @Test
    void help_has_its_options_under_what_they_are_about() {
        assertThat(run("--help")).isZero();
        assertThat(out())
                .containsSubsequence("The server:", "--trust", "Checks:", "--only", "What fails a run:", "--baseline")
                .containsSubsequence("Time and load:", "--rate", "Many targets:", "--survey", "Domains:", "--resolver")
                .containsSubsequence("Output:", "--format", "--help", "Commands:", "Exit status:");
        assertThat(run("client", "--help")).isZero();
        assertThat(out())
                .containsSubsequence(
                        "The client:", "--command", "Where it connects to:", "--listen", "Cases:", "--only");
        assertThat(out()).doesNotContain("Options:");
    }

    @Test
    void help_names_the_options_of_a_fleet() {
        assertThat(run("--help")).isZero();
        assertThat(out())
                .contains(
                        "--survey",
                        "--resume=FILE",
                        "--blocklist=FILE",
                        "--seed=N",
                        "--total-rate=N",
                        "--metrics=FILE",
                        "--local-address=ADDRESS");
    }

    @Test
    void help_lists_every_scheme_with_its_port() {
        assertThat(run("--help")).isZero();
        // A line may end within a URL.
        assertThat(out().replaceAll("\\s", ""))
                .contains("submission://HOST[:587]", "imaps://HOST[:993]")
                .contains(Arrays.stream(Scheme.values()).map(Scheme::pattern).toList());
    }

    @Test
    void a_fault_of_the_suite_is_none_of_the_statuses_that_judge_a_server() {
        CommandEnvironment environment = new CommandEnvironment(
                InputStream.nullInputStream(),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                terminal);
        EmbeddedServers broken = () -> {
            throw new IllegalStateException("oops");
        };
        assertThat(Main.run(environment, broken)).isEqualTo(70);
        assertThat(err()).contains("an internal error of the suite").contains("oops");
    }

    @Test
    void schema_is_the_schema_of_json() throws IOException {
        assertThat(run("--schema")).isZero();
        assertThat(new ObjectMapper().readTree(out()).get("required").toString())
                .contains("checks");
    }

    @Test
    void version_is_printed() {
        assertThat(run("--version")).isZero();
        assertThat(out()).startsWith("conformance ");
    }
}
