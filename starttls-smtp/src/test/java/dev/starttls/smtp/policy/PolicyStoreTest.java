package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyStoreTest {

    private static final Instant FETCHED = Instant.parse("2031-05-01T12:00:00.123Z");

    @TempDir
    Path folder;

    @Test
    void a_policy_is_kept_replaced_and_removed() throws Exception {
        for (PolicyStore store : List.of(PolicyStore.inMemory(3), PolicyStore.inFolder(folder.resolve("made/later")))) {
            assertThat(store.domains()).isEmpty();
            assertThat(store.find("example.org")).isEmpty();
            store.keep(policy("example.org", "a"));
            store.keep(policy("sub.example.org", "b"));
            assertThat(store.find("example.org")).contains(policy("example.org", "a"));
            store.keep(policy("example.org", "c"));
            assertThat(store.find("example.org")).contains(policy("example.org", "c"));
            assertThat(store.domains()).containsExactlyInAnyOrder("example.org", "sub.example.org");
            store.remove("example.org");
            store.remove("example.org");
            assertThat(store.domains()).containsExactly("sub.example.org");
            assertThat(store.find("example.org")).isEmpty();
        }
    }

    @Test
    void a_store_in_memory_forgets_the_one_that_was_used_least_recently() throws Exception {
        PolicyStore store = PolicyStore.inMemory(2);
        store.keep(policy("a.example", "1"));
        store.keep(policy("b.example", "1"));
        assertThat(store.find("a.example")).isPresent();
        store.keep(policy("c.example", "1"));
        assertThat(store.domains()).containsExactlyInAnyOrder("a.example", "c.example");
        assertThatThrownBy(() -> PolicyStore.inMemory(0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A policy of 64 KiB is some hundred KiB in memory. */
    @Test
    void long_policies_displace_each_other_and_no_short_one() throws Exception {
        PolicyStore store = PolicyStore.inMemory(1_000);
        for (int i = 0; i < 300; i++) {
            store.keep(policy("short" + i + ".example", "1"));
        }
        StsPolicy longest = StsPolicy.parse("version: STSv1\nmode: enforce\nmax_age: 86400\n"
                + ("mx: *." + "a-host".repeat(9) + ".example\n").repeat(900));
        for (int i = 0; i < 300; i++) {
            store.keep(new StoredPolicy("long" + i + ".example", "1", longest, FETCHED, FETCHED));
        }
        assertThat(store.domains())
                .filteredOn(domain -> domain.startsWith("short"))
                .hasSize(300);
        assertThat(store.domains())
                .filteredOn(domain -> domain.startsWith("long"))
                .hasSizeBetween(5, 40)
                .contains("long299.example")
                .doesNotContain("long0.example");
        String oldest = store.domains().stream()
                .filter(domain -> domain.startsWith("long"))
                .findFirst()
                .orElseThrow();
        assertThat(store.find(oldest)).isPresent();
        store.keep(new StoredPolicy("long.example", "1", longest, FETCHED, FETCHED));
        assertThat(store.domains()).as("the last one that was used").contains(oldest, "long.example");
        store.remove("long.example");
        for (int i = 0; i < 300; i++) {
            store.remove("long" + i + ".example");
        }
        for (int i = 0; i < 700; i++) {
            store.keep(policy("more" + i + ".example", "1"));
        }
        assertThat(store.domains()).hasSize(1_000);
        PolicyStore one = PolicyStore.inMemory(1);
        one.keep(new StoredPolicy("long.example", "1", longest, FETCHED, FETCHED));
        assertThat(one.domains()).containsExactly("long.example");
    }

    @Test
    void another_process_finds_what_a_folder_keeps_and_no_other_file_is_left() throws Exception {
        PolicyStore.inFolder(folder).keep(policy("example.org", "a"));
        assertThat(PolicyStore.inFolder(folder).find("example.org")).contains(policy("example.org", "a"));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).extracting(path -> path.getFileName().toString()).containsExactly("example.org.mta-sts");
        }
    }

    @Test
    void a_file_that_was_cut_anywhere_or_changed_counts_as_none() throws Exception {
        PolicyStore store = PolicyStore.inFolder(folder);
        store.keep(policy("example.org", "a"));
        Path file = folder.resolve("example.org.mta-sts");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThat(store.find("example.org")).as("cut at %d", length).isEmpty();
        }
        Files.write(file, new byte[100_000]);
        assertThat(store.find("example.org")).isEmpty();
        Files.write(folder.resolve("other.example.mta-sts"), whole);
        assertThat(store.find("other.example")).isEmpty();
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        for (String bad : List.of(
                text.replace("2031-05-01", "2031-05-41"),
                text.replace(FETCHED.toString(), Instant.MAX.toString()),
                text.replace("mta-sts-policy 1", "mta-sts-policy 2"),
                text.replace("STSv1", "STSv2"))) {
            assertThat(bad).isNotEqualTo(text);
            Files.writeString(file, bad, StandardCharsets.ISO_8859_1);
            assertThat(store.find("example.org")).isEmpty();
        }
        store.keep(policy("example.org", "b"));
        assertThat(store.find("example.org")).contains(policy("example.org", "b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../escape.example", "/etc/passwd", "a/b.example", "EXAMPLE.org", "", ".", "a\u0000b.example"})
    void a_name_that_is_no_domain_finds_no_file(String name) throws Exception {
        PolicyStore store = PolicyStore.inFolder(folder.resolve("sts"));
        store.keep(policy("example.org", "a"));
        assertThat(store.find(name)).isEmpty();
        store.remove(name);
        assertThat(store.domains()).containsExactly("example.org");
    }

    @Test
    void a_name_that_is_too_long_for_a_file_is_not_kept() throws Exception {
        PolicyStore store = PolicyStore.inFolder(folder);
        String name = "a2345678901234567890.".repeat(10) + "example";
        store.keep(policy(name, "a"));
        assertThat(store.find(name)).isEmpty();
        assertThat(store.domains()).isEmpty();
    }

    @Test
    void a_policy_of_the_maximum_length_is_found_again() throws Exception {
        String text = "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: mx.example.org\nextension: ";
        StsPolicy longest = StsPolicy.parse(text + "x".repeat(StsPolicy.MAX_OCTETS - text.length()));
        PolicyStore store = PolicyStore.inFolder(folder);
        StoredPolicy kept = new StoredPolicy("example.org", "1", longest, Instant.EPOCH, Instant.EPOCH);
        store.keep(kept);
        assertThat(store.find("example.org")).contains(kept);
    }

    @Test
    void a_policy_expires_when_its_age_is_over() throws Exception {
        StoredPolicy kept = policy("example.org", "a");
        assertThat(kept.expires()).isEqualTo(FETCHED.plus(Duration.ofDays(1)));
        assertThat(kept.valid(kept.expires().minusNanos(1))).isTrue();
        assertThat(kept.valid(kept.expires())).isFalse();
    }

    private static StoredPolicy policy(String domain, String id) throws Exception {
        return new StoredPolicy(
                domain,
                id,
                StsPolicy.parse(
                        "version: STSv1\r\nmode: enforce\r\nmx: *.example.org\r\nmax_age: 86400\r\nx: \u00e9\r\n"),
                FETCHED,
                FETCHED);
    }
}
