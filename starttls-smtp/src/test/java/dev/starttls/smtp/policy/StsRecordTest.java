package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import dev.starttls.smtp.policy.StsRecord.Lookup.NoRecord;
import dev.starttls.smtp.policy.StsRecord.Lookup.Published;
import dev.starttls.smtp.policy.StsRecord.Reason;
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

/** RFC 8461 section 3.1. */
class StsRecordTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v=STSv1; id=20160831085700Z; | 20160831085700Z",
                "'v=STSv1; \t id=20160831085700Z  \t;' | 20160831085700Z",
                "v=STSv1;id=a | a",
                "v=STSv1 ; id=a | a",
                "'v=STSv1; id=a; ' | a",
                "v=STSv1; id=a; more=a; ext=2 | a",
                "v=STSv1; more=x:y; id=a | a",
                "v=STSv1; id=a; more=!~ | a",
                "v=STSv1; id=a; a1234567890123456789012345678901=1 | a",
                "v=STSv1; id=azAZ09 | azAZ09",
                "v=STSv1; id=first; id=second | first",
                "v=STSv1; id=first; id=not-one | first",
                "v=STSv1; id=01234567890123456789012345678901 | 01234567890123456789012345678901"
            })
    void a_record_has_an_id(String text, String id) {
        assertThat(read(text)).isEqualTo(new Published(new StsRecord(id)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v=STSv1;",
                "v=STSv1; ext=1",
                "v=STSv1; id=",
                "v=STSv1; id=012345678901234567890123456789012",
                "v=STSv1; id=test-123",
                "v=STSv1; id=a; more=",
                "v=STSv1; id=a; more=x y",
                "v=STSv1; id=a; more=x\u007f",
                "v=STSv1; id=a; a12345678901234567890123456789012=1",
                "v=STSv1; id=a; 1%=a",
                "v=STSv1; id=a; _x=a",
                "v=STSv1; id=a; test==",
                "v=STSv1; id=a;;",
                "v=STSv1;;",
                "v=STSv1;; id=a",
                "v=STSv1; id=a b",
                "v=STSv1; ID=a",
                "v=STSv1; id",
                "v=STSv1; id=\u00e9"
            })
    void a_malformed_record_is_none(String text) {
        assertThat(read(text)).isInstanceOfSatisfying(NoRecord.class, none -> assertThat(none.reason())
                .isEqualTo(Reason.MALFORMED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v=STSv0; id=a",
                "v=STSv10; id=a",
                "v=STSv1",
                "V=STSv1; id=a",
                "v=stsv1; id=a",
                "",
                "v=spf1",
                " v=STSv1; id=a"
            })
    void a_text_that_does_not_begin_with_the_version_is_not_looked_at(String text) {
        assertThat(read(text)).isInstanceOfSatisfying(NoRecord.class, none -> assertThat(none.reason())
                .isEqualTo(Reason.ABSENT));
        assertThat(read(text, "v=STSv1; id=a")).isEqualTo(new Published(new StsRecord("a")));
    }

    @Test
    void the_record_is_at_mta_sts() {
        assertThat(StsRecord.nameFor("example.org")).isEqualTo("_mta-sts.example.org");
    }

    @Test
    void a_version_alone_has_a_field_that_is_none() {
        assertThat(read("v=STSv1;"))
                .isEqualTo(new NoRecord(Reason.MALFORMED, "Expected a field such as id=20301231, got \"\""));
    }

    @Test
    void two_records_are_none_also_where_one_is_malformed() {
        for (String other : List.of("v=STSv1; id=a", "v=STSv1; id=b", "v=STSv1;")) {
            assertThat(read("v=STSv1; id=a", other))
                    .isInstanceOfSatisfying(
                            NoRecord.class, none -> assertThat(none.reason()).isEqualTo(Reason.SEVERAL));
        }
    }

    @Test
    void the_strings_of_one_record_are_joined_without_a_space() {
        DnsRecord record = new DnsRecord.Txt(List.of("v=STS", "v1; id=2016", "0831"));
        assertThat(StsRecord.of(new DnsAnswer.Found(List.of(record), "_mta-sts.example.org", Security.INSECURE)))
                .isEqualTo(new Published(new StsRecord("20160831")));
    }

    @Test
    void an_alias_is_followed_by_the_resolver_and_its_target_has_the_record() {
        DnsRecord record = new DnsRecord.Txt(List.of("v=STSv1; id=a"));
        assertThat(StsRecord.of(new DnsAnswer.Found(List.of(record), "_mta-sts.provider.example", Security.INSECURE)))
                .isEqualTo(new Published(new StsRecord("a")));
    }

    @Test
    void a_look_up_that_failed_is_not_one_that_found_nothing() {
        assertThat(StsRecord.of(new DnsAnswer.Failed(Failure.TIMEOUT, "no answer in 5 s")))
                .isEqualTo(new NoRecord(Reason.LOOKUP_FAILED, "Expected an answer, got TIMEOUT: no answer in 5 s"));
        assertThat(StsRecord.of(new DnsAnswer.Absent("_mta-sts.example.org", Security.SECURE)))
                .isInstanceOfSatisfying(
                        NoRecord.class, none -> assertThat(none.reason()).isEqualTo(Reason.ABSENT));
    }

    @Test
    void an_id_that_could_not_be_in_a_record_is_refused() {
        assertThatThrownBy(() -> new StsRecord("a-b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 32 letters and digits, got \"a-b\"");
    }

    @Property(seed = "8461")
    void whatever_comes_is_a_record_or_none_with_a_detail_on_one_line(@ForAll("texts") String text) {
        StsRecord.Lookup found = read(text);
        if (found instanceof NoRecord none) {
            assertThat(none.detail())
                    .startsWith("Expected ")
                    .hasSizeLessThan(200)
                    .matches("[ -~]+");
        } else {
            assertThat(text)
                    .startsWith("v=STSv1")
                    .contains("id=" + ((Published) found).record().id());
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("v=STSv1", ";", " ", "\t", "id=", "a", "9", "=", "ext", "\u00ff", "\n", "-", "_")
                .list()
                .ofMaxSize(14)
                .map(parts -> String.join("", parts))
                .flatMap(rest -> Arbitraries.of("", "v=STSv1;", "v=STSv1;id=a;").map(start -> start + rest));
    }

    private static StsRecord.Lookup read(String... texts) {
        return StsRecord.of(new FakeDns().sts("example.org", texts).ask(StsRecord.nameFor("example.org"), DnsType.TXT));
    }
}
