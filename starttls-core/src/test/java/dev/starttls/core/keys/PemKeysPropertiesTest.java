package dev.starttls.core.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.keys.TestKeys.IssuedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** However a file is damaged, reading it gives the keys that were in it or an exception that says what is wrong. */
class PemKeysPropertiesTest {

    private static final List<IssuedKeys> ISSUED = List.of(
            TestKeys.issue("P-256", "mx.example"), TestKeys.issue("RSA", "mx.example"), TestKeys.issue("Ed25519"));

    @Property(tries = 400, seed = "21")
    void a_truncated_file_is_refused_or_lacks_an_issuer(
            @ForAll @IntRange(min = 0, max = 2) int which, @ForAll @IntRange(min = 0, max = 10_000) int cut) {
        IssuedKeys issued = ISSUED.get(which);
        String chain = chain(issued);
        String key = key(issued);
        check(chain.substring(0, cut % chain.length()), key);
        check(chain, key.substring(0, cut % key.length()));
    }

    @Property(tries = 600, seed = "22")
    void a_damaged_file_is_refused_or_still_has_the_key_of_its_certificate(
            @ForAll @IntRange(min = 0, max = 2) int which, @ForAll long seed) {
        IssuedKeys issued = ISSUED.get(which);
        Random random = new Random(seed);
        check(damaged(chain(issued), random), key(issued));
        check(chain(issued), damaged(key(issued), random));
    }

    @Property(tries = 600, seed = "23")
    void a_key_with_damaged_base64_is_refused_or_is_unchanged(
            @ForAll @IntRange(min = 0, max = 2) int which, @ForAll long seed) {
        IssuedKeys issued = ISSUED.get(which);
        Random random = new Random(seed);
        byte[] der = issued.key().getEncoded();
        for (int i = random.nextInt(3); i >= 0; i--) {
            der[random.nextInt(der.length)] = (byte) random.nextInt();
        }
        check(
                chain(issued),
                block("PRIVATE KEY", random.nextBoolean() ? der : Arrays.copyOf(der, random.nextInt(der.length) + 1)));
        check(chain(issued), block(random.nextBoolean() ? "EC PRIVATE KEY" : "RSA PRIVATE KEY", der));
    }

    private static void check(String chain, String key) {
        try {
            ServerKeys keys = ServerKeys.pem(chain, key);
            assertThat(keys.certificates()).hasSize(1);
        } catch (ServerKeysException e) {
            assertThat(e.getMessage()).matches("(?s)(chain|key) \\(text\\): Expected .+, got .+[;?].+");
            for (String line : key.split("\\R", -1)) {
                if (line.length() > 16 && !line.contains("---")) {
                    assertThat(e).hasMessageNotContaining(line);
                }
            }
        } catch (IOException e) {
            throw new AssertionError("Expected a ServerKeysException", e);
        }
    }

    private static String damaged(String text, Random random) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(octets.length);
            switch (random.nextInt(4)) {
                case 0 -> octets[at] = (byte) random.nextInt(128);
                case 1 -> octets[at] = '\n';
                case 2 -> octets[at] = '-';
                default -> System.arraycopy(octets, at, octets, random.nextInt(at + 1), octets.length - at);
            }
        }
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private static String chain(IssuedKeys issued) {
        StringBuilder text = new StringBuilder();
        try {
            for (X509Certificate certificate : issued.chain()) {
                text.append(block("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    private static String key(IssuedKeys issued) {
        return block("PRIVATE KEY", issued.key().getEncoded());
    }

    private static String block(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}
