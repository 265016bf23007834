package dev.starttls.conformance.survey;

import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyPairGeneratorSpi;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * Lets the handshakes of a survey share their key shares (RFC 8446 section 4.2.8): a pair of keys serves for a second, then a new
 * one is made. SunJSSE makes two for each ClientHello, of x25519 and secp256r1, which is a quarter of the processor time of a
 * handshake. Groups, suites and everything else that is offered stay the same, so a server answers as it answers any client.
 *
 * <p>Who learns one such key could read the sessions of that second. In a survey's, nothing is said but QUIT or LOGOUT;
 * connections that carry anything must not do this.
 *
 * <p>SunJSSE takes no generator of keys from its caller, but the first provider of this Java runtime that has one. This provider
 * has one on {@linkplain #threads the threads of a survey} only, and on all others lets the next provider make the keys.
 */
final class KeyShares extends Provider {
    /** Few keys to make even with thousands of handshakes, and few sessions that share one. */
    private static final long LIFETIME = Duration.ofSeconds(1).toNanos();

    /** More groups than SunJSSE knows; a set of parameters that is new each time must not fill the memory. */
    private static final int MAX_GROUPS = 32;

    private static final long serialVersionUID = 1;

    private final transient LongSupplier clock;
    private final transient Map<Group, Made> pairs = new HashMap<>();

    /** A provider that is not installed. */
    KeyShares(LongSupplier clock) {
        super("SurveyKeyShares", "1", "key shares that serve for a second, for surveys");
        this.clock = clock;
        for (String algorithm : List.of("EC", "X25519", "X448", "XDH")) {
            putService(new OnSurveyThreads(algorithm));
        }
    }

    /** Installs this provider before all others, once however often it is called. */
    static void install() {
        Security.insertProviderAt(new KeyShares(System::nanoTime), 1);
    }

    /** Makes daemon threads on which handshakes share their key shares, all with one name. */
    static ThreadFactory threads(String name) {
        return task -> new SurveyThread(task, name);
    }

    private static final class SurveyThread extends Thread {
        SurveyThread(Runnable task, String name) {
            super(task, name);
            setDaemon(true);
        }
    }

    /** The parameters are the constants of the JDK, of which not all have an equality of their own. */
    private record Group(String algorithm, AlgorithmParameterSpec parameters) {}

    private record Made(KeyPair pair, long at) {}

    private KeyPair pair(Group group, SecureRandom random) throws InvalidAlgorithmParameterException {
        long now = clock.getAsLong();
        synchronized (pairs) {
            Made made = pairs.get(group);
            if (made == null || now - made.at() >= LIFETIME) {
                if (pairs.size() >= MAX_GROUPS) {
                    pairs.clear();
                }
                made = new Made(next(group, random), now);
                pairs.put(group, made);
            }
            return made.pair();
        }
    }

    /** A new pair by the next provider that has such keys. */
    private static KeyPair next(Group group, SecureRandom random) throws InvalidAlgorithmParameterException {
        try {
            KeyPairGenerator generator = generator(group.algorithm());
            generator.initialize(group.parameters(), random);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new InvalidAlgorithmParameterException("no key share can be made of " + group, e);
        }
    }

    private static KeyPairGenerator generator(String algorithm) throws NoSuchAlgorithmException {
        for (Provider each : Security.getProviders()) {
            if (!(each instanceof KeyShares) && each.getService("KeyPairGenerator", algorithm) != null) {
                return KeyPairGenerator.getInstance(algorithm, each);
            }
        }
        throw new NoSuchAlgorithmException("no provider of this Java runtime makes keys of " + algorithm);
    }

    private final class OnSurveyThreads extends Service {
        OnSurveyThreads(String algorithm) {
            super(KeyShares.this, "KeyPairGenerator", algorithm, Generator.class.getName(), List.of(), Map.of());
        }

        @Override
        public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
            if (!(Thread.currentThread() instanceof SurveyThread)) {
                // The next provider is asked.
                throw new NoSuchAlgorithmException("for the threads of a survey only");
            }
            return new Generator(getAlgorithm());
        }
    }

    private final class Generator extends KeyPairGeneratorSpi {
        private final String algorithm;
        private Optional<KeyPair> pair = Optional.empty();

        Generator(String algorithm) {
            this.algorithm = algorithm;
        }

        @Override
        public void initialize(int bits, SecureRandom random) {
            throw new InvalidParameterException("expected the parameters of a group, got a size of " + bits + " bits");
        }

        @Override
        public void initialize(AlgorithmParameterSpec group, SecureRandom random)
                throws InvalidAlgorithmParameterException {
            pair = Optional.of(KeyShares.this.pair(new Group(algorithm, group), random));
        }

        @Override
        public KeyPair generateKeyPair() {
            return pair.orElseThrow(
                    () -> new IllegalStateException("expected the parameters of a group by initialize, got none"));
        }
    }
}
