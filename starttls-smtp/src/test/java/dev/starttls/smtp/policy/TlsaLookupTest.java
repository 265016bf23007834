package dev.starttls.smtp.policy;

import static dev.starttls.smtp.policy.DaneFixture.LEAF;
import static dev.starttls.smtp.policy.DaneFixture.tlsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Absent;
import dev.starttls.core.dns.DnsAnswer.Failed;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsAnswer.Found;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsRecord.Address;
import dev.starttls.core.dns.DnsRecord.Cname;
import dev.starttls.core.dns.DnsRecord.Mx;
import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.smtp.policy.DaneRequirement.Absence;
import dev.starttls.smtp.policy.DaneRequirement.AuthenticationRequired;
import dev.starttls.smtp.policy.DaneRequirement.EncryptionRequired;
import dev.starttls.smtp.policy.DaneRequirement.HostUnusable;
import dev.starttls.smtp.policy.DaneRequirement.NotApplicable;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsaLookupTest {

    private static final Tlsa RECORD = tlsa(3, 1, 1, LEAF.certificate());
    private static final DnsAnswer MX = found("example.org", Security.SECURE, new Mx(10, "mx.example.net"));

    private final Map<String, DnsAnswer> zone = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final TlsaLookup lookup = TlsaLookup.with(this::answer);

    private DnsAnswer answer(String name, DnsType type) {
        asked.add(name + " " + type);
        return zone.getOrDefault(name + " " + type, new Absent(name, Security.SECURE));
    }

    private static Found found(String canonical, Security security, DnsRecord... records) {
        return new Found(List.of(records), canonical, security);
    }

    private void address(String host, String canonical, Security security) {
        zone.put(host + " A", found(canonical, security, new Address(InetAddress.getLoopbackAddress())));
    }

    private void secure(String host) {
        address(host, host, Security.SECURE);
        zone.put("_25._tcp." + host + " TLSA", found("_25._tcp." + host, Security.SECURE, RECORD));
    }

    @Test
    void usable_records_require_authentication_for_the_host_and_the_domain() {
        secure("mx.example.net");
        assertThat(lookup.forMx("Example.ORG.", MX, "MX.example.net.", 25))
                .isEqualTo(new AuthenticationRequired(
                        "mx.example.net", List.of("mx.example.net", "example.org"), TlsaRecords.of(List.of(RECORD))));
        assertThat(asked).containsExactly("mx.example.net AAAA", "mx.example.net A", "_25._tcp.mx.example.net TLSA");
    }

    @Test
    void the_domain_after_its_aliases_is_a_name_too() {
        secure("mx.example.net");
        DnsAnswer mx = found("mail.example.com", Security.SECURE, new Mx(10, "mx.example.net"));
        assertThat(required(lookup.forMx("example.org", mx, "mx.example.net", 25))
                        .names())
                .containsExactly("mx.example.net", "example.org", "mail.example.com");
    }

    @Test
    void a_server_without_mx_has_its_own_name_alone() {
        secure("example.org");
        assertThat(required(lookup.forMx("example.org", new Absent("example.org", Security.SECURE), "example.org", 25))
                        .names())
                .containsExactly("example.org");
        assertThat(required(lookup.forHost("example.org", 25)).names()).containsExactly("example.org");
    }

    @Test
    void the_port_is_in_the_question() {
        address("mx.example.net", "mx.example.net", Security.SECURE);
        zone.put("_2525._tcp.mx.example.net TLSA", found("x", Security.SECURE, RECORD));
        assertThat(required(lookup.forHost("mx.example.net", 2525)).baseDomain())
                .isEqualTo("mx.example.net");
    }

    @Test
    void without_secure_mx_nothing_is_asked() {
        secure("mx.example.net");
        for (DnsAnswer mx : List.of(
                found("example.org", Security.INSECURE, new Mx(10, "mx.example.net")),
                new Absent("example.org", Security.INSECURE))) {
            requireAbsent(lookup.forMx("example.org", mx, "mx.example.net", 25), Absence.INSECURE_MX);
        }
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void an_mx_look_up_that_failed_makes_the_host_unusable(Failure cause) {
        requireUnusable(
                lookup.forMx("example.org", new Failed(cause, "why"), "mx.example.net", 25), "example.org MX", cause);
        assertThat(asked).isEmpty();
    }

    @Test
    void insecure_addresses_are_not_asked_for_records() {
        secure("mx.example.net");
        address("mx.example.net", "mx.example.net", Security.INSECURE);
        requireAbsent(lookup.forHost("mx.example.net", 25), Absence.INSECURE_ADDRESS);
        assertThat(asked).containsExactly("mx.example.net AAAA", "mx.example.net A");
    }

    @Test
    void one_insecure_family_of_addresses_is_enough_to_ask_nothing() {
        secure("mx.example.net");
        zone.put(
                "mx.example.net AAAA",
                found("mx.example.net", Security.INSECURE, new Address(InetAddress.getLoopbackAddress())));
        requireAbsent(lookup.forHost("mx.example.net", 25), Absence.INSECURE_ADDRESS);
    }

    @Test
    void a_host_without_addresses_is_unusable() {
        assertThat(lookup.forHost("mx.example.net", 25))
                .isInstanceOfSatisfying(HostUnusable.class, unusable -> assertThat(unusable.reason())
                        .isEqualTo(FailureReason.CONNECT_FAILED));
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1", "2001:db8::1", "[2001:db8::1]"})
    void an_address_has_no_records(String host) {
        requireAbsent(lookup.forHost(host, 25), Absence.NO_NAME);
        assertThat(asked).isEmpty();
    }

    @Test
    void the_name_after_all_aliases_comes_first() {
        address("mx.example.net", "real.example.com", Security.SECURE);
        zone.put("_25._tcp.real.example.com TLSA", found("x", Security.SECURE, RECORD));
        zone.put("_25._tcp.mx.example.net TLSA", found("x", Security.SECURE, tlsa(3, 0, 1, LEAF.certificate())));
        AuthenticationRequired required = required(lookup.forMx("example.org", MX, "mx.example.net", 25));
        assertThat(required.baseDomain()).isEqualTo("real.example.com");
        assertThat(required.names()).containsExactly("real.example.com", "example.org");
        assertThat(asked).doesNotContain("_25._tcp.mx.example.net TLSA");
    }

    @ParameterizedTest
    @EnumSource
    void the_name_before_all_aliases_comes_second(Security security) {
        address("mx.example.net", "real.example.com", Security.SECURE);
        if (security == Security.INSECURE) {
            zone.put(
                    "_25._tcp.real.example.com TLSA", found("x", Security.INSECURE, tlsa(3, 0, 1, LEAF.certificate())));
        }
        zone.put("_25._tcp.mx.example.net TLSA", found("x", Security.SECURE, RECORD));
        assertThat(required(lookup.forHost("mx.example.net", 25)).baseDomain()).isEqualTo("mx.example.net");
        assertThat(asked)
                .endsWith("_25._tcp.real.example.com TLSA", "_25._tcp.mx.example.net TLSA")
                .hasSize(4);
    }

    @Test
    void a_secure_alias_of_an_insecure_name_is_asked_for_its_own_records() {
        address("mx.example.net", "real.example.com", Security.INSECURE);
        zone.put("mx.example.net CNAME", found("mx.example.net", Security.SECURE, new Cname("real.example.com")));
        zone.put("_25._tcp.mx.example.net TLSA", found("x", Security.SECURE, RECORD));
        assertThat(required(lookup.forHost("mx.example.net", 25)).baseDomain()).isEqualTo("mx.example.net");
        assertThat(asked).doesNotContain("_25._tcp.real.example.com TLSA");
    }

    @Test
    void an_insecure_alias_is_asked_for_nothing() {
        address("mx.example.net", "real.example.com", Security.INSECURE);
        zone.put("mx.example.net CNAME", found("mx.example.net", Security.INSECURE, new Cname("real.example.com")));
        zone.put("_25._tcp.mx.example.net TLSA", found("x", Security.SECURE, RECORD));
        requireAbsent(lookup.forHost("mx.example.net", 25), Absence.INSECURE_ADDRESS);
    }

    @Test
    void no_records_and_insecure_records_ask_nothing() {
        address("mx.example.net", "mx.example.net", Security.SECURE);
        requireAbsent(lookup.forHost("mx.example.net", 25), Absence.NO_RECORDS);
        zone.put("_25._tcp.mx.example.net TLSA", found("x", Security.INSECURE, RECORD));
        requireAbsent(lookup.forHost("mx.example.net", 25), Absence.INSECURE_RECORDS);
    }

    @Test
    void records_none_of_which_is_usable_require_encryption() {
        secure("mx.example.net");
        Tlsa pkix = tlsa(1, 1, 1, LEAF.certificate());
        zone.put("_25._tcp.mx.example.net TLSA", found("x", Security.SECURE, pkix));
        assertThat(lookup.forMx("example.org", MX, "mx.example.net", 25))
                .isEqualTo(new EncryptionRequired("mx.example.net", TlsaRecords.of(List.of(pkix))));
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example.net A",
        "mx.example.net AAAA",
        "_25._tcp.real.example.com TLSA",
        "_25._tcp.mx.example.net TLSA"
    })
    void a_look_up_that_fails_makes_the_host_unusable(String question) {
        address("mx.example.net", "real.example.com", Security.SECURE);
        for (Failure cause : Failure.values()) {
            zone.put(question, new Failed(cause, "why"));
            requireUnusable(lookup.forMx("example.org", MX, "mx.example.net", 25), question, cause);
            assertThat(asked.subList(asked.lastIndexOf(question) + 1, asked.size()))
                    .as("nothing but the other address is asked for after it")
                    .isSubsetOf("mx.example.net A");
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_alias_that_cannot_be_looked_up_makes_the_host_unusable(Failure cause) {
        address("mx.example.net", "real.example.com", Security.INSECURE);
        zone.put("mx.example.net CNAME", new Failed(cause, "why"));
        requireUnusable(lookup.forHost("mx.example.net", 25), "mx.example.net CNAME", cause);
    }

    @Test
    void what_the_resolver_throws_makes_the_host_unusable() {
        TlsaLookup throwing = TlsaLookup.with((name, type) -> {
            throw new IllegalStateException("mine");
        });
        assertThat(throwing.forHost("mx.example.net", 25))
                .isInstanceOfSatisfying(HostUnusable.class, unusable -> assertThat(unusable.detail())
                        .contains("mine"));
        assertThat(TlsaLookup.with((name, type) -> null).forHost("mx.example.net", 25))
                .isInstanceOf(HostUnusable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mx.example.net A", "mx.example.net AAAA", "_25._tcp.mx.example.net TLSA"})
    void an_alias_that_the_resolver_did_not_follow_makes_the_host_unusable(String question) {
        secure("mx.example.net");
        zone.put(question, found("mx.example.net", Security.SECURE, new Cname("other.example.net")));
        assertThat(lookup.forHost("mx.example.net", 25))
                .isInstanceOfSatisfying(HostUnusable.class, unusable -> assertThat(unusable.detail())
                        .contains(question, "follow aliases"));
    }

    @Test
    void where_dane_is_mandatory_what_is_less_makes_the_host_unusable() {
        secure("mx.example.net");
        DaneRequirement required = lookup.forHost("mx.example.net", 25);
        assertThat(required.mandatory()).isSameAs(required);
        assertThat(reason(new NotApplicable(Absence.NO_RECORDS, "why"))).isEqualTo(FailureReason.DANE_REQUIRED);
        assertThat(reason(new EncryptionRequired(
                        "mx.example.net", TlsaRecords.of(List.of(tlsa(1, 1, 1, LEAF.certificate()))))))
                .isEqualTo(FailureReason.TLSA_MISMATCH);
        HostUnusable unusable = new HostUnusable(FailureReason.DNSSEC_INVALID, "why");
        assertThat(unusable.mandatory()).isSameAs(unusable);
    }

    @Test
    void an_unusable_host_is_a_failure_to_report() {
        HostUnusable unusable = new HostUnusable(FailureReason.DNSSEC_INVALID, "Expected A, got B");
        assertThat(unusable.failure()).hasMessageContaining("Expected A, got B");
        assertThat(unusable.failure().phase()).isEqualTo(Phase.CONNECT);
        assertThat(unusable.failure().resultType()).isEqualTo("dnssec-invalid");
    }

    private static FailureReason reason(DaneRequirement requirement) {
        return ((HostUnusable) requirement.mandatory()).reason();
    }

    private static AuthenticationRequired required(DaneRequirement requirement) {
        assertThat(requirement).isInstanceOf(AuthenticationRequired.class);
        return (AuthenticationRequired) requirement;
    }

    private static void requireAbsent(DaneRequirement requirement, Absence absence) {
        assertThat(requirement).isInstanceOfSatisfying(NotApplicable.class, none -> assertThat(none.absence())
                .isEqualTo(absence));
    }

    private static void requireUnusable(DaneRequirement requirement, String question, Failure cause) {
        assertThat(requirement).isInstanceOfSatisfying(HostUnusable.class, unusable -> {
            assertThat(unusable.reason()).isEqualTo(FailureReason.DNSSEC_INVALID);
            assertThat(unusable.detail()).contains(question, cause.name(), "why");
        });
    }
}
