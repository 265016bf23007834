package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class SmallHeapTest {

    @TempDir
    Path folder;

    @Test
    void sixteen_mebibytes_are_enough_for_both_ends_of_fifty_open_connections_and_closed_ones_leave_nothing()
            throws Exception {
        TestCertificates certificates = TestCertificates.shared();
        Issued server = certificates.localhost(KeyKind.EC);
        Path chain = PemFiles.write(folder.resolve("chain.pem"), server.chain());
        Path key = PemFiles.write(folder.resolve("key.pem"), List.of(server.key()));
        Path root = PemFiles.write(folder.resolve("root.pem"), List.of(certificates.root()));
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx16m",
                "-Xss256k",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName(),
                chain.toString(),
                key.toString(),
                root.toString(),
                "200",
                "50");
        assertThat(Tool.output(command, folder)).containsExactly("200 upgrades, 50 connections open at once");
    }
}
