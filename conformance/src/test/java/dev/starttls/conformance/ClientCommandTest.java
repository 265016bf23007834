package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.client.TestClientMain;
import dev.starttls.conformance.report.JsonReport;
import dev.starttls.core.testing.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command {@code conformance client} with clients that are commands themselves. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ClientCommandTest {
    /** Reads a greeting and goes: with status 1, and nothing sent that matters. */
    private static final String SHY = talking("QUIT", 1);

    /** Sends mail in plaintext wherever it is. */
    private static final String CARELESS = talking("MAIL FROM:<a@example.org>", 0);

    @TempDir
    Path folder;

    @BeforeAll
    static void requireShell() {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash, which can open a connection");
    }

    /** A client that reads the greeting, sends a line, reads a line and ends with this status. */
    private static String talking(String line, int status) {
        return "/bin/bash -c 'exec 3<>/dev/tcp/{host}/{port}; read -r greeting <&3; printf \"%s\\r\\n\" \"" + line
                + "\" >&3; read -r answer <&3; exit " + status + "'";
    }

    private static InProcess client(String command, String... options) {
        List<String> words = new ArrayList<>(List.of("client", "smtp", "--command", command));
        words.addAll(List.of(options));
        return InProcess.run(words);
    }

    /** The same where it does not matter that the client never upgrades. */
    private static InProcess clientWithoutTls(String command, String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.addAll(List.of("--accept", "UP-C-00=it has no TLS"));
        return client(command, words.toArray(String[]::new));
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    @Test
    void a_client_that_upgrades_is_status_0_and_its_report_names_what_it_did() {
        InProcess run = client(upgrading(), "--only", "UP-C-00", "--only", "UP-C-01a");
        assertThat(run.out())
                .contains("client:smtp\n  policy       required\n  command      ")
                .contains("pass  UP-C-00 ")
                .contains("pass  UP-C-01a")
                .contains("No MUST case failed");
        assertThat(run.words()).contains("inside TLS it sent: EHLO AUTH").contains("it ended with: exit status 0");
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
    }

    @Test
    void the_run_with_a_well_behaved_server_is_judged_whatever_is_selected() {
        for (String[] selection : new String[][] {
            {"--only", "UP-C-01a"},
            {"--skip", "UP-C-00", "--only", "UP-C-01a"},
            {"--only", "UP-C-20a", "--level", "should"}
        }) {
            InProcess run = client(SHY, selection);
            assertThat(run.out()).contains("FAIL  UP-C-00");
            assertThat(run.words()).contains("did not use the upgrade that was offered");
            assertThat(run.status()).isEqualTo(1);
        }
    }

    @Test
    void the_run_with_a_well_behaved_server_is_made_once() throws IOException {
        Path runs = file("runs");
        client("echo {case} >> " + runs + "; " + SHY, "--only", "UP-C-00", "--only", "UP-C-01a");
        assertThat(Files.readAllLines(runs)).containsOnlyOnce("UP-C-00");
    }

    /** Upgrades and sends a message, and then ends with this status whatever happened. */
    private static String queueing(int status) {
        return upgrading() + "; exit " + status;
    }

    private static String upgrading() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return java + " -XX:TieredStopAtLevel=1 -cp '" + System.getProperty("java.class.path") + "' "
                + TestClientMain.class.getName() + " {host} {port} {user} {password} {ca}";
    }

    @Test
    void a_command_that_exits_with_0_whatever_happens_fails_by_it() {
        InProcess run = client(queueing(0), "--only", "UP-C-01a");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.words()).contains("reports success, although nothing could be done without TLS");
    }

    @Test
    void where_the_exit_status_is_ignored_what_only_it_can_show_is_inconclusive() {
        InProcess run = client(queueing(0), "--exit-status", "ignored", "--only", "UP-C-01a", "--only", "UP-C-19a");
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains("pass  UP-C-00")
                .contains("pass  UP-C-01a")
                .doesNotContain("pass  UP-C-19a");
        assertThat(run.words())
                .contains("only what the client reports of its success can show it, and that is not known:"
                        + " exit status 0, which is ignored");
    }

    @Test
    void a_command_that_fails_with_a_well_behaved_server_too_is_told_so() {
        InProcess run = client(queueing(7), "--only", "UP-C-19a");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("warn  UP-C-00").doesNotContain("pass  UP-C-19a");
        assertThat(run.words())
                .contains("upgraded, but with a well-behaved server too it reports a failure: exit status 7")
                .contains("with a well-behaved server it reports none either: exit status 7");
    }

    @Test
    void a_client_that_sends_mail_in_plaintext_is_status_1_with_what_it_sent() {
        InProcess run = client(CARELESS, "--only", "UP-C-01a");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.words()).contains("sent 'MAIL FROM:<a@example.org>' in plaintext");
    }

    @Test
    void what_required_forbids_is_a_warning_for_an_opportunistic_client() {
        InProcess run = clientWithoutTls(CARELESS, "--only", "UP-C-01a", "--policy", "opportunistic");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("policy       opportunistic").contains("warn  UP-C-01a");
    }

    @Test
    void a_case_about_the_upgrade_does_not_apply_with_tls_from_the_first_octet() {
        InProcess run =
                client("/bin/bash -c 'exec 3<>/dev/tcp/{host}/{port}'", "--only", "UP-C-01a", "--policy", "implicit");
        assertThat(run.words()).contains("with TLS from the first octet there is no upgrade: UP-C-01a");
    }

    @Test
    void a_client_that_never_connects_is_status_3_with_what_it_printed() {
        InProcess run = client("echo no route to {port}; exit 7", "--only", "UP-C-01a");
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.words())
                .contains("the client never connected to the well-behaved server: exit status 7;"
                        + " it printed: no route to ")
                .contains("No cases were run.");
    }

    @Test
    void a_case_in_which_the_client_does_not_connect_is_status_3() {
        InProcess run =
                clientWithoutTls("if [ {case} = UP-C-00 ]; then " + SHY + "; else exit 5; fi", "--only", "UP-C-01a");
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.words()).contains("the client did not connect: exit status 5");
    }

    @Test
    void status_89_skips_the_case() {
        InProcess run = clientWithoutTls("if [ {case} = UP-C-01a ]; then exit 89; fi; " + SHY, "--only", "UP-C-01a");
        assertThat(run.status()).isZero();
        assertThat(run.words()).contains("the client cannot do this case: exit status 89: UP-C-01a");
    }

    @Test
    void what_the_client_does_not_do_with_a_well_behaved_server_is_inconclusive() {
        InProcess run = clientWithoutTls(SHY, "--only", "UP-C-02a");
        assertThat(run.status()).isZero();
        assertThat(run.words()).contains("with a well-behaved server the client never finished a handshake");
    }

    @Test
    void the_placeholders_are_those_of_the_case() throws IOException {
        Path seen = file("seen");
        client(
                "ls -A {dir} | wc -l >> " + seen + "; head -1 {ca} >> " + seen + "; echo {case} {user} >> " + seen
                        + "; " + SHY,
                "--only",
                "UP-C-01a",
                "--parallel",
                "1");
        List<String> lines = Files.readAllLines(seen);
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0).strip()).isEqualTo("0");
        assertThat(lines.get(1)).isEqualTo("-----BEGIN CERTIFICATE-----");
        assertThat(lines.get(2)).matches("UP-C-00 up-c-00-[a-z0-9]{4}@example.org");
        assertThat(lines.get(5)).matches("UP-C-01a up-c-01a-[a-z0-9]{4}@example.org");
    }

    @Test
    void the_setup_is_run_once_and_the_reset_before_each_run() throws IOException {
        Path order = file("order");
        InProcess run = client(
                "echo run {case} >> " + order + "; " + SHY,
                "--setup",
                "echo setup {case} {port} >> " + order,
                "--reset",
                "echo reset {case} >> " + order,
                "--only",
                "UP-C-01a",
                "--parallel",
                "1");
        List<String> lines = Files.readAllLines(order);
        assertThat(lines.get(0)).matches("setup UP-C-00 [0-9]+");
        assertThat(lines.subList(1, lines.size()))
                .containsExactly("reset UP-C-00", "run UP-C-00", "reset UP-C-01a", "run UP-C-01a");
        assertThat(run.out()).contains("pass  UP-C-01a");
    }

    @Test
    void the_port_may_be_given_to_the_client_by_the_reset() {
        InProcess run = clientWithoutTls(
                SHY.replace("{port}", "$(cat " + file("port") + ")"),
                "--reset",
                "echo {port} > " + file("port"),
                "--only",
                "UP-C-01a",
                "--parallel",
                "1");
        assertThat(run.out()).contains("pass  UP-C-01a");
    }

    @Test
    void a_setup_that_fails_ends_the_run_with_status_3_and_its_output() {
        InProcess run = client(SHY, "--setup", "echo no such account; exit 4", "--only", "UP-C-01a");
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.words())
                .contains("the client was not run: expected exit status 0 of the command of --setup, got exit status 4;"
                        + " it printed: no such account")
                .contains("No cases were run.");
    }

    @Test
    void a_reset_that_fails_makes_its_case_inconclusive() {
        InProcess run =
                clientWithoutTls(SHY, "--reset", "[ {case} != UP-C-01a ]", "--only", "UP-C-01a", "--only", "UP-C-02a");
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.words())
                .contains(
                        "the client was not run: expected exit status 0 of the command of --reset, got exit status 1");
    }

    @Test
    void a_setup_that_does_not_end_is_ended_at_the_limit() {
        InProcess run = client(SHY, "--setup", "sleep 1000", "--timeout", "1", "--only", "UP-C-01a");
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.words()).contains("the command of --setup, got ended after 1 s");
    }

    @Test
    void at_the_limit_the_command_is_ended_and_what_it_started() throws Exception {
        Path children = file("children");
        InProcess run = client(
                "if [ {case} = UP-C-00 ]; then " + SHY + "; else sleep 1000 & echo $! > " + children + "; wait; fi",
                "--timeout",
                "1",
                "--only",
                "UP-C-01a");
        assertThat(run.words()).contains("the client did not connect: ended after 1 s");
        long child = Long.parseLong(Files.readString(children).strip());
        // The child may be a moment in ending; if it were not, this would wait for longer than a test may.
        ProcessHandle.of(child).ifPresent(handle -> handle.onExit().join());
    }

    /** Reports its process to this port, and goes on for ever; after it has done that, its process and a child are there. */
    private static String waiting(int port) {
        return "/bin/bash -c 'sleep 1000 & exec 3<>/dev/tcp/127.0.0.1/" + port
                + "; echo $$ >&3; echo $! >&3; wait; : {port}'";
    }

    @ParameterizedTest
    @CsvSource({"UP-C-00, 0", "UP-C-01a, 1"})
    @EnabledOnOs(OS.LINUX)
    void an_interrupt_ends_the_client_removes_the_files_and_reports_the_cases_that_are_done(String waits, int reported)
            throws Exception {
        Path temporary = Files.createDirectory(file("temporary"));
        Path report = file("report.json");
        try (ServerSocket contact = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String client = "if [ {case} = " + waits + " ]; then " + waiting(contact.getLocalPort()) + "; fi; " + SHY;
            List<String> words = new ArrayList<>(CommandProcess.command());
            words.add(1, "-Djava.io.tmpdir=" + temporary);
            words.addAll(List.of("client", "smtp", "--only", "UP-C-01a", "--parallel", "1", "--timeout", "170"));
            words.addAll(List.of("--format", "ndjson=" + report, "--command", client));
            try (CommandProcess command = CommandProcess.of(new ProcessBuilder(words), folder);
                    Socket contacting = contact.accept();
                    BufferedReader heard = new BufferedReader(
                            new InputStreamReader(contacting.getInputStream(), StandardCharsets.US_ASCII))) {
                List<Optional<ProcessHandle>> started = List.of(
                        ProcessHandle.of(Long.parseLong(heard.readLine())),
                        ProcessHandle.of(Long.parseLong(heard.readLine())));
                command.signal("TERM");
                assertThat(command.exitStatus()).isEqualTo(143);
                started.forEach(each -> each.ifPresent(one -> one.onExit().join()));
                assertThat(temporary).isEmptyDirectory();
                assertThat(command.err())
                        .contains("interrupted: 0 targets done")
                        .contains("1 started and not finished");
                List<String> lines = Files.readAllLines(report);
                assertThat(lines).hasSize(reported);
                for (String line : lines) {
                    assertThat(line).contains("interrupted when 1 of 2 cases were done");
                    assertThat(new ObjectMapper().readTree(line).get("checks").findValuesAsText("id"))
                            .containsExactly("UP-C-00");
                }
            }
        }
    }

    @Test
    void a_port_that_is_taken_is_status_74_and_no_fault_of_the_client() throws IOException {
        try (ServerSocket taken = afterFreePort()) {
            int port = taken.getLocalPort();
            String sentence = "expected a port to listen on, got 127.0.0.1:" + port;
            InProcess control = client(SHY, "--only", "UP-C-01a", "--ports", String.valueOf(port));
            assertThat(control.status()).isEqualTo(74);
            assertThat(control.out()).isEmpty();
            assertThat(control.err()).contains("conformance: the cases cannot be run: " + sentence);
            InProcess other = clientWithoutTls(SHY, "--only", "UP-C-01a", "--ports", String.valueOf(port - 1));
            assertThat(other.status()).isEqualTo(74);
            assertThat(other.words()).contains("the client was not run: " + sentence);
            assertThat(other.err()).contains("conformance: " + sentence).contains("choose others with --ports");
        }
    }

    /** Has a port, and the port before it is free. */
    private static ServerSocket afterFreePort() throws IOException {
        int free = ServerProcess.freePorts(1).get(0);
        try {
            return new ServerSocket(free + 1, 1, InetAddress.getLoopbackAddress());
        } catch (BindException e) {
            // Another has the second: once more.
            return afterFreePort();
        }
    }

    @Test
    void levels_and_skip_choose_the_cases() {
        assertThat(client(SHY, "--skip", "UP-C-0*", "--only", "UP-C-0*").err()).contains("no case is left");
        InProcess run = client(SHY, "--only", "UP-C-0*", "--skip", "UP-C-02", "--level", "must", "--list");
        assertThat(run.out()).contains("UP-C-01a").doesNotContain("UP-C-02a");
    }

    @Test
    void an_accepted_finding_does_not_fail_the_run() {
        InProcess run = clientWithoutTls(CARELESS, "--only", "UP-C-01a", "--accept", "UP-C-01a=it has no password");
        assertThat(run.status()).isZero();
        assertThat(run.words()).contains("accepted: it has no password").contains("FAIL UP-C-01a");
    }

    @Test
    void a_finding_of_the_baseline_does_not_fail_the_run_and_a_new_one_does() {
        Path before = file("before.json");
        assertThat(client(CARELESS, "--only", "UP-C-01a", "--format", "json=" + before)
                        .status())
                .isEqualTo(1);
        InProcess same = client(CARELESS, "--only", "UP-C-01a", "--baseline", before.toString());
        assertThat(same.status()).isZero();
        assertThat(same.words()).contains("as in the baseline");
        InProcess more =
                client(CARELESS, "--only", "UP-C-01a", "--only", "SMTP-C-01c", "--baseline", before.toString());
        assertThat(more.status()).isEqualTo(1);
        assertThat(more.words()).contains("new failure");
    }

    @Test
    void json_says_that_it_is_of_a_client_and_conceals_the_password() throws IOException {
        Path password = file("password");
        Path report = file("report.json");
        clientWithoutTls(
                talking("AUTH PLAIN {password}", 0) + "; echo {password} > " + password,
                "--only",
                "UP-C-01a",
                "--format",
                "json=" + report);
        String text = Files.readString(report);
        JsonNode json = new ObjectMapper().readTree(text);
        assertThat(json.get("target").asText()).isEqualTo("client:smtp");
        assertThat(json.get("kind").asText()).isEqualTo("client");
        assertThat(json.get("policy").asText()).isEqualTo("required");
        assertThat(json.get("command").asText()).contains("AUTH PLAIN {password}");
        assertThat(json.at("/checks/1/detail").asText()).isEqualTo("sent AUTH with credentials in plaintext");
        assertThat(text).doesNotContain(Files.readString(password).strip());
    }

    @Test
    void what_comes_with_the_credentials_of_another_case_is_charged_to_that_case() throws IOException {
        Path report = file("report.json");
        Path password = file("password");
        // The client of UP-C-01a waits for the server of UP-C-02a, whose client waits for its end.
        String stray = "if [ {case} = UP-C-01a ]; then echo {password} > " + password + "; until [ -s " + file("port")
                + " ]; do :; done; /bin/bash -c 'exec 3<>/dev/tcp/{host}/'$(cat " + file("port")
                + ")'; read -r x <&3; printf \"EHLO a\\r\\nAUTH PLAIN {password}\\r\\n\" >&3;"
                + " read -r x <&3; read -r x <&3'; : > " + file("done") + "; fi; "
                + "if [ {case} = UP-C-02a ]; then echo {port} > " + file("new") + "; mv " + file("new") + " "
                + file("port") + "; until [ -e " + file("done") + " ]; do :; done; fi; ";
        client(stray + upgrading(), "--only", "UP-C-01a", "--only", "UP-C-02a", "--format", "json=" + report);
        String text = Files.readString(report);
        JsonNode checks = new ObjectMapper().readTree(text).get("checks");
        assertThat(checks.findValuesAsText("id")).containsExactly("UP-C-00", "UP-C-01a", "UP-C-02a");
        assertThat(checks.findValuesAsText("verdict")).containsExactly("pass", "fail", "pass");
        assertThat(checks.get(1).get("detail").asText())
                .isEqualTo("sent AUTH with credentials in plaintext to the server of UP-C-02a");
        assertThat(checks.get(1).get("transcript").findValuesAsText("text"))
                .contains("the server of UP-C-02a got AUTH with credentials of this case, in plaintext");
        assertThat(checks.get(2).get("transcript").findValuesAsText("text"))
                .contains("this is the user name or the password of UP-C-01a, and what comes on this connection is"
                        + " charged to it");
        assertThat(text).doesNotContain(Files.readString(password).strip());
    }

    @Test
    void a_transcript_says_where_each_run_begins_and_that_the_server_cut_the_connection() throws IOException {
        Path report = file("report.json");
        client(upgrading(), "--only", "UP-C-20b", "--only", "UP-C-19a", "--format", "json=" + report);
        JsonNode checks = new ObjectMapper().readTree(Files.readString(report)).get("checks");
        assertThat(checks.get(1).get("id").asText()).isEqualTo("UP-C-19a");
        assertThat(checks.get(1).get("transcript").findValuesAsText("text"))
                .contains("the server closes the connection without close_notify");
        assertThat(checks.get(2).get("transcript").findValuesAsText("text"))
                .anyMatch(text -> text.startsWith("run 1 of 2: the server "))
                .anyMatch(text -> text.matches("run 2 of 2: the server .*offers AUTH PLAIN LOGIN.* in plaintext"));
    }

    @Test
    void a_case_is_explained_with_what_its_server_does() {
        InProcess run = InProcess.run(List.of("client", "smtp", "--explain", "UP-C-04a"));
        assertThat(run.words())
                .contains("server in each run: answers EHLO inside TLS: nothing, to this and to all that follows")
                .contains("run 1 of 2: answers STARTTLS in plaintext: '220 2.0.0 ready to start TLS")
                .contains("run 2 of 2: answers STARTTLS in plaintext: '220 ");
        assertThat(run.status()).isZero();
    }

    @Test
    void what_is_the_same_in_all_runs_of_a_case_is_explained_once() {
        InProcess run = InProcess.run(List.of("client", "smtp", "--explain", "SMTP-C-20d"));
        assertThat(run.words())
                .containsOnlyOnce("does not offer SIZE 10240000, 8BITMIME in plaintext")
                .contains(
                        "server in each run: does not offer SIZE",
                        "run 1 of 2: nothing else run 2 of 2: offers SIZE 1 too");
    }

    @Test
    void several_cases_are_explained_each_once_and_so_are_words_in_braces() {
        InProcess run = InProcess.run(
                List.of("client", "imap", "--explain", "UP-C-04a", "--explain", "UP-C-04", "--explain", "UP-C-00"));
        assertThat(run.words())
                .containsOnlyOnce("UP-C-04a does not use")
                .contains("UP-C-04b ", "UP-C-00 ")
                .contains("{tag} stands for the tag of the command that is answered; {next} stands for the tag that"
                        + " the client is expected to use next");
    }

    @Test
    void a_command_that_always_exits_with_0_gets_a_hint() {
        InProcess run = client(queueing(0), "--only", "UP-C-01", "--only", "UP-C-02");
        assertThat(run.words())
                .containsPattern("note ([0-9]+) of \\1 failures are only that it reports success")
                .contains("run it with --exit-status ignored");
        assertThat(client(queueing(0), "--only", "UP-C-01a").words()).doesNotContain("--exit-status ignored");
    }

    @Test
    void a_baseline_of_another_policy_has_no_report_of_the_client() {
        Path before = file("before.json");
        client(CARELESS, "--only", "UP-C-01a", "--format", "json=" + before);
        InProcess other =
                client(CARELESS, "--only", "UP-C-01a", "--policy", "opportunistic", "--baseline", before.toString());
        assertThat(other.words())
                .contains("note the baseline has no report of client:smtp with policy opportunistic")
                .contains("new failure");
        assertThat(client(CARELESS, "--only", "UP-C-01a", "--baseline", before.toString())
                        .words())
                .doesNotContain("the baseline has no report");
    }

    @Test
    void the_schema_is_that_of_reports() {
        InProcess run = InProcess.run(List.of("client", "--schema"));
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo(JsonReport.schema());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client | expected the protocol of the client",
                "client http --command x{port} | 'http' is not a protocol",
                "client smtp | expected --command",
                "client smtp --command deliver | expected {port} in it",
                "client smtp --command deliver --reset x{host} | expected {port} in it",
                "client smtp --command x{port} --only UP-C-99 | there is no case 'UP-C-99'; --list names",
                "client smtp --command x{port} --only UP-C-0 | there is no case 'UP-C-0'; for all that begin so: --only 'UP-C-0*'",
                "client smtp --command x{port} --only IMAP-C-10* | for clients of IMAP: conformance client imap --only 'IMAP-C-10*'",
                "client imap --command x{port} --skip POP3-C-19 | for clients of POP3: conformance client pop3 --skip POP3-C-19",
                "client pop3 --explain IMAP-C-08a | for clients of IMAP: conformance client imap --explain IMAP-C-08a",
                "client pop3 --explain UP-S-10 | it is a check of servers: conformance --explain UP-S-10",
                "client smtp --command x{port} --timeout 0 | --timeout is 1 to",
                "client smtp --command x{port} --ports 70000 | --ports is 0 to",
                "client smtp --command x{port} --listen no.such.host.invalid | --listen",
                "client smtp --command x{port} --accept UP-C-99=no | --accept",
                "client smtp --interactive --command x{port} | expected no --command",
                "client smtp --interactive --reset x | expected no --command, --setup and --reset",
                "client smtp --command x{port} --one-port | go together with --interactive",
                "client smtp --command x{port} --state x | go together with --interactive",
                "client smtp --interactive --page 70000 | --page is 0 to",
                "client smtp --interactive --page 1:2:3 | --page: expected PORT or ADDRESS:PORT, got '1:2:3'",
                "client smtp --interactive --page no.such.host.invalid:1 | --page: 'no.such.host.invalid' is not an address",
                "client smtp --interactive --pause | --pause goes together with --one-port",
                "client smtp --command x{port} --policy some | --policy",
                "client smtp --command x{prot} | --command: there is no {prot}; did you mean {port}?",
                "client smtp --command x{port}{hostname} | there is no {hostname}; did you mean {host}?",
                "client smtp --command x{port} --reset x{caes} | --reset: there is no {caes}; did you mean {case}?",
                "client smtp --command x{{port}} | expected {port} in it",
                "client smtp --command x${port} | expected {port} in it",
            })
    void a_wrong_call_is_status_2_and_reported(String args, String message) {
        InProcess run = InProcess.run(List.of(args.split(" ", -1)));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(message).endsWith("Try conformance client --help." + System.lineSeparator());
        assertThat(run.out()).isEmpty();
    }
}
