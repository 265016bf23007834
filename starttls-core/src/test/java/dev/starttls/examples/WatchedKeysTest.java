package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.keys.ReloadingKeys;
import dev.starttls.core.keys.ServerKeys;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys that are read again when their files change. */
@Timeout(120)
class WatchedKeysTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    private final LinkedBlockingQueue<String> log = new LinkedBlockingQueue<>();

    @TempDir
    Path folder;

    @Test
    void new_files_are_used_damaged_ones_are_not_and_closing_ends_the_thread() throws Exception {
        writeChain(CERTIFICATES.localhost(KeyKind.EC));
        writeKey(CERTIFICATES.localhost(KeyKind.EC));
        ReloadingKeys keys = ReloadingKeys.of(this::read);
        Thread thread;
        try (WatchedKeys watched = new WatchedKeys(keys, folder, log::add)) {
            thread = new Thread(watched, "keys");
            thread.start();

            // The key in use does not belong to the new certificate.
            ServerKeys old = keys.current();
            writeChain(CERTIFICATES.localhost(KeyKind.RSA));
            await("keys kept: ");
            assertThat(keys.current()).isEqualTo(old);

            writeKey(CERTIFICATES.localhost(KeyKind.RSA));
            await("keys reloaded");
            assertThat(keys.current()).isEqualTo(read()).isNotEqualTo(old);
        }
        await("keys are not watched any more");
        thread.join();
    }

    /** Others may come before: a file that is written in pieces is seen in pieces. */
    private void await(String beginning) throws InterruptedException {
        String line;
        do {
            line = log.poll(60, TimeUnit.SECONDS);
            assertThat(line).as("a line that begins with %s", beginning).isNotNull();
        } while (!line.startsWith(beginning));
    }

    private ServerKeys read() throws IOException {
        return ServerKeys.pem(folder.resolve("chain.pem"), folder.resolve("key.pem"));
    }

    private void writeChain(Issued issued) throws IOException {
        PemFiles.write(folder.resolve("chain.pem"), List.of(issued.leaf()));
    }

    private void writeKey(Issued issued) throws IOException {
        PemFiles.write(folder.resolve("key.pem"), List.of(issued.key()));
    }
}
