package dev.starttls.conformance.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.TlsInventory.Extent;
import dev.starttls.conformance.check.TlsInventory.Preference;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileTest {
    private static final List<String> SUITES_13 = List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384");
    private static final List<String> SUITES_12 = List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    private static final List<String> GROUPS = List.of("secp256r1", "secp384r1");

    @TempDir
    private Path folder;

    private static TlsInventory.Version version(String name, List<String> suites, List<String> groups) {
        return new TlsInventory.Version(name, Extent.WHOLE, suites, Preference.CLIENT, groups);
    }

    private static TargetReport report(TlsInventory.Version... versions) throws Exception {
        List<X509Certificate> chain =
                TestCertificates.shared().localhost(KeyKind.EC).chain();
        Check check = Check.of("UP-S-01", "the greeting is well formed")
                .level(Level.MUST)
                .on(Protocol.SMTP)
                .run(context -> Verdict.pass("220"));
        return new TargetReport(
                Target.parse("smtp://mail.example.org"),
                Instant.EPOCH,
                Duration.ofSeconds(1),
                new Survey(
                        List.of(),
                        Optional.of(new HandshakeResult.Done("TLSv1.3", "TLS_AES_256_GCM_SHA384", chain)),
                        Optional.empty()),
                List.of(),
                List.of(new CheckResult(check, Verdict.pass("220"), List.of(), Duration.ZERO)),
                versions.length == 0 ? Optional.empty() : Optional.of(new TlsInventory(List.of(versions))));
    }

    private static TargetReport good() throws Exception {
        return report(version("TLSv1.3", SUITES_13, GROUPS), version("TLSv1.2", SUITES_12, GROUPS));
    }

    private static Map<String, Status> judged(String profile, TargetReport report) throws Exception {
        Map<String, Status> found = new TreeMap<>();
        for (CheckResult result : Profile.named(profile).judge(report).results()) {
            found.put(result.check().id(), result.verdict().status());
        }
        return found;
    }

    static List<String> names() {
        return Profile.NAMES;
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_server_that_follows_a_recommendation_passes_it(String name) throws Exception {
        assertThat(judged(name, good()).values()).doesNotContain(Status.FAIL, Status.INCONCLUSIVE, Status.WARN);
    }

    @ParameterizedTest
    @MethodSource("names")
    void every_rule_names_its_clause_and_its_fix(String name) throws Exception {
        Profile profile = Profile.named(name);
        assertThat(profile.rules()).allSatisfy(rule -> {
            assertThat(rule.check().clause()).startsWith(profile.document()).contains(", ");
            assertThat(rule.check().why()).endsWith(".");
            assertThat(rule.check().fix()).endsWith(".");
        });
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_weak_server_breaks_the_rules_of_a_recommendation(String name) throws Exception {
        TargetReport weak = report(
                version("TLSv1.2", List.of("TLS_RSA_WITH_AES_128_CBC_SHA"), List.of("dhe 1024")),
                version("TLSv1", List.of("TLS_RSA_WITH_AES_128_CBC_SHA"), List.of("dhe 1024")));
        TargetReport judged = Profile.named(name).judge(weak);
        assertThat(judged.count(Status.FAIL)).isGreaterThanOrEqualTo(3);
        assertThat(judged.outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void what_bsi_asks_beyond_the_rfcs_is_named_with_its_section() throws Exception {
        TargetReport report = report(version("TLSv1.3", List.of("TLS_CHACHA20_POLY1305_SHA256"), List.of("x25519")));
        assertThat(judged("bsi-tr-02102-2", report))
                .containsEntry("BSI-01", Status.PASS)
                .containsEntry("BSI-02", Status.FAIL)
                .containsEntry("BSI-03", Status.FAIL);
        assertThat(judged("mozilla-intermediate", report)).containsEntry("MOZ-02", Status.PASS);
    }

    @Test
    void what_is_to_be_phased_out_is_a_warning() throws Exception {
        TargetReport report =
                report(version("TLSv1.2", List.of("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"), List.of("x25519")));
        assertThat(judged("ncsc-2025", report))
                .containsEntry("NCSC-02a", Status.PASS)
                .containsEntry("NCSC-02b", Status.WARN);
    }

    @Test
    void an_incomplete_scan_proves_a_violation_and_no_more() throws Exception {
        TlsInventory.Version partial =
                new TlsInventory.Version("TLSv1.3", Extent.PARTIAL, SUITES_13, Preference.UNKNOWN, List.of("x25519"));
        assertThat(judged("bsi-tr-02102-2", report(partial)))
                .containsEntry("BSI-02", Status.INCONCLUSIVE)
                .containsEntry("BSI-03", Status.FAIL);
        assertThat(judged("bsi-tr-02102-2", report())).containsEntry("BSI-01", Status.INCONCLUSIVE);
    }

    @Test
    void a_profile_of_your_own_is_a_file() throws Exception {
        Path file = folder.resolve("ours.json");
        Files.writeString(
                file,
                """
                {"name": "Ours", "document": "Security handbook 4", "rules": [
                  {"id": "OURS-01", "title": "only TLS 1.3 is accepted", "clause": "chapter 2", "level": "must",
                   "why": "TLS 1.3 is enough.", "fix": "Switch the others off.", "versions": ["TLSv1.3"]}]}
                """);
        assertThat(judged(file.toString(), good())).containsEntry("OURS-01", Status.FAIL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{\"name\": \"n\", \"document\": \"d\", \"rules\": []}",
                "{\"name\": \"n\", \"document\": \"d\", \"rules\": [{\"id\": \"X-1\"}]}",
                "{\"name\": \"n\", \"document\": \"d\", \"rules\": [{\"id\": \"X-01\", \"title\": \"t\", \"clause\": \"c\","
                        + " \"level\": \"must\", \"why\": \"w\", \"fix\": \"f\", \"versoins\": [\"TLSv1.3\"]}]}",
                "{\"name\": \"n\", \"document\": \"d\", \"rules\": [{\"id\": \"X-01\", \"title\": \"t\", \"clause\": \"c\","
                        + " \"level\": \"must\", \"why\": \"w\", \"fix\": \"f\", \"dh_bits\": \"many\"}]}"
            })
    void a_file_that_is_no_profile_is_refused_with_what_was_expected(String json) throws Exception {
        Path file = folder.resolve("wrong.json");
        Files.writeString(file, json);
        assertThatThrownBy(() -> Profile.named(file.toString()))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining("wrong.json")
                .hasMessageContaining("expected");
    }

    @Test
    void an_unknown_name_is_answered_with_those_there_are() {
        assertThatThrownBy(() -> Profile.named("mozila"))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining("mozilla-intermediate");
    }
}
