package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.core.tls.TlsPump;
import dev.starttls.core.tls.TlsStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the JDK's engines do about resumption, by which the measurements of resumed handshakes stand or fall. It is why
 * every client has an SSLContext of its own there.
 */
class ResumptionTest {

    private static final String NO_CHECK = "";
    private static final String HTTPS = "HTTPS";
    private static final String LDAPS = "LDAPS";

    private final Contexts contexts = new Contexts(KeyKind.EC);
    private final SSLContext client = contexts.client();
    private final SSLContext server = contexts.server();

    ResumptionTest() throws Exception {}

    /** When a client reads what the server sends behind its Finished: the ticket is there. */
    private enum Ticket {
        READ,
        LEFT
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_session_is_resumed_under_the_same_name_check(String version) throws SSLException {
        connect(version, HTTPS, Ticket.READ);
        assertThat(connect(version, HTTPS, Ticket.READ)).isEqualTo(Handshake.RESUMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_session_made_without_a_name_check_is_not_resumed_with_one(String version) throws SSLException {
        connect(version, NO_CHECK, Ticket.READ);
        assertThat(connect(version, HTTPS, Ticket.READ)).isEqualTo(Handshake.FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_session_made_under_another_name_check_is_not_resumed(String version) throws SSLException {
        connect(version, LDAPS, Ticket.READ);
        assertThat(connect(version, HTTPS, Ticket.READ)).isEqualTo(Handshake.FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_session_made_with_a_name_check_is_resumed_without_one(String version) throws SSLException {
        connect(version, HTTPS, Ticket.READ);
        assertThat(connect(version, NO_CHECK, Ticket.READ)).isEqualTo(Handshake.RESUMED);
    }

    @Test
    void a_ticket_of_tls_1_3_serves_once() throws SSLException {
        connect("TLSv1.3", HTTPS, Ticket.READ);
        assertThat(connect("TLSv1.3", HTTPS, Ticket.LEFT)).isEqualTo(Handshake.RESUMED);
        assertThat(connect("TLSv1.3", HTTPS, Ticket.READ)).isEqualTo(Handshake.FULL);
    }

    @Test
    void a_session_of_tls_1_2_serves_again_and_again() throws SSLException {
        connect("TLSv1.2", HTTPS, Ticket.READ);
        assertThat(connect("TLSv1.2", HTTPS, Ticket.LEFT)).isEqualTo(Handshake.RESUMED);
        assertThat(connect("TLSv1.2", HTTPS, Ticket.LEFT)).isEqualTo(Handshake.RESUMED);
    }

    @Test
    void a_client_that_never_reads_its_ticket_never_resumes() throws SSLException {
        connect("TLSv1.3", HTTPS, Ticket.LEFT);
        assertThat(connect("TLSv1.3", HTTPS, Ticket.LEFT)).isEqualTo(Handshake.FULL);
    }

    /** An upgrade in memory, to the first octets of the server inside TLS, which the ticket comes before. */
    private Handshake connect(String version, String nameCheck, Ticket ticket) throws SSLException {
        SSLEngine engine = client.createSSLEngine("localhost", 587);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setEndpointIdentificationAlgorithm(nameCheck);
        engine.setSSLParameters(parameters);
        SSLEngine other = server.createSSLEngine();
        other.setUseClientMode(false);
        TlsPump ours = new TlsPump(engine);
        TlsPump theirs = new TlsPump(other);
        while (!ours.established() || !theirs.established()) {
            carry(ours, theirs, "");
            if (!ours.established() || !theirs.established()) {
                carry(theirs, ours, "");
            }
        }
        if (ticket == Ticket.READ) {
            assertThat(carry(theirs, ours, "250")).isEqualTo("250");
        }
        return ours.resumed() ? Handshake.RESUMED : Handshake.FULL;
    }

    /** All that the one side has to send, and some text, to the other; returns what comes out there. */
    private static String carry(TlsPump from, TlsPump to, String text) throws SSLException {
        ByteBuffer application = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        ByteBuffer network = ByteBuffer.allocate(100_000);
        ByteBuffer out = ByteBuffer.allocate(1_000);
        while (from.send(application, network) == TlsStatus.NEED_TASK) {
            from.task().ifPresent(Runnable::run);
        }
        network.flip();
        TlsStatus status = TlsStatus.OK;
        while (network.hasRemaining() && status != TlsStatus.NEED_WRITE) {
            status = to.receive(network, out);
            to.task().ifPresent(Runnable::run);
        }
        assertThat(network.hasRemaining()).as("octets left").isFalse();
        return StandardCharsets.US_ASCII.decode(out.flip()).toString();
    }
}
