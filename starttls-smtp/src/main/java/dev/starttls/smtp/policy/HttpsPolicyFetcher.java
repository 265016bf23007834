package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.TruncatedException;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Fetches policies by a GET of its own over this library's TLS channel, as {@link PolicyFetcher} demands it. One time bounds all of it,
 * however slowly the server sends: look-up, connection, handshake, head and body.
 *
 * <pre>{@code
 * PolicyFetcher fetcher = new HttpsPolicyFetcher(resolver).withTimeout(Duration.ofSeconds(20));
 * PolicyFetcher.Result policy = fetcher.fetch("example.org");
 * }</pre>
 *
 * <p>It asks once, with {@code Connection: close} and {@code Accept-Encoding: identity}, follows nothing and caches nothing (RFC 8461
 * section 3.3). Bodies with a length, in chunks, and up to the end of the connection are read; without close_notify the last kind is
 * {@link FetchFailure#INCOMPLETE}. The certificate must have {@code mta-sts.DOMAIN} as a DNS-ID (RFC 9525): a common name is none.
 *
 * <p>Immutable, and safe for use by several threads. It blocks the thread that fetches.
 */
public final class HttpsPolicyFetcher implements PolicyFetcher {

    /** How long all of it may take, unless set (RFC 8461 section 3.3 suggests a minute). */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    static final int PORT = 443;

    private static final String PATH = "/.well-known/mta-sts.txt";
    private static final int CHUNK = 8_192;

    private final DnsResolver resolver;
    private final TlsSettings tls;
    private final Duration timeout;
    private final int port;

    /**
     * With the JDK's roots, and {@link #DEFAULT_TIMEOUT}.
     *
     * @param resolver that the addresses of {@code mta-sts.DOMAIN} are asked of; what it takes is counted, and is ended by itself alone
     * @throws NullPointerException if it is null
     */
    public HttpsPolicyFetcher(DnsResolver resolver) {
        this(
                Objects.requireNonNull(resolver, "resolver: expected a DnsResolver, got null"),
                TlsSettings.builder().applicationProtocols("http/1.1").build(),
                DEFAULT_TIMEOUT,
                PORT);
    }

    private HttpsPolicyFetcher(DnsResolver resolver, TlsSettings tls, Duration timeout, int port) {
        this.resolver = resolver;
        this.tls = tls;
        this.timeout = timeout;
        this.port = port;
    }

    /**
     * The same with other settings of TLS.
     *
     * @param settings for instance with a context that trusts other roots
     * @return a new fetcher
     * @throws IllegalArgumentException if they turn verification off
     * @throws NullPointerException if they are null
     */
    public HttpsPolicyFetcher withTls(TlsSettings settings) {
        VerifyingSettings.require(settings);
        return new HttpsPolicyFetcher(resolver, settings, timeout, port);
    }

    /**
     * The same with another time.
     *
     * @param time positive, for all of it; at most {@link UpgradeLimits#MAX_TIME}, which longer ones are taken for
     * @return a new fetcher
     * @throws IllegalArgumentException if it is not positive
     * @throws NullPointerException if it is null
     */
    public HttpsPolicyFetcher withTimeout(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("time: expected a positive time, got " + time);
        }
        Duration bounded = time.compareTo(UpgradeLimits.MAX_TIME) < 0 ? time : UpgradeLimits.MAX_TIME;
        return new HttpsPolicyFetcher(resolver, tls, bounded, port);
    }

    /**
     * The same at another port, for laboratories: the standard has 443 alone (RFC 8461 section 3.3), and policies of the Internet are at
     * no other.
     *
     * @param number 1 to 65535
     * @return a new fetcher
     */
    public HttpsPolicyFetcher withPort(int number) {
        if (number < 1 || number > 65_535) {
            throw new IllegalArgumentException("number: expected a port from 1 to 65535, got " + number);
        }
        return new HttpsPolicyFetcher(resolver, tls, timeout, number);
    }

    @Override
    public Result fetch(String domain) {
        String host = "mta-sts." + DomainName.require(domain);
        long deadline = System.nanoTime() + timeout.toNanos();
        HostAddresses found = HostAddresses.of(resolver, host);
        if (found.addresses().isEmpty()) {
            return new Failed(FetchFailure.NOT_CONNECTED, found.detail());
        }
        try {
            return get(host, found.addresses(), deadline);
        } catch (FetchException e) {
            return new Failed(e.failure(), String.valueOf(e.getMessage()));
        } catch (UpgradeException e) {
            return new Failed(failure(e), String.valueOf(e.getMessage()));
        } catch (SocketTimeoutException e) {
            return new Failed(FetchFailure.TIMEOUT, late());
        } catch (TruncatedException e) {
            return new Failed(FetchFailure.INCOMPLETE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Failed(FetchFailure.INCOMPLETE, "Expected a whole response, got " + e);
        }
    }

    private Result get(String host, List<InetAddress> addresses, long deadline) throws IOException {
        HttpResponseReader response = new HttpResponseReader();
        HttpsClient client = new HttpsClient(host, port)
                .addresses(addresses)
                .tls(tls)
                .timeout(timeout)
                .totalTimeout(remaining(deadline));
        try (StartTlsChannel channel = client.connect()) {
            ByteBuffer request = StandardCharsets.US_ASCII.encode("GET " + PATH + " HTTP/1.1\r\nHost: " + host
                    + (port == PORT ? "" : ":" + port)
                    + "\r\nUser-Agent: starttls-java\r\nAccept: text/plain, */*;q=0.1\r\nAccept-Encoding: identity\r\n"
                    + "Cache-Control: no-cache\r\nConnection: close\r\n\r\n");
            channel.writeTimeout(remaining(deadline));
            channel.write(request);
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            while (true) {
                channel.readTimeout(remaining(deadline));
                if (channel.read(chunk.clear()) < 0) {
                    response.end();
                    return response.fetched();
                }
                if (response.add(chunk.flip())) {
                    return response.fetched();
                }
            }
        }
    }

    private Duration remaining(long deadline) throws FetchException {
        long nanos = deadline - System.nanoTime();
        if (nanos <= 0) {
            throw new FetchException(FetchFailure.TIMEOUT, late());
        }
        // A limit of nothing is none, and clocks of sockets count milliseconds.
        return Duration.ofNanos(Math.max(nanos, 1_000_000));
    }

    private String late() {
        return "Expected a whole response within " + timeout.toMillis() + " ms, got less";
    }

    private static FetchFailure failure(UpgradeException why) {
        FailureReason reason = why.reason();
        return switch (reason) {
            case CERTIFICATE_EXPIRED, CERTIFICATE_NAME_MISMATCH, CERTIFICATE_PIN_MISMATCH, CERTIFICATE_UNTRUSTED ->
                FetchFailure.CERTIFICATE;
            case CONNECT_FAILED -> FetchFailure.NOT_CONNECTED;
            case TIMEOUT -> FetchFailure.TIMEOUT;
            case LOCAL_ERROR, REJECTED -> FetchFailure.LOCAL_ERROR;
            default -> FetchFailure.HANDSHAKE;
        };
    }

    /** One line for people. */
    @Override
    public String toString() {
        return "HttpsPolicyFetcher[" + timeout + "]";
    }
}
