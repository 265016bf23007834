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
 * <p>What holds of the peer's identity, with any engine and whatever host and port its source gives it:
 *
 * <ul>
 *   <li>The chain is for the engine to verify, by its trust manager, in every full handshake. This library compares the name
 *       and the pins ({@link PeerCheck}) after every handshake, full or resumed, and tells the engine nothing of the name
 *       (endpoint identification). An engine that compares it of its own accord, as Netty's clients do unless {@code
 *       endpointIdentificationAlgorithm(null)} is set on their context, may refuse more, under any policy.
 *   <li>A resumed handshake verifies no chain. So the port has {@link #UNVERIFIED} added on a client under {@link
 *       Verification#NONE}: an engine that keeps its sessions by host and port, and is given both, never resumes such a
 *       session where verification is asked for. With a source that does not hand them on, the connection fails there
 *       before any octet of the dialogue leaves (CERTIFICATE_UNTRUSTED): a resumed session is taken only if its certificates
 *       were seen verified for this host, in a full handshake with the same {@link javax.net.ssl.SSLSessionContext}, or of
 *       the same source if the session has none. It may fail until the engine forgets the session.
 *   <li>On a server under {@link ClientCertificate#NEEDED}, a session without a client's certificate ends the connection, also
 *       where the engine resumes it (Conscrypt in TLS 1.2, netty-tcnative).
 *   <li>Where this library refuses a peer, no engine can be made to send a fatal alert: the connection is closed without one,
 *       and without close_notify. The client's own certificate has not left then; it has with netty-tcnative, which does not
 *       tell the server's before it sends its last flight.
 * </ul>
 *
 * <p>SunJSSE's engine does all that {@link TlsSettings} and the connection offer. What others cannot do, in the versions
 * that the tests run with:
 *
 * <ul>
 *   <li><b>Conscrypt</b> 2.5.2: needs a trust manager of its own ({@code TrustManagerFactory.getInstance("PKIX",
 *       conscrypt)}); the JDK's refuses every certificate in TLS 1.3 ("Unknown authType: GENERIC"), which fails as
 *       LOCAL_ERROR. Chooses no server key by the JDK's key managers of algorithm PKIX, only by those of
 *       SunX509 and of {@code ServerKeys}; of keys of several types for one name it takes the one of
 *       EC. Cannot send behind the peer's close_notify (half-close, RFC 8446 section 6.1), only receive behind its
 *       own. Takes no {@link TlsSettings.Builder#namedGroups}, and is refused where they are set.
 *   <li><b>Bouncy Castle</b> 1.84: resumes no session of TLS 1.3. Where {@link TlsSettings.Builder#namedGroups} are set,
 *       takes no certificate whose curve is not among them, not in TLS 1.3 either. Closes both directions at once. What comes
 *       behind its own close_notify is dropped: an end of the connection is then told as truncation, and waiting for the
 *       peer's close_notify is waiting in vain.
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
     * What is added to the port of a client whose session is not verified, so that no engine which keeps its sessions by
     * host and port resumes it where one is to be verified.
     */
    int UNVERIFIED = 65_537;

    /**
     * Makes one engine for one connection, or for none where {@link TlsSettings.Builder#namedGroups} are tried out; neither its mode set nor its handshake begun.
     *
     * @param peerHost the name or address of the peer: for SNI, the name check and the resumption of sessions
     * @param peerPort the port of the peer, 0 to 65535, or -1 if it is not known; more by {@link #UNVERIFIED} on a client
     *     under {@link Verification#NONE}
     * @return a new engine
     */
    SSLEngine create(String peerHost, int peerPort);
}
