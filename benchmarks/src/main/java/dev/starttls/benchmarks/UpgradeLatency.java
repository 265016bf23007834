package dev.starttls.benchmarks;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.Preparation;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
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
 * From the TCP connection to the reply to the second EHLO, against this library's server in the same process. What the
 * upgrade adds is the difference to {@code PLAINTEXT}; what this library adds is the ratio to {@code FLOOR}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class UpgradeLatency {

    /** Who upgrades. */
    public enum Client {
        /** No upgrade: greeting and EHLO. */
        PLAINTEXT,
        /** Channel and engine by hand. */
        FLOOR,
        /** An SSLSocket layered on a Socket. */
        SSL_SOCKET,
        /** This library. */
        STARTTLS,
        /** This library, the ClientHello made after the go-ahead. */
        STARTTLS_UNPREPARED;

        private UpgradeClient upgrade() {
            return switch (this) {
                case PLAINTEXT -> new StartTlsClient(TlsPolicy.DISABLED, Preparation.ON_GO_AHEAD);
                case FLOOR -> new FloorClient();
                case SSL_SOCKET -> new SslSocketClient();
                case STARTTLS -> new StartTlsClient(TlsPolicy.REQUIRED, Preparation.WHILE_WAITING);
                case STARTTLS_UNPREPARED -> new StartTlsClient(TlsPolicy.REQUIRED, Preparation.ON_GO_AHEAD);
            };
        }
    }

    /** Which handshake. */
    public enum Handshake {
        /** A new session. */
        FULL,
        /** The session of the run before. */
        RESUMED
    }

    /** Who upgrades. */
    @Param({"PLAINTEXT", "FLOOR", "SSL_SOCKET", "STARTTLS", "STARTTLS_UNPREPARED"})
    public Client client;

    /** The round trip of the link, in milliseconds. */
    @Param({"0", "10", "50"})
    public long roundTrip;

    /** The version of TLS. */
    @Param("TLSv1.3")
    public String version;

    /** The server's key. */
    @Param("EC")
    public KeyKind key;

    /** Which handshake. */
    @Param({"FULL", "RESUMED"})
    public Handshake handshake;

    private UpgradeClient upgrading;
    private SSLContext context;
    private UpgradeLoop loop;
    private DelayingRelay relay;
    private int port;

    /** Starts the server, and the relay if the link has a round trip. */
    @Setup
    public void start() throws IOException, GeneralSecurityException {
        upgrading = client.upgrade();
        Contexts contexts = new Contexts(key);
        context = contexts.client();
        loop = UpgradeLoop.open(1000, Runnable::run);
        Thread thread = new Thread(loop, "server");
        thread.setDaemon(true);
        thread.start();
        SmtpTransaction transaction = new SmtpTransaction(envelope -> new Discarded(), 1_000_000);
        port = SmtpServer.named("localhost", transaction)
                .extensions(transaction.extensions())
                .policy(TlsPolicy.OPPORTUNISTIC)
                .sslContext(contexts.server())
                .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .socket()
                .getLocalPort();
        if (roundTrip > 0) {
            relay = new DelayingRelay(port, roundTrip);
            port = relay.port();
        }
    }

    /** Stops them. */
    @TearDown
    public void stop() throws IOException {
        loop.closeNow();
        if (relay != null) {
            relay.close();
        }
    }

    /** One upgrade. */
    @Benchmark
    public void upgrade() throws IOException {
        if (handshake == Handshake.FULL) {
            Contexts.forget(context);
        }
        upgrading.run(port, context, version);
    }

    private static final class Discarded implements SmtpDataReceiver {
        @Override
        public void line(String line) {}

        @Override
        public SmtpReply end() {
            return SmtpReply.of(250, "2.0.0 Discarded");
        }
    }
}
