package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Absent;
import dev.starttls.core.dns.DnsAnswer.Failed;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsAnswer.Found;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.testing.SignedZone;
import dev.starttls.core.testing.SignedZone.Flaw;
import dev.starttls.smtp.policy.DaneRequirement;
import dev.starttls.smtp.policy.DaneRequirement.Absence;
import dev.starttls.smtp.policy.DaneRequirement.AuthenticationRequired;
import dev.starttls.smtp.policy.DaneRequirement.HostUnusable;
import dev.starttls.smtp.policy.DaneRequirement.NotApplicable;
import dev.starttls.smtp.policy.TlsaLookup;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** dnsjava on zones that Knot DNS serves and Unbound validates, and what DANE makes of them. */
@Tag("peers")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnsjavaResolverTest {

    private static final String RECORDS =
            """
            @ MX 10 mx
            mx A 127.0.0.1
            _25._tcp.mx TLSA 3 1 1 aabb%s
            """
                    .formatted("00".repeat(30));

    private static final Map<String, String> ZONES = Map.of(
            "good",
            RECORDS
                    + """
                    alias CNAME mx
                    outward CNAME mx.plain.zone.example.
                    _25._tcp.outward TLSA 3 1 1 ccdd%1$s
                    inward CNAME mx.plain.zone.example.
                    bare A 127.0.0.1
                    text TXT "one" "two"
                    _submissions._tcp SRV 0 1 465 mx
                    @ CAA 0 issue "ca.example.net"
                    """
                            .formatted("00".repeat(30)),
            "plain",
            RECORDS + "alias CNAME mx.good.zone.example.",
            "changed",
            RECORDS,
            "expired",
            RECORDS,
            "stripped",
            RECORDS,
            "unserved",
            RECORDS);

    /** Both ways to have answers validated. */
    enum Way {
        UNBOUND,
        DNSJAVA
    }

    private SignedZone dns;

    @BeforeAll
    void start() throws Exception {
        dns = SignedZone.start(
                ZONES,
                Map.of(
                        "plain", Flaw.UNSIGNED,
                        "changed", Flaw.CHANGED,
                        "expired", Flaw.EXPIRED,
                        "stripped", Flaw.STRIPPED,
                        "unserved", Flaw.UNSERVED));
    }

    @AfterAll
    void stop() throws Exception {
        if (dns != null) {
            dns.close();
        }
    }

    private DnsResolver resolver(Way way) {
        try {
            return way == Way.UNBOUND
                    ? DnsjavaResolver.trusting(dns.resolver())
                    : DnsjavaResolver.validating(dns.resolver(), dns.anchor());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private DaneRequirement dane(Way way, String zone, String host) {
        DnsResolver resolver = resolver(way);
        return TlsaLookup.with(resolver)
                .forMx(zone + ".zone.example", resolver.ask(zone + ".zone.example", DnsType.MX), host, 25);
    }

    @ParameterizedTest
    @EnumSource
    void signed_records_are_secure(Way way) {
        for (DnsType type : List.of(DnsType.MX, DnsType.CAA)) {
            assertThat(resolver(way).ask("good.zone.example", type))
                    .isInstanceOf(Found.class)
                    .matches(DnsAnswer::secure);
        }
        assertThat(resolver(way).ask("text.good.zone.example", DnsType.TXT).records(DnsRecord.Txt.class))
                .singleElement()
                .returns("onetwo", DnsRecord.Txt::text);
        assertThat(resolver(way)
                        .ask("_submissions._tcp.good.zone.example", DnsType.SRV)
                        .records(DnsRecord.Srv.class))
                .containsExactly(new DnsRecord.Srv(0, 1, 465, "mx.good.zone.example"));
        assertThat(dane(way, "good", "mx.good.zone.example"))
                .isInstanceOfSatisfying(AuthenticationRequired.class, required -> {
                    assertThat(required.names()).containsExactly("mx.good.zone.example", "good.zone.example");
                    assertThat(required.records().usable())
                            .singleElement()
                            .asString()
                            .startsWith("3 1 1 aabb");
                });
    }

    @ParameterizedTest
    @EnumSource
    void denials_of_signed_zones_are_secure(Way way) {
        for (String name : List.of("nobody.good.zone.example", "_25._tcp.bare.good.zone.example")) {
            assertThat(resolver(way).ask(name, DnsType.TLSA)).isEqualTo(new Absent(name, Security.SECURE));
        }
        assertThat(dane(way, "good", "bare.good.zone.example")).matches(absence(Absence.NO_RECORDS));
    }

    @ParameterizedTest
    @EnumSource
    void an_insecure_delegation_is_insecure(Way way) {
        assertThat(resolver(way).ask("mx.plain.zone.example", DnsType.A))
                .isInstanceOfSatisfying(
                        Found.class, found -> assertThat(found.security()).isEqualTo(Security.INSECURE));
        assertThat(resolver(way).ask("nobody.plain.zone.example", DnsType.A))
                .isEqualTo(new Absent("nobody.plain.zone.example", Security.INSECURE));
        assertThat(dane(way, "plain", "mx.plain.zone.example")).matches(absence(Absence.INSECURE_MX));
        assertThat(dane(way, "good", "mx.plain.zone.example")).matches(absence(Absence.INSECURE_ADDRESS));
    }

    @ParameterizedTest
    @EnumSource
    void aliases_are_followed_as_far_as_they_are_secure(Way way) {
        assertThat(dane(way, "good", "alias.good.zone.example"))
                .isInstanceOfSatisfying(AuthenticationRequired.class, required -> assertThat(required.baseDomain())
                        .isEqualTo("mx.good.zone.example"));
        assertThat(dane(way, "good", "outward.good.zone.example"))
                .isInstanceOfSatisfying(AuthenticationRequired.class, required -> {
                    assertThat(required.baseDomain()).isEqualTo("outward.good.zone.example");
                    assertThat(required.records().usable())
                            .singleElement()
                            .asString()
                            .startsWith("3 1 1 ccdd");
                });
        assertThat(dane(way, "good", "inward.good.zone.example")).matches(absence(Absence.NO_RECORDS));
        assertThat(dane(way, "good", "alias.plain.zone.example")).matches(absence(Absence.INSECURE_ADDRESS));
    }

    @ParameterizedTest
    @CsvSource({
        "UNBOUND, changed",
        "UNBOUND, expired",
        "UNBOUND, stripped",
        "DNSJAVA, changed",
        "DNSJAVA, expired",
        "DNSJAVA, stripped"
    })
    void what_does_not_validate_is_bogus_and_makes_the_host_unusable(Way way, String zone) {
        assertThat(resolver(way).ask("mx." + zone + ".zone.example", DnsType.A))
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.cause()).as(failed.detail()).isEqualTo(Failure.BOGUS));
        assertThat(dane(way, "good", "mx." + zone + ".zone.example")).isInstanceOf(HostUnusable.class);
    }

    @ParameterizedTest
    @EnumSource
    void what_no_server_answers_is_a_failure_and_makes_the_host_unusable(Way way) {
        assertThat(resolver(way).ask("mx.unserved.zone.example", DnsType.A)).isInstanceOf(Failed.class);
        assertThat(dane(way, "good", "mx.unserved.zone.example")).isInstanceOf(HostUnusable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "10.0.0.1", "2001:db8::1"})
    void the_ad_bit_of_another_machine_is_not_believed(String address) {
        assertThatThrownBy(() -> DnsjavaResolver.trusting(new InetSocketAddress(address, 53)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
    }

    @Test
    void no_answer_in_time_is_a_timeout() throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            DnsResolver resolver = DnsjavaResolver.trusting((InetSocketAddress) silent.getLocalSocketAddress());
            assertThat(resolver.ask("mx.good.zone.example", DnsType.A))
                    .isInstanceOfSatisfying(Failed.class, failed -> assertThat(failed.cause())
                            .as(failed.detail())
                            .isEqualTo(Failure.TIMEOUT));
        }
    }

    private static Predicate<DaneRequirement> absence(Absence absence) {
        return requirement -> requirement instanceof NotApplicable none && none.absence() == absence;
    }
}
