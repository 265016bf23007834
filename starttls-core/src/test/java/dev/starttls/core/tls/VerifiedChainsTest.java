package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.security.cert.Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

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
        assertThat(VerifiedChains.contain(cache, "20479.example", CHAIN)).isTrue();
    }
}
