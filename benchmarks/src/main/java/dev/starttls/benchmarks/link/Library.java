package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.MinimalDialogue;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import tlschannel.ClientTlsChannel;
import tlschannel.ServerTlsChannel;
import tlschannel.TlsChannel;

/** The libraries: this one, its peers and the floor. */
enum Library {
    /** A channel and an engine without a library. */
    FLOOR("hand-written loop"),
    /** This library. */
    STARTTLS("this library"),
    /** tls-channel. */
    TLS_CHANNEL("tls-channel"),
    /** Netty. */
    NETTY("Netty SslHandler"),
    /** The JDK's sockets, which do not use engines. */
    SSL_SOCKET("SSLSocket");

    private static final String VERSION = "TLSv1.3";

    private final String title;

    Library(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** One event loop for each role, as there is one thread for each side of the others. */
    private static final class Loops {
        private static final EventLoopGroup CLIENT = group("netty client");
        private static final EventLoopGroup SERVER = group("netty server");

        private static EventLoopGroup group(String name) {
            return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
        }
    }

    /** Makes the links of one side. */
    @FunctionalInterface
    interface Linker {

        /** Goes through the handshake on a connected, blocking channel; its peer must do so at the same time. */
        Link link(SocketChannel channel) throws IOException;
    }

    /** What makes links with engines of a kind; its settings are made once for all of them. */
    Linker linker(Role role, EngineSource engines) {
        UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.IMPLICIT)
                .withTls(
                        TlsSettings.builder().engines(engines).versions(VERSION).build());
        Peer peer = new Peer("localhost", 25);
        return channel -> link(channel, role, engines, settings, peer);
    }

    private Link link(SocketChannel channel, Role role, EngineSource engines, UpgradeSettings settings, Peer peer)
            throws IOException {
        return switch (this) {
            case FLOOR -> {
                EngineChannel inside =
                        new EngineChannel(channel, engine(role, engines), EngineChannel.Buffers.allocate());
                inside.handshake();
                yield new ByteChannelLink(inside);
            }
            case STARTTLS -> {
                StartTlsChannel inside =
                        StartTlsChannel.over(channel, new UpgradeConnection(new MinimalDialogue(role), settings, peer));
                inside.upgrade();
                yield new ByteChannelLink(inside);
            }
            case TLS_CHANNEL -> {
                TlsChannel inside = tlsChannel(channel, role, engines);
                inside.handshake();
                yield new ByteChannelLink(inside);
            }
            case NETTY -> {
                channel.configureBlocking(false);
                yield new NettyLink(role == Role.CLIENT ? Loops.CLIENT : Loops.SERVER, channel, engine(role, engines));
            }
            case SSL_SOCKET -> throw new UnsupportedOperationException("has no engine: see socket");
        };
    }

    /** The same with the JDK's sockets. */
    static Link socket(SocketChannel channel, Role role, SSLContext context) throws IOException {
        InetSocketAddress peer = (InetSocketAddress) channel.getRemoteAddress();
        SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(channel.socket(), "localhost", peer.getPort(), true);
        socket.setUseClientMode(role == Role.CLIENT);
        socket.setSSLParameters(checked(socket.getSSLParameters(), role));
        socket.startHandshake();
        return new SocketLink(socket);
    }

    static SSLEngine engine(Role role, EngineSource engines) {
        SSLEngine engine = engines.create("localhost", 25);
        engine.setUseClientMode(role == Role.CLIENT);
        engine.setSSLParameters(checked(engine.getSSLParameters(), role));
        return engine;
    }

    private static TlsChannel tlsChannel(SocketChannel channel, Role role, EngineSource engines) {
        if (role == Role.CLIENT) {
            return ClientTlsChannel.newBuilder(channel, engine(role, engines)).build();
        }
        try {
            return ServerTlsChannel.newBuilder(channel, SSLContext.getDefault())
                    .withEngineFactory(unused -> engine(role, engines))
                    .build();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("Expected the platform to have a context, got " + e, e);
        }
    }

    private static SSLParameters checked(SSLParameters parameters, Role role) {
        parameters.setProtocols(new String[] {VERSION});
        if (role == Role.CLIENT) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        } else {
            parameters.setUseCipherSuitesOrder(true);
        }
        return parameters;
    }
}
