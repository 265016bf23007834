package dev.starttls.core.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsRecord.Srv;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceDiscoveryTest {

    private final Map<String, DnsAnswer> zone = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final DnsResolver resolver = (name, type) -> {
        assertThat(type).isEqualTo(DnsType.SRV);
        asked.add(name);
        return zone.getOrDefault(name, new DnsAnswer.Absent(name, Security.INSECURE));
    };
    private final ServiceDiscovery domain = ServiceDiscovery.of("user@example.org");

    @Test
    void submission_in_tls_from_the_first_octet_comes_before_starttls() throws DiscoveryException {
        publish("_submission._tcp", new Srv(0, 1, 587, "mail.example.org"));
        publish("_submissions._tcp", new Srv(10, 1, 465, "mail.example.org"), new Srv(5, 1, 4650, "MX.example.org."));
        assertThat(shown(domain.submission(resolver)))
                .containsExactly(
                        "SUBMISSIONS mx.example.org:4650 IMPLICIT",
                        "SUBMISSIONS mail.example.org:465 IMPLICIT",
                        "SUBMISSION mail.example.org:587 REQUIRED");
        assertThat(asked).containsExactly("_submissions._tcp.example.org", "_submission._tcp.example.org");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 'IMAPS IMAP POP3S POP3'",
        "0, 1, 'IMAPS IMAP POP3S POP3'",
        "1, 0, 'POP3S POP3 IMAPS IMAP'",
        "65535, 65535, 'IMAPS IMAP POP3S POP3'"
    })
    void the_protocol_with_the_lowest_priority_is_first(int imap, int pop3, String order) throws DiscoveryException {
        publish("_imaps._tcp", new Srv(65535, 1, 993, "a.example.org"));
        publish("_imap._tcp", new Srv(imap, 1, 143, "b.example.org"));
        publish("_pop3s._tcp", new Srv(65535, 1, 995, "c.example.org"));
        publish("_pop3._tcp", new Srv(pop3, 1, 110, "d.example.org"));
        assertThat(domain.mailboxes(resolver).endpoints().stream()
                        .map(endpoint -> endpoint.service().name())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(order);
        assertThat(asked)
                .containsExactly(
                        "_imaps._tcp.example.org",
                        "_imap._tcp.example.org",
                        "_pop3s._tcp.example.org",
                        "_pop3._tcp.example.org");
    }

    @Test
    void what_is_not_offered_is_said_and_what_is_not_published_is_not_guessed() throws DiscoveryException {
        publish("_pop3._tcp", new Srv(0, 0, 0, "."));
        publish("_pop3s._tcp", new Srv(0, 0, 0, "."), new Srv(1, 0, 995, "mail.example.org"));
        DiscoveredServices found = domain.mailboxes(resolver);
        assertThat(found.notOffered()).containsExactly(MailService.POP3);
        assertThat(shown(found)).containsExactly("POP3S mail.example.org:995 IMPLICIT");
        assertThat(domain.submission(resolver)).isEqualTo(new DiscoveredServices(List.of(), Set.of()));
    }

    @Test
    void a_target_that_is_no_host_and_a_port_that_is_none_are_left_out() throws DiscoveryException {
        publish(
                "_imaps._tcp",
                new Srv(0, 1, 993, "192.0.2.1"),
                new Srv(0, 1, 993, "mail example.org"),
                new Srv(0, 1, 993, "mail..example.org"),
                new Srv(0, 1, 0, "zero.example.org"),
                new Srv(7, 1, 993, "mail.example.org"));
        assertThat(shown(domain.mailboxes(resolver))).containsExactly("IMAPS mail.example.org:993 IMPLICIT");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            example.org       | INSECURE | SAME_DOMAIN | example.org
            mail.example.org  | INSECURE | SAME_DOMAIN | mail.example.org, example.org
            mailexample.org   | INSECURE | UNCONFIRMED | example.org
            example.org.evil  | INSECURE | UNCONFIRMED | example.org
            imap.example.net  | INSECURE | UNCONFIRMED | example.org
            imap.example.net  | SECURE   | SIGNED      | imap.example.net, example.org
            mail.example.org  | SECURE   | SIGNED      | mail.example.org, example.org
            """)
    void a_host_in_another_domain_needs_a_signed_answer_or_the_users_word(
            String host, Security security, TargetTrust trust, String names) throws DiscoveryException {
        zone.put(
                "_imaps._tcp.example.org",
                new DnsAnswer.Found(List.of(new Srv(0, 1, 993, host)), "_imaps._tcp.example.org", security));
        ServiceEndpoint found = domain.mailboxes(resolver).endpoints().get(0);
        assertThat(found).isEqualTo(new ServiceEndpoint(MailService.IMAPS, "example.org", host, 993, trust));
        assertThat(found.names()).containsExactly(names.split(", "));
        ServiceEndpoint confirmed = found.confirmed();
        if (trust == TargetTrust.UNCONFIRMED) {
            assertThat(confirmed.trust()).isEqualTo(TargetTrust.CONFIRMED);
            assertThat(confirmed.names()).containsExactly(host, "example.org");
        } else {
            assertThat(confirmed).isSameAs(found);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_question_that_fails_is_an_error_and_not_the_answer_that_there_is_nothing(DnsAnswer.Failure failure) {
        publish("_imaps._tcp", new Srv(0, 1, 993, "mail.example.org"));
        for (String labels : List.of("_imap._tcp", "_pop3s._tcp", "_pop3._tcp")) {
            zone.put(labels + ".example.org", new DnsAnswer.Failed(failure, "no luck"));
            DiscoveryException why = catchThrowableOfType(DiscoveryException.class, () -> domain.mailboxes(resolver));
            assertThat(why.failure()).isEqualTo(failure);
            assertThat(why.service().labels()).isEqualTo(labels);
            assertThat(why).hasMessageContaining(labels + ".example.org").hasMessageContaining("no luck");
            zone.remove(labels + ".example.org");
        }
        zone.put(
                "_imap._tcp.example.org",
                new DnsAnswer.Found(List.of(new DnsRecord.Cname("x")), "x", Security.INSECURE));
        assertThat(catchThrowableOfType(DiscoveryException.class, () -> domain.mailboxes(resolver))
                        .failure())
                .isEqualTo(DnsAnswer.Failure.SERVER_FAILURE);
        assertThatNullPointerException().isThrownBy(() -> domain.mailboxes((name, type) -> null));
    }

    @Property(tries = 300)
    void every_record_appears_once_in_the_order_of_the_priorities(
            @ForAll @Size(max = 12) List<@IntRange(max = 3) Integer> priorities,
            @ForAll @Size(value = 12) List<@IntRange(max = 65_535) Integer> weights,
            @ForAll long seed)
            throws DiscoveryException {
        List<DnsRecord> records = new ArrayList<>();
        IntStream.range(0, priorities.size())
                .forEach(i -> records.add(new Srv(priorities.get(i), weights.get(i), 1 + i, "h.example.org")));
        DnsAnswer answer = records.isEmpty()
                ? new DnsAnswer.Absent("x", Security.SECURE)
                : new DnsAnswer.Found(records, "x", Security.SECURE);
        List<ServiceEndpoint> found = domain.withRandom(new Random(seed))
                .decide(Map.of(MailService.IMAP, answer))
                .endpoints();
        assertThat(found.stream().map(ServiceEndpoint::port))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, priorities.size()).boxed().toList());
        assertThat(found.stream().map(endpoint -> priorities.get(endpoint.port() - 1)))
                .isSortedAccordingTo(Comparator.naturalOrder());
    }

    @Test
    void of_one_priority_the_first_is_chosen_by_its_weight() throws DiscoveryException {
        Random random = new Random(2782);
        publish(
                "_imap._tcp",
                new Srv(0, 30, 1, "h.example.org"),
                new Srv(0, 10, 2, "h.example.org"),
                new Srv(0, 0, 3, "h.example.org"),
                new Srv(0, 60, 4, "h.example.org"));
        int[] first = new int[5];
        for (int i = 0; i < 10_000; i++) {
            first[
                    domain.withRandom(random)
                            .mailboxes(resolver)
                            .endpoints()
                            .get(0)
                            .port()]++;
        }
        // Of 101 numbers, 0 to 100: one for the record of weight 0, as RFC 2782 has it.
        assertThat(first[1]).isBetween(2_800, 3_150);
        assertThat(first[2]).isBetween(850, 1_130);
        assertThat(first[3]).isBetween(50, 160);
        assertThat(first[4]).isBetween(5_750, 6_130);
    }

    @Test
    void an_answer_of_any_size_is_bounded() throws DiscoveryException {
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            records.add(new Srv(i % 4_000, 65_535, 993, "h.example.org"));
        }
        zone.put("_imaps._tcp.example.org", new DnsAnswer.Found(records, "x", Security.SECURE));
        assertThat(domain.mailboxes(resolver).endpoints()).hasSize(2_000);
    }

    @ParameterizedTest
    @CsvSource({
        "user@Example.ORG, example.org",
        "'\"odd@one\"@example.org', example.org",
        "user@example.org., example.org",
        "user@b\u00fccher.example, xn--bcher-kva.example"
    })
    void the_domain_is_what_follows_the_last_at(String address, String name) {
        assertThat(ServiceDiscovery.of(address).question(MailService.SUBMISSIONS))
                .isEqualTo("_submissions._tcp." + name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.org",
                "@example.org",
                "user@",
                "user@[192.0.2.1]",
                "user@192.0.2.1",
                "user@a..b",
                "user@a b"
            })
    void what_has_no_domain_is_refused(String address) {
        assertThatIllegalArgumentException().isThrownBy(() -> ServiceDiscovery.of(address));
    }

    @ParameterizedTest
    @EnumSource
    void no_service_is_spoken_to_without_tls(MailService service) {
        assertThat(service.policy().enforced()).isTrue();
        assertThat(service.policy() == TlsPolicy.IMPLICIT)
                .isEqualTo(service.labels().endsWith("s._tcp"));
    }

    @Test
    void endpoints_out_of_bounds_are_refused() {
        for (int port : List.of(-1, 0, 65_536)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ServiceEndpoint(MailService.IMAP, "a", "b", port, TargetTrust.SIGNED));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServiceEndpoint(MailService.IMAP, "", "b", 1, TargetTrust.SIGNED));
    }

    private void publish(String labels, DnsRecord... records) {
        String name = labels + ".example.org";
        zone.put(name, new DnsAnswer.Found(List.of(records), name, Security.INSECURE));
    }

    private static List<String> shown(DiscoveredServices found) {
        return found.endpoints().stream()
                .map(endpoint ->
                        endpoint.service() + " " + endpoint.host() + ":" + endpoint.port() + " " + endpoint.policy())
                .toList();
    }
}
