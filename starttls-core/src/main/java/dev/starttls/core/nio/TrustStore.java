package dev.starttls.core.nio;

import dev.starttls.core.keys.TrustedRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The trusted certificates of a PKCS #12 or JKS file. */
final class TrustStore {

    private TrustStore() {}

    static TrustedRoots read(Path file, Optional<String> password) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("expected a file with trusted certificates, got no file at " + file);
        }
        try {
            KeyStore store = KeyStore.getInstance(
                    file.toFile(), password.map(String::toCharArray).orElse(null));
            List<X509Certificate> trusted = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                // Of an entry with a private key the certificate is trusted too, as by the JDK's trust managers.
                if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                    trusted.add(certificate);
                }
            }
            if (trusted.isEmpty()) {
                throw new IOException("none; is it the right one, and is truststore.password needed?");
            }
            return TrustedRoots.of(trusted);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("expected a file with trusted certificates, got " + e + " for " + file, e);
        }
    }
}
