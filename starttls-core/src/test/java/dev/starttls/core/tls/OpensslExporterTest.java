package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.ExportingConscrypt;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.ChannelBinding.Unavailable;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What tls-exporter binds to is what OpenSSL exports as the server. With Conscrypt on any Java; with SunJSSE where it exports:
 * of the jar, on Java 25 and newer.
 */
@Tag("peers")
@Timeout(120)
class OpensslExporterTest {

    private static final Pattern ACCEPTS = Pattern.compile("ACCEPT .*:(\\d+)");
    private static final Pattern MATERIAL = Pattern.compile("\\s*Keying material: ([0-9A-F]+)");
    private static final Issued IDENTITY = TestCertificates.shared().localhost(KeyKind.RSA);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = {"SUN_JSSE", "CONSCRYPT"})
    void the_binding_is_what_openssl_exports(EngineMaker engines) throws Exception {
        Outcome outcome = upgraded(engines, "-tls1_3");
        if (outcome.binding() instanceof Unavailable unavailable) {
            assumeTrue(engines == EngineMaker.CONSCRYPT, unavailable.detail());
        }
        assertThat(outcome.binding()
                        .found()
                        .map(octets -> HexFormat.of().withUpperCase().formatHex(octets)))
                .isEqualTo(outcome.exported());
    }

    /** What this side binds to, and what OpenSSL has printed. */
    private record Outcome(ChannelBinding binding, Optional<String> exported) {}

    private Outcome upgraded(EngineMaker engines, String option) throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        List<Object> pem = new ArrayList<>(List.of(IDENTITY.key()));
        pem.addAll(IDENTITY.chain());
        String file = PemFiles.write(folder.resolve("server.pem"), pem).toString();
        List<String> arguments = new ArrayList<>(List.of(
                "s_server",
                "-accept",
                "127.0.0.1:0",
                "-naccept",
                "1",
                "-cert",
                file,
                "-key",
                file,
                "-keymatexport",
                "EXPORTER-Channel-Binding",
                "-keymatexportlen",
                "32"));
        arguments.add(option);
        Process server = openssl.start(arguments.toArray(new String[0]));
        try (BufferedReader said = server.inputReader(StandardCharsets.UTF_8)) {
            int port = Integer.parseInt(printed(said, ACCEPTS).orElseThrow());
            EngineSource source =
                    engines == EngineMaker.CONSCRYPT ? new ExportingConscrypt(engines.client()) : engines.client();
            UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.IMPLICIT)
                    .withTls(TlsSettings.builder().engines(source).build());
            try (StartTlsChannel channel = StartTlsChannel.over(
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
                    new UpgradeConnection(new NoWords(), settings, new Peer("localhost", port)))) {
                var unusedReport = channel.upgrade();
                return new Outcome(channel.channelBinding(ChannelBinding.Type.TLS_EXPORTER), printed(said, MATERIAL));
            }
        } finally {
            server.destroyForcibly();
            server.waitFor();
        }
    }

    private static Optional<String> printed(BufferedReader said, Pattern wanted) throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            Matcher matcher = wanted.matcher(line);
            if (matcher.matches()) {
                return Optional.of(matcher.group(1));
            }
        }
        return Optional.empty();
    }

    /** Says nothing inside TLS. */
    private static final class NoWords implements Dialogue {

        @Override
        public String protocol() {
            return "none";
        }

        @Override
        public Role role() {
            return Role.CLIENT;
        }

        @Override
        public Step opened() {
            throw new IllegalStateException("Expected implicit TLS");
        }

        @Override
        public Step secured() {
            return Step.ready();
        }
    }
}
