package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.domain.PrivateAddresses;
import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedTargetsTest {
    private static List<String> urls(OptionalLong seed, String... named) throws UsageException {
        return urls(PrivateAddresses.REFUSED, seed, named);
    }

    private static List<String> urls(PrivateAddresses privateOnes, OptionalLong seed, String... named)
            throws UsageException {
        NamedTargets targets = new NamedTargets(List.of(named), new RecentTargets(), privateOnes, seed);
        List<String> urls = new ArrayList<>();
        for (Optional<Target> next = targets.next(); next.isPresent(); next = targets.next()) {
            urls.add(next.get().url());
        }
        return urls;
    }

    @Test
    void a_block_on_the_command_line_is_each_of_its_addresses_once() throws UsageException {
        assertThat(urls(
                        OptionalLong.empty(),
                        "smtp://198.51.100.2",
                        "smtp://198.51.100.0/30",
                        "smtp://198.51.100.0/31",
                        "imap://mail.example.org"))
                .containsExactly(
                        "smtp://198.51.100.2:25",
                        "smtp://198.51.100.0:25",
                        "smtp://198.51.100.1:25",
                        "smtp://198.51.100.3:25",
                        "imap://mail.example.org:143");
    }

    @Test
    void the_order_of_a_block_is_that_of_the_seed() throws UsageException {
        List<String> natural = urls(OptionalLong.empty(), "smtp://198.51.100.0/26");
        List<String> shuffled = urls(OptionalLong.of(7), "smtp://198.51.100.0/26");
        assertThat(shuffled).containsExactlyInAnyOrderElementsOf(natural).isNotEqualTo(natural);
    }

    @Test
    void private_addresses_are_left_out_of_a_block_and_taken_by_themselves() throws UsageException {
        assertThat(urls(OptionalLong.empty(), "smtp://10.0.0.0/30", "smtp://10.0.0.1"))
                .containsExactly("smtp://10.0.0.1:25");
    }

    @Test
    void private_addresses_of_a_block_are_asked_by_an_option() throws UsageException {
        assertThat(urls(PrivateAddresses.ALLOWED, OptionalLong.empty(), "smtp://10.0.0.0/31"))
                .containsExactly("smtp://10.0.0.0:25", "smtp://10.0.0.1:25");
    }

    @Test
    void a_block_of_private_addresses_alone_is_said_to_be_left_out_and_one_of_both_kinds_is_not()
            throws UsageException {
        List<String> blocks = List.of("smtp://10.0.0.0/8", "smtp://10.0.0.0/7", "smtp://[fd00::]/120");
        assertThat(new NamedTargets(blocks, new RecentTargets(), PrivateAddresses.REFUSED, OptionalLong.empty())
                        .obstacles())
                .hasSize(2)
                .allSatisfy(
                        why -> assertThat(why).contains("private and left out").contains("--private-addresses"))
                .first()
                .asString()
                .startsWith("10.0.0.0/8: ");
        assertThat(new NamedTargets(blocks, new RecentTargets(), PrivateAddresses.ALLOWED, OptionalLong.empty())
                        .obstacles())
                .isEmpty();
    }

    @Test
    void a_run_whose_targets_are_all_on_the_blocklist_does_not_pass(@TempDir Path folder) throws IOException {
        Path blocked = Files.writeString(folder.resolve("blocked"), "127.0.0.9\n");
        InProcess run = InProcess.run(List.of("--blocklist", blocked.toString(), "smtp://127.0.0.9:1"));
        assertThat(run.status()).as(run.err()).isEqualTo(3);
        assertThat(run.err())
                .contains("1 target is on the blocklist and left out")
                .contains("no target was asked: all are on the blocklist");
        Path results = Files.writeString(
                folder.resolve("results.ndjson"), "{\"target\":\"smtp://127.0.0.8:1\",\"outcome\":\"passed\"}\n");
        InProcess resumed = InProcess.run(List.of(
                "--blocklist",
                blocked.toString(),
                "--resume",
                results.toString(),
                "smtp://127.0.0.8:1",
                "smtp://127.0.0.9:1"));
        assertThat(resumed.err()).doesNotContain("no target was asked");
    }

    @Test
    void a_list_whose_targets_are_all_on_the_blocklist_does_not_pass_either(@TempDir Path folder) throws IOException {
        Path blocked = Files.writeString(folder.resolve("blocked"), "127.0.0.9\n");
        List<String> options = List.of("--only", "UP-S-02", "--blocklist", blocked.toString(), "--targets-file", "-");
        InProcess run = InProcess.run("smtp://127.0.0.9:1\nimap://127.0.0.9:1\n", options);
        assertThat(run.status()).as(run.err()).isEqualTo(3);
        assertThat(run.err())
                .contains("2 targets are on the blocklist and left out")
                .contains("no target was asked: all are on the blocklist");
        InProcess some = InProcess.run("smtp://127.0.0.9:1\nsmtp://127.0.0.1:1\n", options);
        assertThat(some.err())
                .contains("1 target is on the blocklist and left out")
                .doesNotContain("no target was asked");
    }

    @Test
    void a_run_that_has_nothing_else_is_status_2() {
        for (List<String> arguments : List.of(
                List.of("--survey", "smtp://127.0.0.0/30"),
                List.of("--survey", "--targets-file", "-"),
                List.of("--only", "UP-S-02", "--targets-file", "-"))) {
            InProcess run = InProcess.run("smtp://127.0.0.0/30\n", arguments);
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("127.0.0.0/30: all of its addresses are private and left out");
        }
    }

    @Test
    void an_address_that_a_block_left_out_is_asked_by_a_line_of_its_own() {
        InProcess run = InProcess.run(
                "smtp://127.0.0.0:1/30\nsmtp://127.0.0.1:1\n",
                List.of("--survey", "--format", "ndjson", "--targets-file", "-"));
        assertThat(run.out()).contains("\"target\":\"smtp://127.0.0.1:1\"");
        assertThat(run.err()).doesNotContain("named before");
    }

    @Test
    void a_block_is_no_target_of_the_checks_on_the_command_line() {
        assertThatThrownBy(() -> TargetSource.parse("smtp://198.51.100.0/30"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--survey")
                .hasMessageContaining("--targets-file");
    }
}
