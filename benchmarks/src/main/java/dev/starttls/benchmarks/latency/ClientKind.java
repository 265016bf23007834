package dev.starttls.benchmarks.latency;

import dev.starttls.core.upgrade.Preparation;
import java.io.IOException;
import java.security.GeneralSecurityException;

/** The kinds of clients. */
public enum ClientKind {
    /** No upgrade. */
    PLAINTEXT("no upgrade"),
    /** A channel and an engine without a library. */
    FLOOR("floor: hand-written loop"),
    /** The same with TCP_QUICKACK, against servers that write twice with Nagle's algorithm on. */
    FLOOR_QUICK_ACK("floor: hand-written loop, TCP_QUICKACK"),
    /** This library, blocking. */
    STARTTLS("this library, blocking"),
    /** This library, blocking, the ClientHello made after the go-ahead. */
    STARTTLS_UNPREPARED("this library, blocking, unprepared"),
    /** This library, blocking, the ClientHello made by another thread. */
    STARTTLS_TWO_THREADS("this library, blocking, another thread prepares"),
    /** This library, blocking, which remembers what each host accepts directly. */
    STARTTLS_DIRECT("this library, blocking, direct where remembered"),
    /** This library on a selector loop. */
    STARTTLS_LOOP("this library, selector loop"),
    /** This library, blocking, with engines of Conscrypt. */
    STARTTLS_CONSCRYPT("this library, blocking, Conscrypt"),
    /** This library on a selector loop, with engines of Conscrypt. */
    STARTTLS_LOOP_CONSCRYPT("this library, selector loop, Conscrypt"),
    /** This library, blocking, with engines of netty-tcnative. */
    STARTTLS_TCNATIVE("this library, blocking, tcnative"),
    /** This library on a selector loop, with engines of netty-tcnative. */
    STARTTLS_LOOP_TCNATIVE("this library, selector loop, tcnative"),
    /** An SSLSocket layered on a Socket with TCP_NODELAY. */
    SSL_SOCKET("SSLSocket on a Socket"),
    /** An SSLSocket layered on a Socket with nothing set. */
    SSL_SOCKET_DELAYED("SSLSocket, without TCP_NODELAY"),
    /** tls-channel over a blocking channel with TCP_NODELAY. */
    TLS_CHANNEL("tls-channel"),
    /** tls-channel over a blocking channel with nothing set. */
    TLS_CHANNEL_DELAYED("tls-channel, without TCP_NODELAY"),
    /** Commons Net's clients. */
    COMMONS_NET("Commons Net"),
    /** Commons Net's clients with a socket factory that sets TCP_NODELAY. */
    COMMONS_NET_NO_DELAY("Commons Net, TCP_NODELAY"),
    /** Netty's SslHandler; its channels have TCP_NODELAY by default. */
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

    /** Whether it is this library, with any engines and driver. */
    boolean own() {
        return name().startsWith("STARTTLS");
    }

    /** Whether it supports the protocol. Connecting with Angus Mail includes the login, except with SMTP. */
    boolean has(MailProtocol protocol) {
        return protocol == MailProtocol.SMTP || (this != ANGUS && this != ANGUS_NO_DELAY);
    }

    /** Its TLS settings for the server with this certificate. */
    ClientTls trusting(byte[] certificate) throws GeneralSecurityException, IOException {
        ClientTls.Maker maker =
                switch (this) {
                    case STARTTLS_CONSCRYPT, STARTTLS_LOOP_CONSCRYPT -> ClientTls.Maker.CONSCRYPT;
                    case STARTTLS_TCNATIVE, STARTTLS_LOOP_TCNATIVE -> ClientTls.Maker.TCNATIVE;
                    default -> ClientTls.Maker.JDK;
                };
        return new ClientTls(maker, certificate);
    }

    UpgradeClient open() throws IOException {
        return switch (this) {
            case PLAINTEXT -> new PlaintextClient();
            case FLOOR -> new FloorClient(false);
            case FLOOR_QUICK_ACK -> new FloorClient(true);
            case STARTTLS, STARTTLS_CONSCRYPT, STARTTLS_TCNATIVE -> new StartTlsClient(Preparation.WHILE_WAITING);
            case STARTTLS_DIRECT -> new RememberingClient();
            case STARTTLS_UNPREPARED -> new StartTlsClient(Preparation.ON_GO_AHEAD);
            case STARTTLS_TWO_THREADS -> new TwoThreadsClient();
            case STARTTLS_LOOP, STARTTLS_LOOP_CONSCRYPT, STARTTLS_LOOP_TCNATIVE -> new LoopClient();
            case SSL_SOCKET -> new SslSocketClient(SmallSegments.AT_ONCE);
            case SSL_SOCKET_DELAYED -> new SslSocketClient(SmallSegments.AS_THEY_COME);
            case TLS_CHANNEL -> new TlsChannelClient(SmallSegments.AT_ONCE);
            case TLS_CHANNEL_DELAYED -> new TlsChannelClient(SmallSegments.AS_THEY_COME);
            case COMMONS_NET -> new CommonsNetClient(SmallSegments.AS_THEY_COME);
            case COMMONS_NET_NO_DELAY -> new CommonsNetClient(SmallSegments.AT_ONCE);
            case NETTY -> new NettyClient();
            case ANGUS -> new AngusClient(SmallSegments.AS_THEY_COME);
            case ANGUS_NO_DELAY -> new AngusClient(SmallSegments.AT_ONCE);
        };
    }
}
