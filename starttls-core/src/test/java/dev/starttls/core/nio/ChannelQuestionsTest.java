package dev.starttls.core.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.tls.TlsSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.stubbing.Answer;

/**
 * What a channel asks its engine for each piece of data. Each call takes the engine's lock, for which the other direction may
 * wait: data and one question are enough, the one of which the application's wish for new keys is heard.
 */
@Timeout(60)
class ChannelQuestionsTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();

    /** Room for any, so that it is decrypted where it is to go. */
    private static final int RECORD = 16_384;

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private Pair pair;

    @BeforeEach
    void data_has_gone_both_ways() throws Exception {
        SSLContext context = CERTIFICATES.server(CERTIFICATES.localhost(TestCertificates.KeyKind.EC));
        pair = Pair.upgraded(
                Pair.clientSettings(),
                Pair.serverSettings()
                        .withTls(TlsSettings.builder()
                                .engines((host, port) -> watched(context.createSSLEngine(host, port)))
                                .build()));
        exchange();
        exchange();
        asked.clear();
    }

    @AfterEach
    void close() throws Exception {
        pair.close();
    }

    @Test
    void a_write_asks_one_thing() throws Exception {
        pair.server().write(Octets.of("abc"));
        assertThat(asked).containsExactly("wrap", "getHandshakeStatus");
    }

    @Test
    void a_gathering_write_asks_one_thing() throws Exception {
        pair.server().write(new ByteBuffer[] {Octets.of("a"), Octets.of("b")});
        assertThat(asked).containsExactly("wrap", "wrap", "getHandshakeStatus");
    }

    @Test
    void a_read_asks_one_thing_for_each_try() throws Exception {
        pair.client().write(Octets.of("abc"));
        assertThat(pair.server().read(ByteBuffer.allocate(RECORD))).isEqualTo(3);
        // The first try finds nothing that was read before; the second has the record.
        assertThat(asked).containsExactly("unwrap", "getHandshakeStatus", "unwrap", "getHandshakeStatus");
    }

    private void exchange() throws Exception {
        pair.server().write(Octets.of("there"));
        assertThat(Octets.text(pair.client(), 5)).isEqualTo("there");
        pair.client().write(Octets.of("back"));
        assertThat(Octets.text(pair.server(), 4)).isEqualTo("back");
    }

    private SSLEngine watched(SSLEngine engine) {
        Answer<Object> delegate = delegatesTo(engine);
        return mock(SSLEngine.class, withSettings().stubOnly().defaultAnswer(call -> {
            asked.add(call.getMethod().getName());
            return delegate.answer(call);
        }));
    }
}
