package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.smtp.policy.TlsReportRecord.Destination;
import dev.starttls.smtp.policy.TlsReportRecord.Lookup;
import dev.starttls.smtp.policy.TlsReportRecord.Reason;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8460 section 3. */
class TlsReportRecordTest {

    @Test
    void the_record_is_at_smtp_tls() {
        assertThat(TlsReportRecord.nameFor("example.org")).isEqualTo("_smtp._tls.example.org");
    }

    @Test
    void mailboxes_and_servers_come_in_their_order() {
        assertThat(destinations("v=TLSRPTv1; rua=mailto:reports@example.org , https://r.example.org/v1/tlsrpt;"))
                .containsExactly(
                        new Destination.Mail("reports@example.org"),
                        new Destination.Https(URI.create("https://r.example.org/v1/tlsrpt")));
    }

    @Test
    void a_mailbox_is_decoded_and_its_headers_are_left_out() {
        assertThat(destinations("v=TLSRPTv1;rua=MAILTO:tls%21rpt+a@example.org?subject=x"))
                .containsExactly(new Destination.Mail("tls!rpt+a@example.org"));
    }

    @Test
    void what_is_encoded_in_the_address_of_a_server_stays_encoded() {
        assertThat(destinations("v=TLSRPTv1;rua=https://example.org/a%2Cb%21c%3B"))
                .containsExactly(new Destination.Https(URI.create("https://example.org/a%2Cb%21c%3B")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v=TLSRPTv1;rua=mailto:a@b",
                "v=TLSRPTv1 ;\trua=mailto:a@b ; ",
                "v=TLSRPTv1;rua=mailto:a@b;ext=1",
                "v=TLSRPTv1;x-1.y_2=a:b/c;rua=mailto:a@b",
                "v=TLSRPTv1;rua=mailto:a@b;rua=mailto:c@d",
                "v=TLSRPTv1;rua=ftp://example.org/,mailto:a@b",
                "v=TLSRPTv1;rua=http://example.org/,mailto:a@b",
                "v=TLSRPTv1;rua=https://u:p@example.org/,mailto:a@b",
                "v=TLSRPTv1;rua=https:example.org,mailto:a@b",
                "v=TLSRPTv1;rua=mailto:x@y!10m,mailto:a@b",
                "v=TLSRPTv1;rua=mailto:x%0D%0ABcc%3Az@y,mailto:a@b",
                "v=TLSRPTv1;rua=mailto:x@y%00z,mailto:a@b",
                "v=TLSRPTv1;rua=mailto:x@y%2Cz@y,mailto:a@b",
                "v=TLSRPTv1;rua=mailto:%3Cx@y%3E,mailto:a@b",
                "v=TLSRPTv1;rua=,mailto:a@b"
            })
    void what_is_not_known_or_cannot_be_used_is_ignored(String text) {
        assertThat(destinations(text)).containsExactly(new Destination.Mail("a@b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v=TLSRPTv1;",
                "v=TLSRPTv1;;rua=mailto:a@b",
                "v=TLSRPTv1;rua",
                "v=TLSRPTv1;rua=",
                "v=TLSRPTv1;RUA=mailto:a@b",
                "v=TLSRPTv1;rua=mailto:a",
                "v=TLSRPTv1;rua=mailto:%zz@b",
                "v=TLSRPTv1;rua=tel:1",
                "v=TLSRPTv1;rua=mailto:a@b;=x",
                "v=TLSRPTv1;rua=mailto:a@b;\u00e9=x",
                "v=TLSRPTv1;rua=mailto:\u00e9@b"
            })
    void a_malformed_record_says_what_was_expected(String text) {
        assertThat(TlsReportRecord.of(answer(text))).isInstanceOfSatisfying(Lookup.NoRecord.class, none -> {
            assertThat(none.reason()).isEqualTo(Reason.MALFORMED);
            assertThat(none.detail()).startsWith("Expected ");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v=TLSRPTv1",
                "v=TLSRPTv2;rua=mailto:a@b",
                "V=TLSRPTv1;rua=mailto:a@b",
                " v=TLSRPTv1;rua=mailto:a@b",
                "v=spf1 -all",
                "v=TLSRPTv11;rua=mailto:a@b"
            })
    void a_record_that_does_not_begin_with_the_version_is_not_looked_at(String text) {
        assertThat(reason(text)).isEqualTo(Reason.ABSENT);
        assertThat(TlsReportRecord.of(answer(text, "v=TLSRPTv1;rua=mailto:a@b")))
                .isInstanceOf(Lookup.Published.class);
    }

    @Test
    void two_records_are_none() {
        assertThat(reason("v=TLSRPTv1;rua=mailto:a@b", "v=TLSRPTv1;rua=mailto:a@b"))
                .isEqualTo(Reason.SEVERAL);
    }

    @Test
    void strings_are_joined_without_a_space() {
        DnsAnswer answer = new DnsAnswer.Found(
                List.of(new DnsRecord.Txt(List.of("v=TLSRPTv1;rua=mail", "to:a@", "b"))),
                "_smtp._tls.example.org",
                DnsAnswer.Security.INSECURE);
        assertThat(TlsReportRecord.of(answer))
                .isEqualTo(new Lookup.Published(new TlsReportRecord(List.of(new Destination.Mail("a@b")))));
    }

    @Test
    void no_answer_is_another_thing_than_no_record() {
        assertThat(reasonOf(new DnsAnswer.Failed(DnsAnswer.Failure.TIMEOUT, "no answer in 5 s")))
                .isEqualTo(Reason.LOOKUP_FAILED);
        assertThat(reasonOf(new DnsAnswer.Absent("_smtp._tls.example.org", DnsAnswer.Security.INSECURE)))
                .isEqualTo(Reason.ABSENT);
    }

    @Test
    void destinations_are_bounded() {
        StringBuilder many = new StringBuilder("v=TLSRPTv1;rua=mailto:a@b");
        for (int i = 0; i < 5_000; i++) {
            many.append(",mailto:a").append(i).append("@b");
        }
        assertThat(destinations(many.toString())).hasSize(TlsReportRecord.MAX_DESTINATIONS);
        assertThat(destinations("v=TLSRPTv1;rua=" + "mailto:a@b,".repeat(5_000) + "mailto:a@b"))
                .as("the same one is told once")
                .hasSize(1);
        assertThatThrownBy(() -> new TlsReportRecord(List.of())).hasMessageContaining("1 to 10");
    }

    @Test
    void a_mailbox_of_254_octets_is_taken_and_a_longer_one_is_not() {
        String longest = "a".repeat(252) + "@b";
        assertThat(destinations("v=TLSRPTv1;rua=mailto:" + longest)).containsExactly(new Destination.Mail(longest));
        assertThat(reason("v=TLSRPTv1;rua=mailto:a" + longest)).isEqualTo(Reason.MALFORMED);
    }

    private static List<Destination> destinations(String text) {
        Lookup lookup = TlsReportRecord.of(answer(text));
        assertThat(lookup).isInstanceOf(Lookup.Published.class);
        return ((Lookup.Published) lookup).record().destinations();
    }

    private static Reason reason(String... texts) {
        return reasonOf(answer(texts));
    }

    private static Reason reasonOf(DnsAnswer answer) {
        Lookup lookup = TlsReportRecord.of(answer);
        assertThat(lookup).isInstanceOf(Lookup.NoRecord.class);
        return ((Lookup.NoRecord) lookup).reason();
    }

    private static DnsAnswer answer(String... texts) {
        List<DnsRecord> records = Arrays.stream(texts)
                .<DnsRecord>map(text -> new DnsRecord.Txt(List.of(text)))
                .toList();
        return new DnsAnswer.Found(records, "_smtp._tls.example.org", DnsAnswer.Security.INSECURE);
    }
}
