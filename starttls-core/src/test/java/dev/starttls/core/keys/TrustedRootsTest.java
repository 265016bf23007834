package dev.starttls.core.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.keys.TestKeys.IssuedKeys;
import dev.starttls.core.testing.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that a client may trust, and the messages for those that it cannot. What a context of them does: ClientTrustTest. */
class TrustedRootsTest {

    private static final IssuedKeys EC = TestKeys.issue("P-256", "mx.example");

    @TempDir
    Path folder;

    @Test
    void all_certificates_of_a_file_are_trusted_and_its_key_is_ignored() throws Exception {
        Path both = PemFiles.write(folder.resolve("both.pem"), List.of(TestKeys.ROOT, EC.key(), EC.leaf()));
        TrustedRoots roots = TrustedRoots.pem(both);
        assertThat(roots).hasToString("TrustedRoots[CN=Root, CN=mx.example] of 2");
        assertThat(roots.context().getProtocol()).isEqualTo("TLS");
    }

    @Test
    void a_file_of_a_key_alone_is_named_with_what_it_has() throws Exception {
        Path key = PemFiles.write(folder.resolve("key.pem"), List.of(EC.key()));
        assertThatThrownBy(() -> TrustedRoots.pem(key))
                .isInstanceOf(ServerKeysException.class)
                .hasMessage(
                        key
                                + ": Expected certificates (-----BEGIN CERTIFICATE-----), got PRIVATE KEY only; is it the right file?");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        Path missing = folder.resolve("missing.pem");
        assertThatThrownBy(() -> TrustedRoots.pem(missing))
                .isInstanceOf(ServerKeysException.class)
                .hasMessageStartingWith(missing + ": Expected a file, got none at this path");
    }

    @Test
    void der_is_refused_with_the_commands_that_convert_it() throws Exception {
        Path der = Files.write(folder.resolve("root.der"), TestKeys.ROOT.getEncoded());
        assertThatThrownBy(() -> TrustedRoots.pem(der))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(
                        der + ": Expected PEM, which is text, got DER; convert a certificate with openssl");
    }

    @Test
    void without_a_certificate_nothing_would_be_trusted() {
        assertThatThrownBy(() -> TrustedRoots.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("certificates: expected at least one to be trusted, got none");
    }
}
