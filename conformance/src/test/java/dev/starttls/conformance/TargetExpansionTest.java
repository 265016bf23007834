package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks of addresses, their order, and who is never asked. */
class TargetExpansionTest {
    private final List<String> said = new ArrayList<>();
    private final Messages messages = new Messages() {
        @Override
        public void wrong(String detail) {
            said.add("wrong: " + detail);
        }

        @Override
        public void note(String detail) {
            said.add("note: " + detail);
        }
    };

    @TempDir
    Path folder;

    private List<String> targets(OptionalLong seed, String... lines) {
        TargetLines source = new TargetLines(
                new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)),
                "the list",
                target -> Optional.empty(),
                new RecentTargets(),
                messages,
                seed);
        List<String> targets = new ArrayList<>();
        for (Optional<Target> next = source.next(); next.isPresent(); next = source.next()) {
            targets.add(next.get().url());
        }
        return targets;
    }

    @Test
    void a_block_is_each_of_its_addresses_once() {
        assertThat(targets(OptionalLong.empty(), "smtp://192.0.2.5/30", "imaps://[2001:db8::]:1993/127"))
                .containsExactly(
                        "smtp://192.0.2.4:25",
                        "smtp://192.0.2.5:25",
                        "smtp://192.0.2.6:25",
                        "smtp://192.0.2.7:25",
                        "imaps://[2001:db8:0:0:0:0:0:0]:1993",
                        "imaps://[2001:db8:0:0:0:0:0:1]:1993");
        assertThat(said).isEmpty();
    }

    @Test
    void blocks_that_overlap_and_addresses_within_them_are_asked_once() {
        assertThat(targets(
                        OptionalLong.empty(),
                        "smtp://192.0.2.1",
                        "smtp://192.0.2.0/31",
                        "smtp://192.0.2.0/30",
                        "smtp://192.0.2.3",
                        "smtp://192.0.2.3:2525"))
                .containsExactly(
                        "smtp://192.0.2.1:25",
                        "smtp://192.0.2.0:25",
                        "smtp://192.0.2.2:25",
                        "smtp://192.0.2.3:25",
                        "smtp://192.0.2.3:2525");
    }

    @Test
    void a_seed_decides_the_order_and_nothing_else() {
        List<String> natural = targets(OptionalLong.empty(), "smtp://192.0.2.0/24");
        List<String> shuffled = targets(OptionalLong.of(7), "smtp://192.0.2.0/24");
        assertThat(shuffled).containsExactlyInAnyOrderElementsOf(natural).isNotEqualTo(natural);
        assertThat(targets(OptionalLong.of(7), "smtp://192.0.2.0/24")).isEqualTo(shuffled);
        assertThat(targets(OptionalLong.of(8), "smtp://192.0.2.0/24")).isNotEqualTo(shuffled);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 16, 17, 255, 256, 257, 1000, 65_537})
    void a_permutation_has_each_number_once(long size) {
        for (long seed : new long[] {0, 1, -1, Long.MIN_VALUE, 4711}) {
            Permutation permutation = new Permutation(size, seed);
            Set<Long> numbers = new HashSet<>();
            LongStream.range(0, size).map(permutation::at).forEach(numbers::add);
            assertThat(numbers).hasSize((int) size).allMatch(number -> number >= 0 && number < size);
        }
    }

    @Test
    void private_addresses_of_a_block_are_left_out_and_one_that_was_written_is_not() {
        assertThat(targets(OptionalLong.empty(), "smtp://10.0.0.0/24", "smtp://127.0.0.0/28", "smtp://[fd00::]/120"))
                .isEmpty();
        assertThat(targets(OptionalLong.empty(), "smtp://10.0.0.1", "smtp://127.0.0.1"))
                .containsExactly("smtp://10.0.0.1:25", "smtp://127.0.0.1:25");
        assertThat(targets(OptionalLong.empty(), "smtp://9.255.255.255/32", "smtp://10.255.255.255/32"))
                .containsExactly("smtp://9.255.255.255:25");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"smtp://mx.example.org/24", "smtp://192.0.2.0/33", "smtp://[2001:db8::]/32", "smtp://a#b/24"})
    void what_is_no_block_is_said_with_the_right_form(String url) {
        assertThatThrownBy(() -> TargetBlock.parse(url))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining("smtp://192.0.2.0/28");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/24",
                "//24",
                "///24",
                "smtp:/24",
                "smtp:///24",
                "/",
                "[/24",
                "]/24",
                ":/0",
                "mx:/24",
                "\u0000/24"
            })
    void a_line_that_is_no_target_is_reported_and_those_after_it_are_read(String line) {
        assertThat(targets(OptionalLong.empty(), line, "smtp://192.0.2.1")).containsExactly("smtp://192.0.2.1:25");
        assertThat(said).singleElement().asString().startsWith("wrong: line 1 of the targets: ");
    }

    @Test
    void a_window_of_a_list_is_shuffled_and_loses_none() {
        List<Optional<Target>> all = new ArrayList<>();
        for (int i = 1; i <= 25_000; i++) {
            all.add(Optional.of(new Target(Scheme.SMTP, "mx" + i, 25)));
        }
        var source = all.iterator();
        Shuffled shuffled = new Shuffled(() -> source.hasNext() ? source.next() : Optional.empty(), 3);
        List<Optional<Target>> got = new ArrayList<>();
        for (Optional<Target> next = shuffled.next(); next.isPresent(); next = shuffled.next()) {
            got.add(next);
        }
        assertThat(got).isNotEqualTo(all);
        assertThat(new HashSet<>(got)).hasSize(got.size()).isEqualTo(new HashSet<>(all));
    }

    private Blocklist blocklist(String... lines) throws IOException, UsageException {
        return Blocklist.in(Files.write(folder.resolve("blocked.txt"), List.of(lines)));
    }

    @ParameterizedTest
    @CsvSource({
        "smtp://192.0.2.7, true",
        "smtp://192.0.3.7, false",
        "smtp://198.51.100.1, true",
        "smtp://198.51.100.2, false",
        "smtp://[2001:db8:1::5], true",
        "smtp://[2001:db8:2::5], false",
        "smtp://example.org, true",
        "smtp://MX.Example.org., true",
        "smtp://notexample.org, false",
        "smtp://org, false",
        "smtp://203.0.113.1#a.b.example.org, true",
        "smtp://203.0.113.1#example.net, false",
    })
    void a_blocklist_has_addresses_blocks_and_names_with_their_subdomains(String url, boolean refused)
            throws Exception {
        Blocklist list =
                blocklist("# not these", "192.0.2.0/24 # a net", "198.51.100.1", "2001:db8:1::/48", "example.org", "");
        assertThat(list.refuses(Target.parse(url))).isEqualTo(refused);
    }

    @Test
    void a_name_is_refused_if_its_address_is() throws Exception {
        assertThat(blocklist("127.0.0.0/8", "::1").refuses(Target.parse("smtp://localhost")))
                .isTrue();
        assertThat(blocklist("192.0.2.0/24").refuses(Target.parse("smtp://localhost")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.0/33",
                "192.0.2",
                "a b",
                "smtp://example.org",
                "192.0.2.1/x",
                "192.0.2.*",
                "192.0.2.1-192.0.2.9",
                "192.0.2.0,24",
                "*.example.org",
                "!example.org",
                "example..org",
                "example.org..",
                "\uff11\uff19\uff12.0.2.1",
                "-"
            })
    void a_line_of_a_blocklist_that_is_none_of_these_ends_the_run(String line) {
        assertThatThrownBy(() -> blocklist("example.org", line))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("line 2");
    }

    @Test
    void a_byte_order_mark_is_no_part_of_the_first_line_of_a_blocklist() throws Exception {
        assertThat(blocklist("\ufeff192.0.2.0/24").refuses(Target.parse("smtp://192.0.2.1")))
                .isTrue();
    }

    @Test
    void a_server_on_the_blocklist_has_no_address_from_which_a_policy_could_be_fetched() throws Exception {
        DnsRecord address = new DnsRecord.Address(InetAddress.getByName("192.0.2.1"));
        DnsRecord other = new DnsRecord.Address(InetAddress.getByName("198.51.100.1"));
        DnsResolver resolver =
                (name, type) -> new DnsAnswer.Found(List.of(other, address), name, DnsAnswer.Security.INSECURE);
        DnsResolver byAddress = blocklist("192.0.2.0/24").restrict(resolver);
        assertThat(byAddress.ask("mta-sts.example.org", DnsType.A)).isInstanceOf(DnsAnswer.Failed.class);
        DnsResolver byName = blocklist("example.org").restrict(resolver);
        assertThat(byName.ask("mta-sts.example.org", DnsType.AAAA)).isInstanceOf(DnsAnswer.Failed.class);
        assertThat(byName.ask("mta-sts.example.org", DnsType.TXT)).isInstanceOf(DnsAnswer.Found.class);
        assertThat(byName.ask("mta-sts.example.com", DnsType.A)).isInstanceOf(DnsAnswer.Found.class);
    }

    @Test
    void what_is_on_the_blocklist_gets_no_connection_and_is_counted() throws Exception {
        Path list = Files.writeString(folder.resolve("blocked.txt"), "127.0.0.2\n");
        Path hosts = Files.writeString(folder.resolve("hosts.txt"), "smtp://127.0.0.2:1\nsmtp://127.0.0.1:1\n");
        InProcess run = InProcess.run(List.of(
                "--survey", "--blocklist", list.toString(), "--format", "ndjson", "--targets-file", hosts.toString()));
        assertThat(run.out()).contains("127.0.0.1:1").doesNotContain("127.0.0.2");
        assertThat(run.err()).contains("1 target is on the blocklist and left out");
    }

    @Test
    void a_block_knows_its_size_and_its_addresses() throws Exception {
        AddressBlock block = AddressBlock.parse("192.0.2.0/23").orElseThrow();
        assertThat(block.size()).contains(512L);
        assertThat(block.at(511)).isEqualTo(InetAddress.getByName("192.0.3.255"));
        assertThat(AddressBlock.parse("::/0").orElseThrow().size()).isEmpty();
        assertThat(AddressBlock.parse("mx.example.org")).isEmpty();
        assertThat(AddressBlock.parse("256.0.0.1")).isEmpty();
    }
}
