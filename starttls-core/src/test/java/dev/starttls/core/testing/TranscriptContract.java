package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.DialogueTranscript.Entry;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No secret of a protocol is in a server's transcript: for each script of a client that has some, in the clear and inside TLS,
 * however it is split, and whether the server accepts what it says or not.
 */
@Timeout(120)
public abstract class TranscriptContract {

    /** What the passwords of the scripts begin with; neither it nor its Base64 may be shown. */
    protected static final String SECRET = "hunter2";

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    private final List<Entry> entries = new ArrayList<>();

    /** Scripts of a client, each with secrets in it. */
    protected abstract List<String> scripts();

    /** What a transcript shows of such scripts, so that it is of use. */
    protected abstract List<String> shown();

    /** A server that knows the commands of the scripts. */
    protected abstract Dialogue server(TlsPolicy policy);

    /** A client that upgrades and is ready. */
    protected abstract Dialogue client();

    /** Base64 of what the scripts have in it. */
    protected static String base64(String words) {
        return Base64.getEncoder().encodeToString(words.getBytes(StandardCharsets.UTF_8));
    }

    /** For the parameters. */
    static Stream<TlsPolicy> policies() {
        return Stream.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.DISABLED);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void no_secret_is_shown_in_the_clear_however_it_is_split(TlsPolicy policy) {
        for (String script : scripts()) {
            for (int split = 0; split < script.length(); split++) {
                entries.clear();
                var unused = Endpoint.of(connection(server(policy), policy))
                        .arrive(script.substring(0, split))
                        .run()
                        .arrive(script.substring(split))
                        .run();
                requireNoSecret(script);
            }
        }
    }

    @Test
    void no_secret_is_shown_inside_tls_however_it_is_split() {
        for (String script : scripts()) {
            for (int split = 0; split < script.length(); split += Math.max(1, script.length() / 40)) {
                entries.clear();
                MemoryLink link = MemoryLink.between(
                                new UpgradeConnection(
                                        client(),
                                        UpgradeSettings.of(TlsPolicy.REQUIRED)
                                                .withTls(TlsSettings.builder()
                                                        .context(Contexts.CLIENT)
                                                        .build()),
                                        new Peer("localhost", 143)),
                                connection(server(TlsPolicy.REQUIRED), TlsPolicy.REQUIRED))
                        .run();
                link.client().requireNoFailure().send(script.substring(0, split));
                link.run().client().send(script.substring(split));
                link.run();
                requireNoSecret(script);
            }
        }
    }

    @Test
    void what_is_no_secret_is_shown() {
        for (String script : scripts()) {
            MemoryLink link = MemoryLink.between(
                            new UpgradeConnection(
                                    client(),
                                    UpgradeSettings.of(TlsPolicy.REQUIRED)
                                            .withTls(TlsSettings.builder()
                                                    .context(Contexts.CLIENT)
                                                    .build()),
                                    new Peer("localhost", 143)),
                            connection(server(TlsPolicy.REQUIRED), TlsPolicy.REQUIRED))
                    .run();
            link.client().requireNoFailure().send(script);
            link.run();
        }
        assertThat(entries)
                .extracting(entry -> entry.direction() + " " + entry.protection() + " " + entry.text())
                .containsAll(shown());
    }

    private UpgradeConnection connection(Dialogue dialogue, TlsPolicy policy) {
        return new UpgradeConnection(
                dialogue,
                UpgradeSettings.of(policy)
                        .withTls(TlsSettings.builder().context(Contexts.SERVER).build())
                        .withTranscript(entries::add),
                new Peer("192.0.2.1", 40_000));
    }

    private void requireNoSecret(String script) {
        assertThat(entries).isNotEmpty();
        String all = entries.toString();
        assertThat(all).as(script).doesNotContain(SECRET);
        for (String word : script.split("[ \r\n\"{}]+", -1)) {
            if (word.length() > 7 && decoded(word).contains(SECRET)) {
                assertThat(all).as(script).doesNotContain(word);
            }
        }
    }

    private static String decoded(String word) {
        try {
            return new String(Base64.getDecoder().decode(word), StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static final class Contexts {
        private static final SSLContext CLIENT = CERTIFICATES.client();
        private static final SSLContext SERVER =
                CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));
    }
}
