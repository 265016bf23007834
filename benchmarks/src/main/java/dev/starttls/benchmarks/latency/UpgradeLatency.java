package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One client, again and again, from the TCP connection to its end: for the profilers of the harness ({@code -prof gc},
 * {@code -prof jfr}). For ratios between clients use {@link PeerLatency}, which measures them in turn.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class UpgradeLatency {

    /** The client. */
    @Param({"FLOOR", "STARTTLS"})
    public ClientKind client;

    /** The round trip of the link, in milliseconds. */
    @Param("0")
    public int roundTrip;

    /** The version of TLS. */
    @Param("TLSv1.3")
    public String version;

    /** The server's key. */
    @Param("EC")
    public KeyKind key;

    /** Which handshake. */
    @Param({"FULL", "RESUMED"})
    public HandshakeKind handshake;

    private UpgradeClient upgrading;
    private ClientTls tls;
    private MailServers servers;
    private int port;

    /** Starts the server, and the relay if the link has a round trip. */
    @Setup
    public void start() throws IOException, GeneralSecurityException {
        Contexts contexts = new Contexts(key);
        tls = client.trusting(contexts.certificate());
        servers = new MailServers();
        port = servers.link(servers.listen(MailProtocol.SMTP, TlsPolicy.OPPORTUNISTIC, contexts.server()), roundTrip);
        upgrading = client.open();
    }

    /** Stops them. */
    @TearDown
    public void stop() throws IOException {
        upgrading.close();
        servers.close();
    }

    /** One upgrade. */
    @Benchmark
    public void upgrade() throws IOException, GeneralSecurityException {
        if (handshake == HandshakeKind.FULL) {
            tls.forget();
        }
        upgrading.upgrade(SessionTarget.smtp(port), tls, version).close();
    }
}
