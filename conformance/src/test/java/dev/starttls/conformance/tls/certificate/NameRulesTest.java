package dev.starttls.conformance.tls.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.tls.certificate.Issuer.Order;
import dev.starttls.core.tls.ServerIdentity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameRulesTest {

    private static NameVerdict judge(Order order, String reference) {
        return NameRules.judge(Issuer.selfSigned(order).certificate(), ServerIdentity.of(reference));
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "mail.example.org, mail.example.org, true",
        "MAIL.Example.ORG, mail.example.org, true",
        "mail.example.org, mail.example.org., true",
        "mail.example.org, www.example.org, false",
        "example.org, mail.example.org, false",
        "*.example.org, mail.example.org, true",
        "*.example.org, example.org, false",
        "*.example.org, a.mail.example.org, false",
        "*.example.org, .example.org, false",
        "m*.example.org, mail.example.org, false",
        "*mail.example.org, xmail.example.org, false",
        "mail.*.org, mail.example.org, false",
        "*.*.org, mail.example.org, false",
        "*, mail, false",
        "*., mail., false",
        "*.example, mail.example, false",
        "mail.example.org., mail.example.org, false",
        "127.1, 127.1, false",
        "2130706433, 2130706433, false",
        "1.2.3.999, 1.2.3.999, false",
        "xn--bcher-kva.example, bücher.example, true",
        "XN--BCHER-KVA.example, bücher.example, true",
        "mail.example.org.evil.example, mail.example.org, false",
    })
    void a_name_matches_as_the_rfc_says(String presented, String reference, boolean matches) {
        assertThat(judge(Order.server(presented), reference) instanceof NameVerdict.Matched)
                .isEqualTo(matches);
    }

    @Test
    void any_of_several_names_will_do() {
        assertThat(judge(Order.server("a.example.org", "mail.example.org"), "mail.example.org"))
                .isEqualTo(new NameVerdict.Matched("DNS:mail.example.org"));
    }

    @Test
    void a_common_name_counts_only_where_there_is_no_other_name() {
        Order commonNameOnly = Order.server("mail.example.org").withoutNames();
        assertThat(judge(commonNameOnly, "mail.example.org"))
                .isEqualTo(new NameVerdict.CommonNameOnly("mail.example.org"));
        Order other = Order.server("other.example.org").subject("CN=mail.example.org");
        assertThat(judge(other, "mail.example.org")).isInstanceOf(NameVerdict.Mismatched.class);
    }

    @Test
    void a_mismatch_states_what_the_certificate_has() {
        NameVerdict verdict = judge(Order.server("a.example.org", "192.0.2.7"), "mail.example.org");
        assertThat(verdict)
                .isInstanceOfSatisfying(NameVerdict.Mismatched.class, mismatch -> assertThat(mismatch.presented())
                        .containsExactly("DNS:a.example.org", "IP:192.0.2.7", "CN=a.example.org"));
    }

    @Test
    void an_address_matches_an_address_and_never_a_name() {
        assertThat(judge(Order.server("192.0.2.7"), "192.0.2.7")).isEqualTo(new NameVerdict.Matched("IP:192.0.2.7"));
        assertThat(judge(Order.server("2001:db8::1"), "2001:db8:0:0::1")).isInstanceOf(NameVerdict.Matched.class);
        assertThat(judge(Order.server("192.0.2.8"), "192.0.2.7")).isInstanceOf(NameVerdict.Mismatched.class);
        assertThat(judge(
                        Order.server("mail.example.org").subject("CN=192.0.2.7").withoutNames(), "192.0.2.7"))
                .isInstanceOf(NameVerdict.Mismatched.class);
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.7., false",
        "192.0.2.7, ::ffff:192.0.2.7, true",
        "192.0.2.7, 192.0.2.07, false",
        "192.0.2.7, 192.0.519, false",
        "192.0.2.7, 3221225991, false",
        "192.0.2.7, 0xc0.0.2.7, false",
        "192.0.2.7, [192.0.2.7], false",
        "2001:db8::1, [2001:db8::1], true",
        "2001:db8::1, 2001:DB8::0:1, true",
        "2001:db8::1, 2001:db8::1., false",
        "fe80::1, fe80::1%nowhere0, true",
        "fe80::1, [fe80::1%25], true",
    })
    void an_address_matches_in_the_forms_of_the_rfcs_and_in_no_other(
            String presented, String reference, boolean matches) {
        assertThat(judge(Order.server(presented), reference) instanceof NameVerdict.Matched)
                .isEqualTo(matches);
    }
}
