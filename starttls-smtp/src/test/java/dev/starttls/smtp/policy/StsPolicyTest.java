package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.smtp.policy.StsPolicy.Mode;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8461 sections 3.2 and 4.1. */
class StsPolicyTest {

    @Test
    void the_example_of_the_rfc_is_read() throws Exception {
        StsPolicy policy = StsPolicy.parse(
                "version: STSv1/mode: enforce/mx: mail.example.com/mx: *.example.net/mx: backupmx.example.com/max_age: 604800/"
                        .replace("/", "\r\n"));
        assertThat(policy.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(policy.mx())
                .extracting(MxPattern::text)
                .containsExactly("mail.example.com", "*.example.net", "backupmx.example.com");
        assertThat(policy.maxAge()).isEqualTo(Duration.ofDays(7));
        assertThat(policy.lines())
                .containsExactly(
                        "version: STSv1",
                        "mode: enforce",
                        "mx: mail.example.com",
                        "mx: *.example.net",
                        "mx: backupmx.example.com",
                        "max_age: 604800");
    }

    @Test
    void a_policy_allows_the_hosts_of_each_of_its_patterns() throws Exception {
        StsPolicy policy =
                StsPolicy.parse("version: STSv1\nmode: enforce\nmx: a.example.com\nmx: *.example.net\nmax_age: 1");
        assertThat(policy.allows("a.example.com")).isTrue();
        assertThat(policy.allows("b.example.net")).isTrue();
        assertThat(policy.allows("b.example.com")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version: STSv1/mode: testing/mx: mx1.example.com/max_age: 1296000/ | TESTING | [mx1.example.com] | 1296000",
                "'version: STSv1/mode: enforce\t/mx: *.example.com /max_age: 0 /' | ENFORCE | [*.example.com] | 0",
                "'version:STSv1/mode:\tenforce/mx:  \t *.example.com/max_age: 1/more:ext e  ns ion' | ENFORCE | [*.example.com] | 1",
                "version: STSv1/mode: none/max_age: 86400 | NONE | [] | 86400",
                "max_age: 1/mx: A.Example.COM/mode: enforce/version: STSv1 | ENFORCE | [a.example.com] | 1",
                "version: STSv1/mode: testing/mode: enforce/mx: a.example/max_age: 5/max_age: 6 | TESTING | [a.example] | 5",
                "version: STSv1/mode: enforce/mode: what/mx: a.example/max_age: 5/max_age: never | ENFORCE | [a.example] | 5",
                "version: STSv1//mode: none/max_age: 1/// | NONE | [] | 1",
                "version: STSv1/mode: none/max_age: 31557600 | NONE | [] | 31557600",
                "version: STSv1/mode: none/max_age: 31557601 | NONE | [] | 31557600",
                "version: STSv1/mode: none/max_age: 9999999999 | NONE | [] | 31557600",
                "version: STSv1/mode: none/max_age: 1/caf: caf\u00c3\u00a9 | NONE | [] | 1"
            })
    void a_policy_has_mode_hosts_and_age(String text, Mode mode, String mx, long seconds) throws Exception {
        for (String end : List.of("\n", "\r\n")) {
            StsPolicy policy = StsPolicy.parse(text.replace("/", end));
            assertThat(policy.mode()).isEqualTo(mode);
            assertThat(policy.mx()).hasToString(mx);
            assertThat(policy.maxAge()).isEqualTo(Duration.ofSeconds(seconds));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bogus",
                "<html>/version: STSv1",
                "version: STSv0/mode: none/max_age: 0",
                "version: STSv10/mode: none/max_age: 0",
                "version: STSv2/version: STSv1/mode: none/max_age: 0",
                "version: STSv1/max_age: 0/mx: example.com",
                "version: STSv1/mode: none",
                "version: STSv1/max_age: 0/mode: enforce",
                "version: STSv1/max_age: 0/mode: testing",
                "max_age: 0/mode: none",
                "version: STSv1/mode: none/max_age: 01234567890",
                "version: STSv1/mode: none/max_age: -1",
                "version: STSv1/mode: none/max_age: +1",
                "version: STSv1/mode: none/max_age: a",
                "version: STSv1/mode: none/max_age:",
                "version: STSv1/mode: bad/max_age: 1",
                "version: STSv1/mode: Enforce/max_age: 1/mx: a.example",
                "version: STSv1/mode: enforce/max_age: 0/mx:",
                "version: STSv1/mode: enforce/max_age: 0/mx: *",
                "version: STSv1/mode: enforce/max_age: 0/mx: *.",
                "version: STSv1/mode: enforce/max_age: 0/mx: *.*.example",
                "version: STSv1/mode: enforce/max_age: 0/mx: **.example",
                "version: STSv1/mode: enforce/max_age: 0/mx: a.*.example",
                "version: STSv1/mode: enforce/max_age: 0/mx: a*.example",
                "version: STSv1/mode: enforce/max_age: 0/mx: .example.com",
                "version: STSv1/mode: enforce/max_age: 0/mx: a.example.com.",
                "version: STSv1/mode: enforce/max_age: 0/mx: a..example.com",
                "version: STSv1/mode: enforce/max_age: 0/mx: test.example-",
                "version: STSv1/mode: enforce/max_age: 0/mx: 192.0.2.1",
                "version: STSv1/mode: enforce/max_age: 0/mx: a.example, b.example",
                "version: STSv1/mode: none/max_age: 0/mx: m\u00f8x.example",
                "version: STSv1/mode: none/max_age: 0/ext:",
                "version: STSv1/mode: none/max_age: 0/_bad: test",
                "version: STSv1/mode: none/max_age: 0/a12345678901234567890123456789012: 1",
                "version: STSv1/mode: none/max_age: 0/ext: a\u0007b",
                "version: STSv1\rmode: none\rmax_age: 0",
                "\u00ef\u00bb\u00bfversion: STSv1/mode: none/max_age: 0",
                " version: STSv1/mode: none/max_age: 0"
            })
    void what_is_no_policy_is_refused_with_what_was_expected(String text) {
        assertThatThrownBy(() -> StsPolicy.parse(text.replace('/', '\n')))
                .isInstanceOf(StsSyntaxException.class)
                .message()
                .contains("xpected ")
                .matches("[ -~]+");
    }

    @Test
    void a_policy_has_at_most_64_kib() throws Exception {
        String policy = "version: STSv1\nmode: none\nmax_age: 1\n";
        String padding = "x: " + "y".repeat(StsPolicy.MAX_OCTETS - policy.length() - 3);
        assertThat(StsPolicy.parse(policy + padding).lines()).hasSize(4);
        assertThatThrownBy(() -> StsPolicy.parse(policy + padding + "y"))
                .isInstanceOf(StsSyntaxException.class)
                .hasMessageContaining("at most 65536 octets, got 65537");
    }

    @Test
    void a_policy_has_at_most_1000_lines() throws Exception {
        String policy = "version: STSv1\nmode: enforce\nmax_age: 1\n" + "mx: a\n".repeat(StsPolicy.MAX_LINES - 3);
        assertThat(StsPolicy.parse(policy + "\n\n").lines()).hasSize(StsPolicy.MAX_LINES);
        assertThatThrownBy(() -> StsPolicy.parse(policy + "mx: b"))
                .isInstanceOf(StsSyntaxException.class)
                .hasMessageContaining("at most 1000 lines");
    }

    @ParameterizedTest
    @CsvSource({
        "mail.example.com, mail.example.com, true",
        "mail.example.com, MAIL.example.com., true",
        "mail.example.com, other.example.com, false",
        "mail.example.com, a.mail.example.com, false",
        "*.example.com, mail.example.com, true",
        "*.example.com, Mail.Example.COM, true",
        "*.example.com, example.com, false",
        "*.example.com, a.mail.example.com, false",
        "*.example.com, .example.com, false",
        "*.example.com, mailexample.com, false",
        "*.com, example.com, true",
        "*.example.com, *.example.com, false",
        "xn--bcher-kva.example, b\u00fccher.example, true"
    })
    void a_wildcard_stands_for_exactly_one_label(String pattern, String host, boolean matches) {
        assertThat(new MxPattern(pattern).matches(host)).isEqualTo(matches);
    }

    @Property(seed = "8461")
    void whatever_comes_is_a_policy_or_refused(@ForAll("texts") String text) {
        try {
            StsPolicy policy = StsPolicy.parse(text);
            assertThat(policy.mode() == Mode.NONE || !policy.mx().isEmpty()).isTrue();
            assertThat(StsPolicy.parse(String.join("\n", policy.lines()))).isEqualTo(policy);
        } catch (StsSyntaxException e) {
            assertThat(e)
                    .hasMessageContaining("xpected ")
                    .message()
                    .hasSizeLessThan(300)
                    .matches("[ -~]+");
        }
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> line = Arbitraries.of(
                "version: STSv1",
                "mode: none",
                "mode: enforce",
                "mode:testing ",
                "max_age: 5",
                "max_age:",
                "mx: *.a.example",
                "mx: b.example",
                "mx: *",
                "x: y",
                "",
                " ",
                "\u0000",
                "nothing",
                "mx: \u00e9.example",
                ":",
                "a:b:c");
        return line.list()
                .ofMaxSize(8)
                .flatMap(lines -> Arbitraries.of("\n", "\r\n", "\r").map(end -> String.join(end, lines)))
                .flatMap(some -> Arbitraries.of("", "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1\n")
                        .map(start -> start + some));
    }
}
