package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.starttls.conformance.lab.Laboratory;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.SignedZone;
import dev.starttls.core.testing.SignedZone.Flaw;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command on domains in zones that Knot DNS has signed and Unbound validates. */
@Tag("peers")
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DomainCommandTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String MX = "mx:" + Laboratory.DOMAIN;

    /** Of the domain, and two of the servers. */
    static final String[] ROWS = {
        "--format", "json", "--only", "DNS-S-*", "--only", "UP-S-02", "--only", "TLS-S-06*", MX
    };

    /** A zone that shares the first host. */
    private static final String TWIN = "@ MX 10 mx1." + Laboratory.DOMAIN + ".\n";

    private Laboratory lab;
    private SignedZone zone;
    private Path trust;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException, InterruptedException {
        lab = Laboratory.start(Laboratory.Ports.FREE);
        zone = SignedZone.start(
                Map.of("shop", lab.zone(), "twin", TWIN, "broken", TWIN, "plain", TWIN),
                Map.of("broken", Flaw.EXPIRED, "plain", Flaw.UNSIGNED));
        trust = PemFiles.write(folder.resolve("root.pem"), List.of(lab.root()));
    }

    @AfterAll
    void stop() throws IOException {
        if (zone != null) {
            zone.close();
        }
        lab.close();
    }

    private List<String> options() {
        return lab.options("127.0.0.1:" + zone.resolver().getPort(), trust.toString()).stream()
                .flatMap(option -> Stream.of(option.split(" ", 2)))
                .toList();
    }

    private InProcess run(String... arguments) {
        List<String> all = new ArrayList<>(options());
        all.addAll(List.of(arguments));
        return InProcess.run(all);
    }

    private static List<JsonNode> reports(InProcess run) throws IOException {
        try (MappingIterator<JsonNode> all = MAPPER.readerFor(JsonNode.class).readValues(run.out())) {
            return all.readAll();
        }
    }

    /** The last report, by id: what was found of the domain, a bar, and what was found of each server. */
    private static Map<String, String> matrix(InProcess run) throws IOException {
        List<JsonNode> all = reports(run);
        Map<String, String> rows = new LinkedHashMap<>();
        for (JsonNode row : all.get(all.size() - 1).path("matrix").path("rows")) {
            StringBuilder cells =
                    new StringBuilder(row.path("domain").path("verdict").asText("-")).append(" |");
            row.path("hosts").forEach(cell -> cells.append(' ')
                    .append(cell.path("verdict").asText("-")));
            rows.put(row.path("id").asText(), cells.toString());
        }
        return rows;
    }

    @Test
    void the_matrix_says_which_host_fails_by_which_policy() throws Exception {
        assertEachHostFailsByItsPolicy(run(ROWS));
    }

    /** What the laboratory is for, whoever has signed its zone. */
    static void assertEachHostFailsByItsPolicy(InProcess run) throws IOException {
        assertThat(run.err()).isEmpty();
        assertThat(matrix(run))
                .containsEntry("DNS-S-01", "pass | - - -")
                .containsEntry("DNS-S-02", "- | pass pass pass")
                .containsEntry("DNS-S-03", "- | pass pass pass")
                .containsEntry("DNS-S-04", "pass | - - -")
                .containsEntry("DNS-S-05", "- | pass pass pass")
                .containsEntry("DNS-S-06", "- | pass pass pass")
                .containsEntry("DNS-S-07", "- | pass pass fail")
                .containsEntry("DNS-S-08", "- | pass warn warn")
                .containsEntry("DNS-S-09", "pass | - - -")
                .containsEntry("DNS-S-10", "pass | - - -")
                .containsEntry("DNS-S-11", "pass | - - -")
                .containsEntry("DNS-S-12", "- | pass fail pass")
                .containsEntry("DNS-S-13", "- | pass fail pass")
                .containsEntry("DNS-S-14", "pass | - - -")
                .containsEntry("DNS-S-15", "- | inconclusive inconclusive inconclusive")
                .containsEntry("DNS-S-16", "- | warn warn warn")
                .containsEntry("DNS-S-17", "- | skip skip skip")
                .containsEntry("DNS-S-18", "skip | - - -")
                .containsEntry("DNS-S-19", "- | pass pass pass")
                .containsEntry("UP-S-02", "- | pass pass pass");
        assertThat(run.status()).isEqualTo(1);
    }

    @Test
    void without_checks_of_servers_the_domain_alone_is_reported() throws Exception {
        List<JsonNode> all = reports(run("--format", "ndjson", "--only", "DNS-S-*", MX));
        assertThat(all).hasSize(1);
        assertThat(all.get(0).path("target").asText()).isEqualTo(MX);
        assertThat(all.get(0).path("kind").asText()).isEqualTo("domain");
    }

    @Test
    void a_host_that_two_domains_have_is_checked_once() throws Exception {
        List<JsonNode> all = reports(
                run("--format", "ndjson", "--only", "DNS-S-07", "--only", "UP-S-02", MX, "mx:twin.zone.example"));
        assertThat(all.stream().map(report -> report.path("target").asText()))
                .containsExactly(
                        "smtp://mx1.shop.zone.example:" + lab.ports().mail(),
                        "smtp://mx2.shop.zone.example:" + lab.ports().mail(),
                        "smtp://mx3.shop.zone.example:" + lab.ports().mail(),
                        MX,
                        "mx:twin.zone.example");
        assertThat(all.get(4).path("matrix").path("hosts")).hasSize(1);
        assertThat(all.get(4)
                        .path("matrix")
                        .path("rows")
                        .get(0)
                        .path("hosts")
                        .get(0)
                        .path("verdict")
                        .asText())
                .isEqualTo("pass");
    }

    @Test
    void domains_of_a_file_are_reported_too() throws Exception {
        Path file = Files.writeString(trust.resolveSibling("domains"), "mx:twin.zone.example\n" + MX + "\n");
        List<JsonNode> all = reports(run(
                "--format", "ndjson", "--only", "DNS-S-07", "--only", "UP-S-02", "--targets-file", file.toString()));
        assertThat(all.stream().map(report -> report.path("target").asText()))
                .hasSize(5)
                .contains(MX, "mx:twin.zone.example")
                .doesNotHaveDuplicates();
    }

    @Test
    void expired_signatures_fail_and_missing_ones_do_not() throws Exception {
        Map<String, String> broken = matrix(run("--format", "json", "--only", "DNS-S-0?", "mx:broken.zone.example"));
        assertThat(broken).containsEntry("DNS-S-01", "fail |").containsEntry("DNS-S-04", "warn |");
        Map<String, String> plain = matrix(run("--format", "json", "--only", "DNS-S-*", "mx:plain.zone.example"));
        assertThat(plain)
                .containsEntry("DNS-S-04", "warn | -")
                .containsEntry("DNS-S-06", "- | skip")
                .containsEntry("DNS-S-07", "- | skip")
                .containsEntry("DNS-S-19", "- | warn");
    }

    @Test
    void an_anchor_validates_here_what_the_resolver_passes_on() throws Exception {
        Path anchor = trust.resolveSibling("anchor");
        Files.write(anchor, zone.anchor().readAllBytes());
        Map<String, String> rows = matrix(run(
                "--trust-anchor", anchor.toString(), "--format", "json", "--only", "DNS-S-*", "mx:twin.zone.example"));
        assertThat(rows).containsEntry("DNS-S-04", "pass | -").containsEntry("DNS-S-07", "- | pass");
    }

    @Test
    void the_servers_of_users_are_found_by_srv_records() throws Exception {
        InProcess run = run("--format", "json", "--only", "DNS-S-*", "domain:user@" + Laboratory.DOMAIN);
        assertThat(matrix(run))
                .containsEntry("DNS-S-02", "- | pass pass pass pass pass")
                .containsEntry("DNS-S-07", "- | pass pass fail - -")
                .containsEntry("DNS-S-17", "- | skip skip skip warn warn")
                .containsEntry("DNS-S-18", "pass | - - - - -")
                .containsEntry("DNS-S-20", "- | - - - skip skip");
        assertThat(run.out()).contains("\"role\" : \"imaps\"");
    }

    private static JsonNode domain(Path results) throws IOException {
        for (String line : Files.readAllLines(results)) {
            JsonNode report = MAPPER.readTree(line);
            if (report.path("target").asText().equals(MX)) {
                return report;
            }
        }
        throw new IllegalStateException("there is no report of " + MX);
    }

    @Test
    void a_domain_whose_run_was_ended_is_judged_the_next_time_as_if_it_had_not_been() throws Exception {
        Path whole = trust.resolveSibling("whole.ndjson");
        InProcess first =
                run("--format", "ndjson=" + whole, "--only", "DNS-S-*", "--only", "UP-S-02", "--parallel", "1", MX);
        List<String> lines = Files.readAllLines(whole);
        assertThat(lines).as(first.err()).hasSize(4);
        Path list = Files.writeString(trust.resolveSibling("resumed"), MX + "\n");
        for (List<String> targets : List.of(List.of(MX), List.of("--targets-file", list.toString()))) {
            Path results = trust.resolveSibling("resumed.ndjson");
            Files.writeString(
                    results,
                    lines.get(0) + "\n" + lines.get(1) + "\n" + lines.get(2).substring(0, 40));
            List<String> again = new ArrayList<>(List.of(
                    "--resume", results.toString(), "--format", "ndjson=" + results, "--only", "DNS-S-*", "--only"));
            again.add("UP-S-02");
            again.addAll(targets);
            assertThat(run(again.toArray(String[]::new)).status()).isEqualTo(first.status());
            List<String> asked = new ArrayList<>();
            for (String line : Files.readAllLines(results)) {
                asked.add(MAPPER.readTree(line).path("target").asText());
            }
            assertThat(asked).hasSize(4).contains(MX).doesNotHaveDuplicates();
            assertThat(domain(results).path("matrix")).isEqualTo(domain(whole).path("matrix"));
            // Now all of it is done, and nothing is asked again.
            assertThat(run(again.toArray(String[]::new)).status()).isZero();
            assertThat(Files.readAllLines(results)).hasSize(4);
        }
    }

    @Test
    void a_private_address_is_not_connected_to_unless_the_user_says_so() throws Exception {
        List<String> options = new ArrayList<>(options());
        options.remove("--private-addresses");
        options.addAll(List.of("--format", "json", "--only", "DNS-S-*", MX));
        InProcess run = InProcess.run(options);
        assertThat(matrix(run))
                .containsEntry("DNS-S-03", "- | fail fail fail")
                .containsEntry("DNS-S-07", "- | inconclusive inconclusive inconclusive");
        assertThat(run.out()).contains("its address is private");
    }

    @Test
    void a_server_that_must_not_be_asked_is_not_known_to_be_good() throws Exception {
        Path blocked = Files.writeString(trust.resolveSibling("blocked"), "127.0.0.2\n");
        InProcess run = run("--blocklist", blocked.toString(), "--format", "json", "--only", "DNS-S-*", MX);
        assertThat(matrix(run))
                .containsEntry("DNS-S-07", "- | pass inconclusive fail")
                .containsEntry("DNS-S-13", "- | pass inconclusive pass");
    }

    @Test
    void no_policy_is_fetched_from_a_server_on_the_blocklist() throws Exception {
        Path blocked = Files.writeString(trust.resolveSibling("policies"), "mta-sts." + Laboratory.DOMAIN + "\n");
        InProcess run = run("--blocklist", blocked.toString(), "--format", "json", "--only", "DNS-S-10", MX);
        assertThat(matrix(run)).containsEntry("DNS-S-10", "inconclusive | - - -");
        assertThat(run.out()).contains("is on the blocklist");
    }

    @Test
    void people_and_services_of_ci_have_the_matrix_too() throws Exception {
        Path html = trust.resolveSibling("report.html");
        Path junit = trust.resolveSibling("report.xml");
        InProcess run = run(
                "--format", "text", "--format", "html=" + html, "--format", "junit=" + junit, "--only", "DNS-S-*", MX);
        assertThat(run.out())
                .containsPattern("Matrix +domain +1 +2 +3")
                .containsPattern("DNS-S-07 +\\. +pass +pass +FAIL +a TLSA record matches")
                .contains("mx3." + Laboratory.DOMAIN + ": Expected a certificate");
        assertThat(Files.readString(html)).contains("<table class=\"matrix\">").contains("smtp://mx3.");
        assertThat(Files.readString(junit)).contains("classname=\"mx:shop.zone.example.DNS-S\"");
    }
}
