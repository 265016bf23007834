package dev.starttls.smtp.policy;

import static dev.starttls.smtp.policy.DaneFixture.BASE;
import static dev.starttls.smtp.policy.DaneFixture.GOOD;
import static dev.starttls.smtp.policy.DaneFixture.LEAF;
import static dev.starttls.smtp.policy.DaneFixture.MIDDLE;
import static dev.starttls.smtp.policy.DaneFixture.OTHER_ROOT;
import static dev.starttls.smtp.policy.DaneFixture.ROOT;
import static dev.starttls.smtp.policy.DaneFixture.chain;
import static dev.starttls.smtp.policy.DaneFixture.tlsa;
import static dev.starttls.smtp.policy.DaneFixture.verifier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.core.tls.RefusalKind;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.ServerVerifier.Accepted;
import dev.starttls.core.tls.ServerVerifier.Refused;
import dev.starttls.core.tls.ServerVerifier.Verdict;
import dev.starttls.smtp.policy.DaneFixture.Chain;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class DaneVerifierTest {

    private static final ServerIdentity SERVER = ServerIdentity.of("192.0.2.1");

    static Stream<Arguments> selectorsAndMatchingTypes() {
        return IntStream.range(0, 2).boxed().flatMap(selector -> IntStream.range(0, 3)
                .mapToObj(type -> Arguments.of(selector, type)));
    }

    @ParameterizedTest
    @MethodSource("selectorsAndMatchingTypes")
    void the_servers_own_certificate_matches_usage_3_and_no_other_does(int selector, int type) {
        assertThat(judge(GOOD, tlsa(3, selector, type, GOOD.leaf()))).isInstanceOf(Accepted.class);
        for (X509Certificate other : List.of(MIDDLE.certificate(), ROOT.certificate(), OTHER_ROOT.certificate())) {
            requireRefused(GOOD, RefusalKind.NO_TLSA_MATCH, tlsa(3, selector, type, other));
        }
    }

    @ParameterizedTest
    @MethodSource("selectorsAndMatchingTypes")
    void an_authority_above_matches_usage_2_and_no_other_does(int selector, int type) {
        for (TestAuthority above : List.of(MIDDLE, ROOT)) {
            assertThat(judge(GOOD, tlsa(2, selector, type, above.certificate())))
                    .isInstanceOf(Accepted.class);
        }
        for (X509Certificate other : List.of(LEAF.certificate(), OTHER_ROOT.certificate())) {
            requireRefused(GOOD, RefusalKind.NO_TLSA_MATCH, tlsa(2, selector, type, other));
        }
    }

    @ParameterizedTest
    @MethodSource("selectorsAndMatchingTypes")
    void an_authority_that_was_not_sent_matches_only_where_the_record_has_it_whole(int selector, int type) {
        Chain short1 = chain(LEAF, MIDDLE);
        Verdict verdict = judge(short1, tlsa(2, selector, type, ROOT.certificate()));
        if (type == 0) {
            assertThat(verdict).isInstanceOf(Accepted.class);
        } else {
            requireRefused(short1, RefusalKind.NO_TLSA_MATCH, tlsa(2, selector, type, ROOT.certificate()));
        }
    }

    @ParameterizedTest
    @CsvSource({"expired", "for another name", "self-signed", "for clients", "of another root"})
    void names_dates_issuers_and_purposes_are_of_no_account_for_usage_3(String chain) {
        Chain sent = DaneFixture.chains().get(chain);
        assertThat(judge(sent, tlsa(3, 1, 1, sent.leaf()))).isInstanceOf(Accepted.class);
    }

    @ParameterizedTest
    @CsvSource({
        "expired, OUT_OF_DATE, is out of date|validity check failed",
        "with an expired authority, OUT_OF_DATE, CN=Old middle",
        "for another name, OTHER_NAME, got one for other.example.org",
        "with another name beside the common name, OTHER_NAME, got one for other.example.org",
        "for clients, UNTRUSTED, extended key usage",
        "of one that is no authority, UNTRUSTED, CN=No authority",
        "of one that may not sign certificates, UNTRUSTED, CN=No signer",
        "of another root, NO_TLSA_MATCH, 2 0 1"
    })
    void names_dates_and_uses_count_for_usage_2(String chain, RefusalKind kind, String detail) {
        Refused refused = requireRefused(DaneFixture.chains().get(chain), kind, tlsa(2, 0, 1, ROOT.certificate()));
        assertThat(detail.split("\\|"))
                .anySatisfy(text -> assertThat(refused.detail()).contains(text));
        assertThat(refused.hint()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"in disorder", "with two strangers", "cross-signed", "with a wildcard", "with a common name alone"})
    void a_path_is_found_among_what_was_sent(String chain) {
        assertThat(judge(DaneFixture.chains().get(chain), tlsa(2, 1, 2, ROOT.certificate())))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void an_authority_that_was_sent_and_has_issued_nothing_is_no_match() {
        Refused refused = requireRefused(
                chain(LEAF, OTHER_ROOT, MIDDLE), RefusalKind.NO_TLSA_MATCH, tlsa(2, 0, 1, OTHER_ROOT.certificate()));
        assertThat(refused.detail()).contains("has issued nothing that leads to the server's own");
    }

    @Test
    void an_authority_that_a_record_matches_is_one_after_its_time_too() {
        TestAuthority old =
                TestAuthority.selfSigned(TestAuthority.authority("Old").expired());
        Chain sent = chain(old.issue(TestAuthority.server(BASE)), old);
        assertThat(judge(sent, tlsa(2, 0, 0, old.certificate()))).isInstanceOf(Accepted.class);
        assertThat(judge(sent, tlsa(2, 1, 1, old.certificate()))).isInstanceOf(Accepted.class);
    }

    @Test
    void a_key_that_the_record_has_whole_is_that_of_the_certificate_that_was_sent_for_it() {
        Chain sent = DaneFixture.chains().get("of one that is no authority");
        requireRefused(sent, RefusalKind.UNTRUSTED, tlsa(2, 1, 0, sent.sent().get(1)));
    }

    @Test
    void one_match_is_enough() {
        assertThat(judge(
                        GOOD,
                        tlsa(3, 1, 1, ROOT.certificate()),
                        tlsa(2, 1, 1, OTHER_ROOT.certificate()),
                        tlsa(2, 0, 1, ROOT.certificate())))
                .isInstanceOf(Accepted.class);
    }

    @Test
    void each_accepted_name_is_enough() {
        TlsaRecords records = TlsaRecords.of(List.of(tlsa(2, 1, 1, ROOT.certificate())));
        Chain sent = chain(MIDDLE.issue(TestAuthority.server("example.org")), MIDDLE, ROOT);
        assertThat(DaneVerifier.of(List.of("mx.example.org", "example.org"), records)
                        .verify(SERVER, sent.sent()))
                .isInstanceOf(Accepted.class);
        assertThat(DaneVerifier.of(List.of("mx.example.org", "example.net"), records)
                        .verify(SERVER, sent.sent()))
                .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.detail())
                        .contains("Expected a certificate for mx.example.org or example.net, got one for example.org"));
    }

    @Test
    void dates_are_compared_with_the_clock() {
        TlsaRecords records = TlsaRecords.of(List.of(tlsa(2, 1, 1, ROOT.certificate())));
        Instant later = TestAuthority.now().plus(Duration.ofDays(30));
        assertThat(DaneVerifier.of(List.of(BASE), records, InstantSource.fixed(later))
                        .verify(SERVER, GOOD.sent()))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.kind()).isEqualTo(RefusalKind.OUT_OF_DATE));
    }

    @Test
    void what_each_record_lacks_is_said() {
        Refused refused = requireRefused(
                GOOD,
                RefusalKind.NO_TLSA_MATCH,
                tlsa(3, 1, 1, ROOT.certificate()),
                tlsa(2, 1, 1, LEAF.certificate()),
                tlsa(2, 0, 1, OTHER_ROOT.certificate()));
        assertThat(refused.detail())
                .contains("one of 3 usable TLSA records")
                .contains("3 1 1 " + tlsa(3, 1, 1, ROOT.certificate()).data().substring(0, 16)
                        + "...: the server's own has "
                        + tlsa(3, 1, 1, LEAF.certificate()).data().substring(0, 16))
                .contains("it is the server's own, which usage 3 is for")
                .contains("no issuer that was sent has it");
        assertThat(refused.hint()).contains("replaced one and not the other");
    }

    @Test
    void many_records_make_no_long_message() {
        Tlsa[] many = IntStream.range(0, 2000)
                .mapToObj(i -> new Tlsa(3, 1, 1, "%064x".formatted(i)))
                .toArray(Tlsa[]::new);
        assertThat(requireRefused(GOOD, RefusalKind.NO_TLSA_MATCH, many).detail())
                .hasSizeLessThan(1000)
                .contains("and 1994 more");
    }

    /** Each is the issuer of each: without a bound there are 9! ways. */
    @Test
    void authorities_that_have_all_issued_each_other_cost_a_bounded_time() {
        TestAuthority one = TestAuthority.root("Same");
        List<TestAuthority> same =
                new ArrayList<>(Stream.generate(() -> one.cross(one)).limit(9).toList());
        Chain sent = chain(one.issue(TestAuthority.server(BASE)), same.toArray(TestAuthority[]::new));
        Refused refused = requireRefused(sent, RefusalKind.NO_TLSA_MATCH, tlsa(2, 1, 1, ROOT.certificate()));
        assertThat(refused.detail()).contains("not all paths were tried");
    }

    /** Each record has another certificate of the authority above all that was sent, and the server's own is for clients. */
    @Test
    void records_that_all_lead_to_a_path_which_does_not_hold_cost_a_bounded_time() {
        TestAuthority top = TestAuthority.root("Top");
        List<TestAuthority> between = new ArrayList<>(List.of(top.below(TestAuthority.authority("1"))));
        for (int i = 2; i <= 9; i++) {
            between.add(0, between.get(0).below(TestAuthority.authority(String.valueOf(i))));
        }
        Chain sent = chain(
                between.get(0).issue(TestAuthority.server(BASE).forPurpose(KeyPurposeId.id_kp_clientAuth)),
                between.toArray(TestAuthority[]::new));
        List<Tlsa> records = Stream.generate(() -> tlsa(2, 0, 0, top.cross(top).certificate()))
                .limit(50)
                .toList();
        DanePaths one = new DanePaths(sent.sent(), records.subList(0, 1), TestAuthority.now());
        assertThat(one.lead()).isFalse();
        assertThat(one.bound()).isEmpty();
        DanePaths all = new DanePaths(sent.sent(), records, TestAuthority.now());
        assertThat(all.lead()).isFalse();
        assertThat(all.bound()).isPresent();
        assertThat(all.flaw())
                .hasValueSatisfying(flaw -> assertThat(flaw.detail()).contains("extended key usage"));
    }

    /** Of one without names of its own, whose attributes are looked at. */
    @Test
    void a_subject_of_any_length_is_read() {
        String longest = "x\\, ".repeat(10_000) + "x";
        Chain sent = chain(
                MIDDLE.issue(new TestAuthority.Content(
                        "CN=" + BASE + ",O=" + longest,
                        List.of(),
                        Optional.empty(),
                        KeyUsage.digitalSignature,
                        Optional.of(KeyPurposeId.id_kp_serverAuth),
                        TestAuthority.now().minus(Duration.ofDays(2)),
                        TestAuthority.now().plus(Duration.ofDays(20)))),
                MIDDLE,
                ROOT);
        assertThat(judge(sent, tlsa(2, 1, 1, ROOT.certificate()))).isInstanceOf(Accepted.class);
    }

    @Test
    void only_ten_certificates_are_looked_at() {
        List<X509Certificate> sent = new ArrayList<>(List.of(LEAF.certificate()));
        sent.addAll(Collections.nCopies(100, OTHER_ROOT.certificate()));
        sent.add(MIDDLE.certificate());
        requireRefused(new Chain(LEAF.key(), sent), RefusalKind.NO_TLSA_MATCH, tlsa(2, 1, 1, MIDDLE.certificate()));
    }

    @Test
    void a_rule_without_a_usable_record_is_refused() {
        assertThatThrownBy(() -> verifier(tlsa(1, 1, 1, LEAF.certificate())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected at least one that is usable");
    }

    @Test
    void it_says_for_people_what_it_is() {
        assertThat(verifier(tlsa(3, 1, 1, LEAF.certificate())).toString())
                .startsWith("DaneVerifier[[3 1 1 ")
                .endsWith(" for mx.example.org]");
    }

    private static Verdict judge(Chain chain, Tlsa... records) {
        return verifier(records).verify(SERVER, chain.sent());
    }

    private static Refused requireRefused(Chain chain, RefusalKind kind, Tlsa... records) {
        Verdict verdict = judge(chain, records);
        assertThat(verdict).isInstanceOf(Refused.class);
        Refused refused = (Refused) verdict;
        assertThat(refused.kind()).as(refused.detail()).isEqualTo(kind);
        return refused;
    }
}
