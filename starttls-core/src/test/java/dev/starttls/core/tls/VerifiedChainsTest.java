package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.security.cert.Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

class VerifiedChainsTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final List<Certificate> CHAIN =
            List.of(CERTIFICATES.localhost(KeyKind.EC).leaf());

    @Test
    void what_was_seen_verified_is_known_for_this_cache_host_and_chain_alone() throws Exception {
        Object cache = new Object();
        VerifiedChains.add(cache, "a.example", CHAIN);
        assertThat(VerifiedChains.contain(cache, "a.example", CHAIN)).isTrue();
        assertThat(VerifiedChains.contain(cache, "b.example", CHAIN)).isFalse();
        assertThat(VerifiedChains.contain(new Object(), "a.example", CHAIN)).isFalse();
        assertThat(VerifiedChains.contain(
                        cache, "a.example", List.of(CERTIFICATES.otherName().leaf())))
                .isFalse();
        assertThat(VerifiedChains.contain(cache, "a.example", List.of(CHAIN.get(0), CERTIFICATES.root())))
                .isFalse();
    }

    /** The octets of two certificates are not to be taken for those of two others. */
    @Test
    void the_octets_of_each_certificate_and_where_it_ends_make_a_difference() throws Exception {
        Object cache = new Object();
        VerifiedChains.add(cache, "a.example", List.of(encoded(1, 2), encoded(3)));
        assertThat(VerifiedChains.contain(cache, "a.example", List.of(encoded(1, 2), encoded(3))))
                .isTrue();
        assertThat(VerifiedChains.contain(cache, "a.example", List.of(encoded(1), encoded(2, 3))))
                .isFalse();
        assertThat(VerifiedChains.contain(cache, "a.example", List.of(encoded(1, 2), encoded(4))))
                .isFalse();
    }

    private static Certificate encoded(int... octets) throws Exception {
        byte[] encoding = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            encoding[i] = (byte) octets[i];
        }
        Certificate certificate = Mockito.mock(Certificate.class);
        Mockito.when(certificate.getEncoded()).thenReturn(encoding);
        return certificate;
    }

    @Test
    void the_oldest_are_forgotten_and_those_in_use_are_not() throws Exception {
        Object cache = new Object();
        VerifiedChains.add(cache, "in-use.example", CHAIN);
        VerifiedChains.add(cache, "old.example", CHAIN);
        for (int i = 0; i < 20_480; i++) {
            VerifiedChains.add(cache, i + ".example", CHAIN);
            assertThat(VerifiedChains.contain(cache, "in-use.example", CHAIN)).isTrue();
        }
        assertThat(VerifiedChains.contain(cache, "old.example", CHAIN)).isFalse();
        assertThat(VerifiedChains.contain(cache, "0.example", CHAIN)).isFalse();
        assertThat(VerifiedChains.contain(cache, "1.example", CHAIN)).isTrue();
        assertThat(VerifiedChains.contain(cache, "20479.example", CHAIN)).isTrue();
    }
}
