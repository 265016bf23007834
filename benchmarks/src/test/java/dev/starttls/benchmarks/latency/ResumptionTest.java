package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.core.engine.TlsPump;
import dev.starttls.core.engine.TlsStatus;
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

    private static final Contexts CONTEXTS = new Contexts(KeyKind.EC);

    private final SSLContext client = CONTEXTS.client();
    private final SSLContext server = CONTEXTS.server();

    ResumptionTest() throws Exception {}

    /** When a client reads what the server sends after its Finished: the ticket. */
    private enum Ticket {
        READ,
        LEFT
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_session_is_resumed_under_the_same_name_check(String version) throws SSLException {
        connect(version, HTTPS, Ticket.READ);
        assertThat(connect(version, HTTPS, Ticket.READ)).isEqualTo(HandshakeKind.RESUMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_session_made_without_a_name_check_is_not_resumed_with_one(String version) throws SSLException {
        connect(version, NO_CHECK, Ticket.READ);
        assertThat(connect(version, HTTPS, Ticket.READ)).isEqualTo(HandshakeKind.FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_session_made_under_another_name_check_is_not_resumed(String version) throws SSLException {
        connect(version, LDAPS, Ticket.READ);
        assertThat(connect(version, HTTPS, Ticket.READ)).isEqualTo(HandshakeKind.FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void a_session_made_with_a_name_check_is_resumed_without_one(String version) throws SSLException {
        connect(version, HTTPS, Ticket.READ);
        assertThat(connect(version, NO_CHECK, Ticket.READ)).isEqualTo(HandshakeKind.RESUMED);
    }

    @Test
    void a_ticket_of_tls_1_3_serves_once() throws SSLException {
        connect("TLSv1.3", HTTPS, Ticket.READ);
        assertThat(connect("TLSv1.3", HTTPS, Ticket.LEFT)).isEqualTo(HandshakeKind.RESUMED);
        assertThat(connect("TLSv1.3", HTTPS, Ticket.READ)).isEqualTo(HandshakeKind.FULL);
    }

    @Test
    void a_session_of_tls_1_2_serves_again_and_again() throws SSLException {
        connect("TLSv1.2", HTTPS, Ticket.READ);
        assertThat(connect("TLSv1.2", HTTPS, Ticket.LEFT)).isEqualTo(HandshakeKind.RESUMED);
        assertThat(connect("TLSv1.2", HTTPS, Ticket.LEFT)).isEqualTo(HandshakeKind.RESUMED);
    }

    @Test
    void a_client_that_never_reads_its_ticket_never_resumes() throws SSLException {
        connect("TLSv1.3", HTTPS, Ticket.LEFT);
        assertThat(connect("TLSv1.3", HTTPS, Ticket.LEFT)).isEqualTo(HandshakeKind.FULL);
    }

    /** An upgrade in memory, to the first octets of the server inside TLS, which the ticket comes before. */
    private HandshakeKind connect(String version, String nameCheck, Ticket ticket) throws SSLException {
        SSLEngine engine = client.createSSLEngine("localhost", 587);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        if (!nameCheck.isEmpty()) {
            parameters.setEndpointIdentificationAlgorithm(nameCheck);
        }
        engine.setSSLParameters(parameters);
        SSLEngine other = server.createSSLEngine();
        other.setUseClientMode(false);
        Side ours = new Side(new TlsPump(engine));
        Side theirs = new Side(new TlsPump(other));
        while (!ours.pump.established() || !theirs.pump.established()) {
            ours.sendTo(theirs, "");
            if (ours.pump.established() && ticket == Ticket.LEFT) {
                theirs.sendToNobody();
            } else if (!ours.pump.established() || !theirs.pump.established()) {
                theirs.sendTo(ours, "");
            }
        }
        if (ticket == Ticket.READ) {
            assertThat(theirs.sendTo(ours, "250")).isEqualTo("250");
        }
        return ours.pump.resumed() ? HandshakeKind.RESUMED : HandshakeKind.FULL;
    }

    private static final class Side {

        private final TlsPump pump;
        private final ByteBuffer arrived = ByteBuffer.allocate(100_000);

        Side(TlsPump pump) {
            this.pump = pump;
        }

        /** What is left to send after the handshake, the ticket, is not read. */
        void sendToNobody() throws SSLException {
            pump.send(ByteBuffer.allocate(0), ByteBuffer.allocate(10_000));
        }

        /** Sends what there is to send, and a text if it can; returns what comes out on the other side. */
        String sendTo(Side other, String text) throws SSLException {
            ByteBuffer application = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (pump.send(application, other.arrived) == TlsStatus.NEED_TASK) {
                pump.task().ifPresent(Runnable::run);
            }
            ByteBuffer out = ByteBuffer.allocate(1_000);
            other.arrived.flip();
            TlsStatus status = TlsStatus.OK;
            while (other.arrived.hasRemaining() && status != TlsStatus.NEED_WRITE) {
                status = other.pump.receive(other.arrived, out);
                other.pump.task().ifPresent(Runnable::run);
            }
            other.arrived.compact();
            return StandardCharsets.US_ASCII.decode(out.flip()).toString();
        }
    }
}
