package dev.starttls.core.testing;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Pairs of RSA keys of 2048 bits that cost nothing: their primes are written down here. To find primes takes half a
 * second of a processor with the compiler that the tests run with, and no test is about how they are found.
 */
public final class RsaKeys {

    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);

    private record Primes(BigInteger p, BigInteger q) {

        static Primes of(String p, String q) {
            return new Primes(new BigInteger(p, 16), new BigInteger(q, 16));
        }
    }

    private static final List<Primes> PRIMES = List.of(
            Primes.of(
                    "e587d21632482ee018364eeb0da99876e9c3113a6da43b76bf1431f2cddc1110"
                            + "e888a56536721c6bde535f12fda70b7260a3d390513fbba2e19d21c902fba7bd"
                            + "ab34ded99f662abc65ea0a47f99c33a973fdd1bc9d115025fc948af361ff73e0"
                            + "c31bd6b08a5d9a7a87e476bf23ce5b047c69bb3135f127ddf72289a1d1397457",
                    "d663ffefc3e5572eedcecfcd8c24aa839b77cd45a6cec909a014aba40a2ae773"
                            + "f3909176d2a644b1e6fbc43b30b36cff2b9914bd4d77cb7c653aac4d06fd5c4e"
                            + "7b5667387369c51671d4895f00090e9fb76f0d66f66a3ea4da1d1e591ecf8798"
                            + "f3f0ee1626ce854859831a459d24ee159c2a6096c8a4dcd2fb46d04c2d4679c9"),
            Primes.of(
                    "fdd5e9cffc78d0c320b0ba485788ad3ae7c43f7d909ffd203fc99d523de93fb6"
                            + "e36966b52fa15fa225dadb5b0f12b35a026c2c299e0ce8934eeb961a5d059c71"
                            + "1a28b1af5b9a5a0e916e5a3f15a6e5acfbe88a2d8fe21d93ec7b62a9dca96b2b"
                            + "8a66539b0bd19f182e2921925bab369fee54cda03e73c4d918362e003adeef43",
                    "c2cddcf5af5ed377cd2e930ba552735a5d680e7b8efcc34ced58485807643dc5"
                            + "4a95576f509cb3109f6cf07e6b3a130dcd91eb0dc2698e2bb9c4921d8bd614c3"
                            + "1731db069784c736d4121e1623ef4e069e957fe2ec30c45b2d7d735e455459d2"
                            + "f8e48d8249fda01b844a8e980e54faf797f91db4388ab8bcef91e03d81cefcd7"),
            Primes.of(
                    "f0a0ff7cb5b6e3f5008f4382d949152e441b692d6ccd23fefdc4c05a4827f1f9"
                            + "c0abb3fa3078f724e613e1587407722b1962595dd2847d1e8877df186fdbd97e"
                            + "031b00b8771855cf6963a0f252df6e59d3ab3fcb696d9419edccd7bec3a88033"
                            + "c3827724de44ea324b224c8e9c448e273be09189540fe926072a2e0cadefb639",
                    "ca8048e0ceb6df2922fe3615932d0cf1aabd95241f687e7914da05cc68405d69"
                            + "0c65c70a10af3f1a06ae8bca2899e02561b7346b93378be0ead788ef7e7063b4"
                            + "ce0b87fb69723ae9bdc912423ef7f62b94ddd861802c7df467cebe521b9fbf57"
                            + "d77c4248f1100d8b86f0eecd49e3474a5b4c8d0f761fb7e92bd2b85b0c5db3d5"));

    private static final AtomicInteger NEXT = new AtomicInteger();

    private RsaKeys() {}

    /** Another pair than the two before it; after those, the first again. */
    public static KeyPair next(String algorithm) {
        Primes primes = PRIMES.get(Math.floorMod(NEXT.getAndIncrement(), PRIMES.size()));
        return pair(algorithm, primes.p(), primes.q());
    }

    private static KeyPair pair(String algorithm, BigInteger p, BigInteger q) {
        BigInteger modulus = p.multiply(q);
        BigInteger lessP = p.subtract(BigInteger.ONE);
        BigInteger lessQ = q.subtract(BigInteger.ONE);
        BigInteger exponent = EXPONENT.modInverse(lessP.multiply(lessQ));
        try {
            KeyFactory factory = KeyFactory.getInstance(algorithm);
            return new KeyPair(
                    factory.generatePublic(new RSAPublicKeySpec(modulus, EXPONENT)),
                    factory.generatePrivate(new RSAPrivateCrtKeySpec(
                            modulus,
                            EXPONENT,
                            exponent,
                            p,
                            q,
                            exponent.mod(lessP),
                            exponent.mod(lessQ),
                            q.modInverse(p))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Expected the JDK to take keys of " + algorithm, e);
        }
    }
}
