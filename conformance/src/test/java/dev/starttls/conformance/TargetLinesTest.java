package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.target.Target;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TargetLinesTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final RunResults results = results();
    private Optional<String> refusal = Optional.empty();

    private RunResults results() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        CommandEnvironment environment = new CommandEnvironment(
                InputStream.nullInputStream(),
                nowhere,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Terminal.ABSENT);
        try {
            return new RunResults(Reports.open(List.of(), List.of(), environment, 80), environment);
        } catch (UsageException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> read(InputStream in) {
        TargetLines lines =
                new TargetLines(in, "the targets file hosts", target -> refusal, new RecentTargets(), results);
        List<String> urls = new ArrayList<>();
        for (Optional<Target> next = lines.next(); next.isPresent(); next = lines.next()) {
            urls.add(next.get().url());
        }
        return urls;
    }

    private List<String> read(String text) {
        return read(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private List<String> description() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void lines_are_targets_whatever_ends_them_and_whatever_is_around_them() {
        assertThat(read("smtp://a\r\n  smtps://b \n\n\t\nsmtp://c:2525"))
                .containsExactly("smtp://a:25", "smtps://b:465", "smtp://c:2525");
        assertThat(description()).isEmpty();
        assertThat(results.exitStatus()).isZero();
    }

    @Test
    void comments_are_passed_over_alone_and_after_a_target() {
        assertThat(read("# all of them\nsmtp://a  # the first\n   # none\n")).containsExactly("smtp://a:25");
        assertThat(description()).isEmpty();
    }

    @Test
    void a_file_without_a_target_is_reported() {
        assertThat(read("# none\n\n")).isEmpty();
        assertThat(description()).containsExactly("conformance: there is no target in the targets file hosts");
        assertThat(results.exitStatus()).isEqualTo(2);
    }

    @Test
    void a_target_for_which_there_is_no_check_is_reported_and_left_out() {
        refusal = Optional.of("no check is for smtp://");
        assertThat(read("smtp://a\n")).isEmpty();
        assertThat(description())
                .containsExactly("conformance: line 1 of the targets: smtp://a:25: no check is for smtp://");
        assertThat(results.exitStatus()).isEqualTo(2);
    }

    @Test
    void a_bad_line_is_reported_with_its_number_and_the_rest_is_read() {
        assertThat(read("smtp://a\n\nnonsense\nsmtp://b:99999\nsmtp://c\n"))
                .containsExactly("smtp://a:25", "smtp://c:25");
        assertThat(description()).hasSize(2);
        assertThat(description().get(0)).startsWith("conformance: line 3 of the targets: 'nonsense' is not a target");
        assertThat(description().get(1)).startsWith("conformance: line 4 of the targets: ");
        assertThat(results.exitStatus()).isEqualTo(2);
    }

    @Test
    void an_overlong_line_is_reported_and_no_memory_is_given_to_it() {
        InputStream endless = new InputStream() {
            private long left = 20_000_000;

            @Override
            public int read() {
                left--;
                return left > 0 ? 'x' : left == 0 ? '\n' : -1;
            }

            @Override
            public int read(byte[] octets, int from, int count) {
                throw new UnsupportedOperationException();
            }
        };
        assertThat(read(endless)).isEmpty();
        assertThat(description())
                .singleElement()
                .asString()
                .contains("line 1 of the targets is longer than 2048 octets");
    }

    @Test
    void what_is_no_text_is_reported_without_control_characters() {
        assertThat(read("\u001b[2Jsmtp\nsmtp://\u0080\u00ff\u0000\nsmtp://b\n")).contains("smtp://b:25");
        assertThat(description()).isNotEmpty().allSatisfy(line -> assertThat(line)
                .doesNotContain("\u001b", "\u0000"));
    }

    @Test
    void a_byte_order_mark_is_skipped() {
        assertThat(read("\u00ef\u00bb\u00bfsmtp://a\nsmtp://b\n")).containsExactly("smtp://a:25", "smtp://b:25");
        assertThat(description()).isEmpty();
    }

    @Test
    void a_file_of_nothing_but_a_byte_order_mark_has_no_target() {
        assertThat(read("\u00ef\u00bb\u00bf\n")).isEmpty();
        assertThat(description()).containsExactly("conformance: there is no target in the targets file hosts");
    }

    @Test
    void another_encoding_is_named() {
        assertThat(read("\u00ff\u00fes\0m\0t\0p\0:\0/\0/\0a\0")).isEmpty();
        assertThat(description())
                .containsExactly(
                        "conformance: line 1 of the targets: the file is not in UTF-8 but" + " perhaps in UTF-16");
        assertThat(results.exitStatus()).isEqualTo(2);
    }

    @Test
    void a_target_that_is_named_again_is_left_out_and_that_is_said() {
        assertThat(read("smtp://a\nsmtp://b\nSMTP://A:25\n")).containsExactly("smtp://a:25", "smtp://b:25");
        assertThat(description())
                .containsExactly("conformance: line 3 of the targets: smtp://A:25 was named before, in line 1; it is"
                        + " checked once");
        assertThat(results.exitStatus()).isZero();
    }

    @Test
    void a_source_that_breaks_is_reported() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }

            @Override
            public int read(byte[] octets, int from, int count) throws IOException {
                throw new IOException("gone");
            }
        };
        assertThat(read(broken)).isEmpty();
        assertThat(description()).containsExactly("conformance: reading the targets: gone");
        assertThat(results.exitStatus()).isEqualTo(2);
    }

    @Test
    void what_is_no_list_of_targets_is_not_read_on_and_not_reported_line_by_line() {
        assertThat(read("nonsense\n".repeat(5_000) + "smtp://a\n")).isEmpty();
        assertThat(description()).hasSize(102);
        assertThat(description().get(100))
                .isEqualTo("conformance: 900 more lines of the targets file hosts cannot be checked");
        assertThat(description().get(101))
                .contains("the first 1000 lines of the targets file hosts with something on them are no targets");
        assertThat(results.exitStatus()).isEqualTo(2);
    }

    @Test
    void a_list_with_many_bad_lines_is_read_to_its_end_and_the_last_of_them_are_counted() {
        assertThat(read("smtp://a\n" + "nonsense\n".repeat(5_000) + "smtp://a\n".repeat(150) + "smtp://b\n"))
                .containsExactly("smtp://a:25", "smtp://b:25");
        assertThat(description()).hasSize(202);
        assertThat(description().get(200))
                .isEqualTo("conformance: 4900 more lines of the targets file hosts cannot be checked");
        assertThat(description().get(201))
                .isEqualTo("conformance: 50 more targets of the targets file hosts were named before");
        assertThat(results.exitStatus()).isEqualTo(2);
    }

    @Test
    void a_list_whose_first_targets_are_not_for_this_run_is_read_to_its_end() {
        refusal = Optional.of("no check is for smtp://");
        assertThat(read("smtp://a\n".repeat(5_000))).isEmpty();
        assertThat(description()).hasSize(101);
        assertThat(description().get(100)).contains("4900 more lines");
    }

    @Test
    void overlong_lines_alone_are_no_list_either() {
        assertThat(read(("x".repeat(3_000) + "\n").repeat(2_000))).isEmpty();
        assertThat(description()).hasSize(102);
        assertThat(description().get(101)).contains("is not read on");
    }
}
