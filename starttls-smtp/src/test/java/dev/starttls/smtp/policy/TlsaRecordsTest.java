package dev.starttls.smtp.policy;

import static dev.starttls.smtp.policy.DaneFixture.LEAF;
import static dev.starttls.smtp.policy.DaneFixture.MIDDLE;
import static dev.starttls.smtp.policy.DaneFixture.tlsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsaRecordsTest {

    private static final X509Certificate CERTIFICATE = LEAF.certificate();

    @Test
    void usages_2_and_3_count_with_all_selectors_and_matching_types() {
        for (int usage = 0; usage < 256; usage++) {
            for (int selector = 0; selector < 2; selector++) {
                for (int type = 0; type < 3; type++) {
                    TlsaRecords records = TlsaRecords.of(List.of(tlsa(usage, selector, type, CERTIFICATE)));
                    assertThat(records.usable())
                            .as("%d %d %d", usage, selector, type)
                            .hasSize(usage == 2 || usage == 3 ? 1 : 0);
                    assertThat(records.ignored()).hasSize(1 - records.usable().size());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, usage 0 is not for mail servers",
        "1, 1, 1, usage 1 is not for mail servers",
        "4, 1, 1, usage 4 is not known",
        "255, 1, 1, usage 255 is not known",
        "3, 2, 1, selector 2 is not known",
        "3, 1, 3, matching type 3 is not known",
        "2, 255, 255, selector 255 is not known"
    })
    void what_is_not_known_does_not_count(int usage, int selector, int type, String why) {
        Tlsa record = new Tlsa(usage, selector, type, "ab".repeat(32));
        requireIgnored(record, why);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 31, 33, 48, 63, 65, 4096})
    void a_hash_of_another_length_does_not_count(int octets) {
        requireIgnored(new Tlsa(3, 1, 1, "ab".repeat(octets)), "has " + octets + " octets in place of 32");
        requireIgnored(new Tlsa(2, 0, 2, "ab".repeat(octets)), "has " + octets + " octets in place of 64");
    }

    @Test
    void what_is_no_whole_certificate_or_key_does_not_count() {
        byte[] whole = tlsa(3, 0, 0, CERTIFICATE).octets();
        for (int length = 0; length < whole.length; length++) {
            requireIgnored(
                    new Tlsa(2, 0, 0, HexFormat.of().formatHex(whole, 0, length)), "no certificate that can be read");
        }
        requireIgnored(new Tlsa(3, 0, 0, HexFormat.of().formatHex(whole) + "00"), "no certificate that can be read");
        byte[] key = tlsa(3, 1, 0, CERTIFICATE).octets();
        for (int length = 0; length < key.length; length++) {
            requireIgnored(
                    new Tlsa(2, 1, 0, HexFormat.of().formatHex(key, 0, length)), "no public key that can be read");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519", "Ed448", "DSA"})
    void keys_of_all_kinds_that_sign_certificates_are_read(String algorithm) throws Exception {
        byte[] key = KeyPairGenerator.getInstance(algorithm)
                .generateKeyPair()
                .getPublic()
                .getEncoded();
        assertThat(TlsaRecords.of(List.of(new Tlsa(3, 1, 0, HexFormat.of().formatHex(key))))
                        .usable())
                .hasSize(1);
    }

    @Test
    void of_hashes_the_strongest_counts_for_each_usage_and_selector() {
        List<Tlsa> weaker = List.of(tlsa(3, 1, 1, CERTIFICATE), tlsa(3, 1, 1, MIDDLE.certificate()));
        List<Tlsa> kept = List.of(
                tlsa(3, 1, 2, CERTIFICATE),
                tlsa(3, 1, 0, CERTIFICATE),
                tlsa(3, 0, 1, CERTIFICATE),
                tlsa(2, 1, 1, MIDDLE.certificate()));
        List<Tlsa> all = new ArrayList<>(weaker);
        all.addAll(kept);
        TlsaRecords records = TlsaRecords.of(all);
        assertThat(records.usable()).isEqualTo(kept);
        assertThat(records.ignored()).extracting(TlsaRecords.Ignored::record).isEqualTo(weaker);
        assertThat(records.ignored().get(0).why()).contains("SHA-512 is published too");
    }

    @Test
    void a_strong_hash_that_is_malformed_displaces_none() {
        TlsaRecords records = TlsaRecords.of(List.of(tlsa(3, 1, 1, CERTIFICATE), new Tlsa(3, 1, 2, "ab".repeat(63))));
        assertThat(records.usable()).containsExactly(tlsa(3, 1, 1, CERTIFICATE));
    }

    private static void requireIgnored(Tlsa record, String why) {
        TlsaRecords records = TlsaRecords.of(List.of(record));
        assertThat(records.usable()).isEmpty();
        assertThat(records.ignored()).singleElement().satisfies(one -> {
            assertThat(one.record()).isEqualTo(record);
            assertThat(one.why()).contains(why);
        });
    }
}
