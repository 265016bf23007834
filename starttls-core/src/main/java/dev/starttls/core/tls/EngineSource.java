package dev.starttls.core.tls;

import javax.net.ssl.SSLEngine;

/**
 * Makes engines: of SunJSSE, Conscrypt, Bouncy Castle, netty-tcnative or whatever else implements {@link SSLEngine}.
 *
 * <pre>{@code
 * EngineSource source = sslContext::createSSLEngine;
 * }</pre>
 */
@FunctionalInterface
public interface EngineSource {

    /**
     * Makes one engine, neither its mode set nor its handshake begun.
     *
     * @param peerHost the name or address of the peer: for SNI, the name check and the resumption of sessions
     * @param peerPort the port of the peer, 0 to 65535, or -1 if it is not known
     * @return a new engine
     */
    SSLEngine create(String peerHost, int peerPort);
}
