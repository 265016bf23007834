package dev.starttls.core.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DnsAnswerTest {

    private static final DnsRecord.Mx MX = new DnsRecord.Mx(10, "MX.Example.ORG.");

    @Test
    void names_are_in_lower_case_without_the_dot_at_their_end() {
        assertThat(MX.exchange()).isEqualTo("mx.example.org");
        assertThat(new DnsRecord.Mx(0, ".").exchange()).isEqualTo(".");
        assertThat(new DnsAnswer.Absent("A.", DnsAnswer.Security.INSECURE).canonicalName())
                .isEqualTo("a");
    }

    @Test
    void the_records_of_one_type_are_had_by_their_class() {
        DnsAnswer answer =
                new DnsAnswer.Found(List.of(MX, new DnsRecord.Cname("b")), "example.org", DnsAnswer.Security.SECURE);
        assertThat(answer.records(DnsRecord.Mx.class)).containsExactly(MX);
        assertThat(answer.records(DnsRecord.Txt.class)).isEmpty();
        assertThat(answer.secure()).isTrue();
    }

    @Test
    void what_failed_is_neither_secure_nor_absent() {
        DnsAnswer failed = new DnsAnswer.Failed(DnsAnswer.Failure.BOGUS, "no signature");
        assertThat(failed.secure()).isFalse();
        assertThat(failed.records(DnsRecord.Mx.class)).isEmpty();
        assertThat(new DnsAnswer.Absent("a", DnsAnswer.Security.SECURE).secure())
                .isTrue();
        assertThat(new DnsAnswer.Absent("a", DnsAnswer.Security.INSECURE).secure())
                .isFalse();
    }

    @Test
    void text_is_joined_without_a_space() {
        assertThat(new DnsRecord.Txt(List.of("v=STSv1; ", "id=1;")).text()).isEqualTo("v=STSv1; id=1;");
    }

    @Test
    void the_data_of_tlsa_is_compared_without_regard_to_case() {
        DnsRecord.Tlsa tlsa = new DnsRecord.Tlsa(3, 1, 1, "01AB");
        assertThat(tlsa).isEqualTo(new DnsRecord.Tlsa(3, 1, 1, "01ab")).hasToString("3 1 1 01ab");
        assertThat(tlsa.octets()).containsExactly(1, 0xab);
        assertThatThrownBy(() -> new DnsRecord.Tlsa(3, 1, 1, "01a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data: expected two hexadecimal digits for each octet, got 3 characters: 01a");
    }

    @Test
    void numbers_outside_their_field_and_answers_without_a_record_are_refused() {
        assertThatThrownBy(() -> new DnsRecord.Srv(0, 0, 65536, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port: expected 0 to 65535, got 65536");
        assertThatThrownBy(() -> new DnsAnswer.Found(List.of(), "a", DnsAnswer.Security.SECURE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use Absent");
    }
}
