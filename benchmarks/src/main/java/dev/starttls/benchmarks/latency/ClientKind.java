package dev.starttls.benchmarks.latency;

import dev.starttls.core.upgrade.Preparation;
import java.io.IOException;

/** Who upgrades. */
public enum ClientKind {
    /** No upgrade: greeting and EHLO. */
    PLAINTEXT("no upgrade"),
    /** Channel and engine by hand. */
    FLOOR("floor: channel and engine by hand"),
    /** The same with TCP_QUICKACK, against servers that write twice with Nagle's algorithm on. */
    FLOOR_QUICK_ACK("channel and engine by hand, TCP_QUICKACK"),
    /** This library, blocking. */
    STARTTLS("this library, blocking"),
    /** This library, blocking, the ClientHello made after the go-ahead. */
    STARTTLS_UNPREPARED("this library, blocking, unprepared"),
    /** This library, blocking, the ClientHello made by another thread. */
    STARTTLS_TWO_THREADS("this library, blocking, another thread prepares"),
    /** This library on a selector loop. */
    STARTTLS_LOOP("this library, selector loop"),
    /** An SSLSocket layered on a Socket. */
    SSL_SOCKET("SSLSocket on a Socket"),
    /** tls-channel over a blocking channel. */
    TLS_CHANNEL("tls-channel"),
    /** Commons Net's SMTPSClient. */
    COMMONS_NET("Commons Net"),
    /** Netty's SslHandler. */
    NETTY("Netty SslHandler"),
    /** Angus Mail with nothing set but TLS. */
    ANGUS("Angus Mail"),
    /** Angus Mail with a socket factory that sets TCP_NODELAY. */
    ANGUS_NO_DELAY("Angus Mail, TCP_NODELAY");

    private final String title;

    ClientKind(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    UpgradeClient open() throws IOException {
        return switch (this) {
            case PLAINTEXT -> new PlaintextClient();
            case FLOOR -> new FloorClient(false);
            case FLOOR_QUICK_ACK -> new FloorClient(true);
            case STARTTLS -> new StartTlsClient(Preparation.WHILE_WAITING);
            case STARTTLS_UNPREPARED -> new StartTlsClient(Preparation.ON_GO_AHEAD);
            case STARTTLS_TWO_THREADS -> new TwoThreadsClient();
            case STARTTLS_LOOP -> new LoopClient();
            case SSL_SOCKET -> new SslSocketClient();
            case TLS_CHANNEL -> new TlsChannelClient();
            case COMMONS_NET -> new CommonsNetClient();
            case NETTY -> new NettyClient();
            case ANGUS -> new AngusClient(AngusClient.Sockets.AS_THEY_COME);
            case ANGUS_NO_DELAY -> new AngusClient(AngusClient.Sockets.WITHOUT_DELAY);
        };
    }
}
