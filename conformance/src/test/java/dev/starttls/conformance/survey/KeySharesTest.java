package dev.starttls.conformance.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySharesTest {
    private static final AlgorithmParameterSpec P256 = new ECGenParameterSpec("secp256r1");
    private static final AlgorithmParameterSpec P384 = new ECGenParameterSpec("secp384r1");

    private final AtomicLong clock = new AtomicLong();
    private final Provider shares = new KeyShares(clock::get);

    private static <T> T onSurveyThread(Callable<T> task) throws InterruptedException, ExecutionException {
        FutureTask<T> made = new FutureTask<>(task);
        KeyShares.threads("survey").newThread(made).start();
        return made.get();
    }

    private KeyPair pair(String algorithm, AlgorithmParameterSpec group) throws Exception {
        return onSurveyThread(() -> {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, shares);
            generator.initialize(group);
            return generator.generateKeyPair();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"X25519", "X448"})
    void a_key_share_serves_for_a_second(String name) throws Exception {
        AlgorithmParameterSpec group = new NamedParameterSpec(name);
        KeyPair first = pair(name, group);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
        assertThat(pair(name, group)).isSameAs(first);
        clock.incrementAndGet();
        assertThat(pair(name, group).getPublic()).isNotEqualTo(first.getPublic());
    }

    @Test
    void each_group_has_a_key_share_of_its_own() throws Exception {
        KeyPair first = pair("EC", P256);
        KeyPair other = pair("EC", P384);
        assertThat(((ECPublicKey) first.getPublic()).getParams().getOrder().bitLength())
                .isEqualTo(256);
        assertThat(((ECPublicKey) other.getPublic()).getParams().getOrder().bitLength())
                .isEqualTo(384);
        assertThat(pair("EC", P256)).isSameAs(first);
    }

    @Test
    void a_group_that_no_provider_knows_is_refused() {
        assertThatThrownBy(() -> pair("EC", new ECGenParameterSpec("nonsense")))
                .hasCauseInstanceOf(InvalidAlgorithmParameterException.class);
    }

    @Test
    void other_threads_than_those_of_a_survey_have_no_shared_keys() throws Exception {
        assertThatThrownBy(() -> KeyPairGenerator.getInstance("EC", shares))
                .isInstanceOf(NoSuchAlgorithmException.class);
        KeyShares.install();
        Set<Object> made = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(P256);
            made.add(generator.generateKeyPair().getPublic());
        }
        assertThat(made).hasSize(5);
    }

    @Test
    void once_installed_the_threads_of_a_survey_have_shared_keys_without_asking_for_them() throws Exception {
        KeyShares.install();
        KeyShares.install();
        String provider = onSurveyThread(
                () -> KeyPairGenerator.getInstance("X25519").getProvider().getName());
        assertThat(provider).isEqualTo(shares.getName());
    }
}
