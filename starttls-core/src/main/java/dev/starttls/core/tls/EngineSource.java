package dev.starttls.core.tls;

import javax.net.ssl.SSLEngine;

/**
 * Makes engines: of SunJSSE, Conscrypt, Bouncy Castle, netty-tcnative or whatever else implements {@link SSLEngine}.
 *
 * <pre>{@code
 * EngineSource source = sslContext::createSSLEngine;
 * EngineSource boring = (host, port) -> nettySslContext.newEngine(ByteBufAllocator.DEFAULT, host, port);
 * }</pre>
 *
 * <p>SunJSSE's engine does all that {@link TlsSettings} and the connection offer. What others cannot do, in the versions
 * that the tests run with:
 *
 * <ul>
 *   <li><b>Conscrypt</b> 2.5.2: chooses no server key by the JDK's key managers of algorithm PKIX, only by those of
 *       SunX509. Cannot send behind the peer's close_notify (half-close, RFC 8446 section 6.1), only receive behind its
 *       own.
 *   <li><b>Bouncy Castle</b> 1.84: closes both directions at once. What comes behind its own close_notify is dropped: an end
 *       of the connection is then told as truncation, and waiting for the peer's close_notify is waiting in vain.
 *   <li><b>netty-tcnative</b> (BoringSSL) 2.0.84: takes its mode from the context, so that one for clients and one for
 *       servers is needed; ignores {@link TlsSettings.Builder#applicationProtocols}, which are set on Netty's context;
 *       has no {@link javax.net.ssl.SSLContext} for {@link TlsSettings.Builder#contextByServerName}. Cannot send behind
 *       the peer's close_notify. Use the provider {@code OPENSSL}, whose engines let go of their memory when they are
 *       collected; nobody releases those of {@code OPENSSL_REFCNT}.
 * </ul>
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
