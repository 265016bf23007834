package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.EngineMaker;
import dev.starttls.core.testing.LoggingTcnative;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.KeyLog;
import dev.starttls.core.tls.TlsSettings;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The secrets of sessions are given out where that is asked for, and nowhere else. */
class KeyLogTest {

    private final List<String> lines = new ArrayList<>();

    @Test
    void an_engine_that_gives_out_its_secrets_logs_them_by_the_clients_random() {
        MemoryLink link = upgraded(
                TlsSettings.builder().engines(source()).versions("TLSv1.2").keyLog(lines::add));

        assertThat(lines).singleElement().asString().startsWith("CLIENT_RANDOM ");
        String seen = HexFormat.of().formatHex(link.client().sent());
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            assertThat(words).hasSize(3);
            // In the clear, in the ClientHello.
            assertThat(words[1]).hasSize(64);
            assertThat(seen).contains(words[1]);
            assertThat(words[2]).matches("[0-9a-f]{96}");
            assertThat(link.client().connection().report().toString()
                            + link.client().connection()
                            + link.server().connection().report())
                    .doesNotContain(words[2]);
        }
    }

    @Test
    void without_the_setting_nothing_is_logged_whatever_the_source_could_do() {
        EngineSource able = new EngineSource() {
            private final EngineSource engines = EngineMaker.TCNATIVE.client();

            @Override
            public SSLEngine create(String host, int port) {
                return engines.create(host, port);
            }

            @Override
            public SSLEngine create(String host, int port, KeyLog log) {
                throw new AssertionError("Expected no engine that logs keys");
            }
        };
        TlsSettings.Builder settings = TlsSettings.builder().engines(able);
        assertThat(settings.build().logsKeys()).isFalse();
        var unused = upgraded(settings);
    }

    @Test
    void a_log_that_throws_does_not_change_the_handshake() {
        MemoryLink link = upgraded(
                TlsSettings.builder().engines(source()).versions("TLSv1.2").keyLog(line -> {
                    lines.add(line);
                    throw new AssertionError("a disk that is full");
                }));
        assertThat(link.client().connection().report().encrypted()).isTrue();
        assertThat(lines).hasSize(1);
    }

    @Test
    void engines_of_a_context_are_refused_when_the_settings_are_made() {
        TlsSettings.Builder none = TlsSettings.builder().keyLog(lines::add);
        TlsSettings.Builder context =
                TlsSettings.builder().context(Connections.TRUSTING).keyLog(lines::add);
        TlsSettings.Builder named = TlsSettings.builder()
                .engines(EngineMaker.TCNATIVE.client())
                .contextByServerName(name -> Optional.empty())
                .keyLog(lines::add);
        for (TlsSettings.Builder builder : List.of(none, context, named)) {
            assertThatThrownBy(builder::build)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("keyLog: expected engines of an EngineSource")
                    .hasMessageContaining("jSSLKeyLog");
        }
        TlsSettings logging = TlsSettings.builder()
                .engines(EngineMaker.TCNATIVE.client())
                .keyLog(lines::add)
                .build();
        assertThat(logging.logsKeys()).isTrue();
        assertThatThrownBy(() -> logging.withContext(Connections.TRUSTING))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> TlsSettings.builder().keyLog(null)).isInstanceOf(NullPointerException.class);
    }

    @ParameterizedTest
    @EnumSource(EngineMaker.class)
    void a_source_without_an_interface_for_it_fails_before_anything_is_proposed(EngineMaker engines) {
        MemoryLink link = MemoryLink.between(
                        client(clientSettings(TlsPolicy.REQUIRED)
                                .withTls(TlsSettings.builder()
                                        .engines(engines.client())
                                        .keyLog(lines::add)
                                        .build())),
                        server(TlsPolicy.REQUIRED))
                .run();
        assertThat(link.client().failure().orElseThrow())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("create(String, int, KeyLog)");
        assertThat(link.client().connection().failure().orElseThrow().reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(link.client().sentText()).doesNotContain("UPGRADE");
        assertThat(lines).isEmpty();
    }

    private static MemoryLink upgraded(TlsSettings.Builder settings) {
        MemoryLink link = MemoryLink.between(
                        client(clientSettings(TlsPolicy.REQUIRED).withTls(settings.build())),
                        server(TlsPolicy.REQUIRED))
                .run();
        link.client().requireNoFailure();
        return link;
    }

    private static EngineSource source() {
        return new LoggingTcnative(EngineMaker.TCNATIVE.client());
    }
}
