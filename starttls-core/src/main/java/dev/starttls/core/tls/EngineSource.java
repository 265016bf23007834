package dev.starttls.core.tls;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Makes engines: of SunJSSE, Conscrypt, Bouncy Castle, netty-tcnative or any other implementation of {@link SSLEngine}.
 *
 * <pre>{@code
 * EngineSource source = sslContext::createSSLEngine;
 * EngineSource boring = (host, port) -> nettySslContext.newEngine(ByteBufAllocator.DEFAULT, host, port);
 * }</pre>
 *
 * <p>What holds for the peer's identity, with any engine and any host and port that its source passes on:
 *
 * <ul>
 *   <li>The engine verifies the chain, by its trust manager, in every full handshake. This library compares the name and the
 *       pins ({@link PeerCheck}) after every handshake, full or resumed, and does not set endpoint identification in the engine.
 *       An engine that compares the name without being set to, as those of Netty's clients do unless {@code
 *       endpointIdentificationAlgorithm(null)} is set on their context, may refuse more, under any policy.
 *   <li>A resumed handshake verifies no chain. So {@link #UNVERIFIED} is added to the port on a client under {@link
 *       Verification#NONE}, or with a {@link ServerVerifier}, which judges resumed sessions too: an engine that keeps its sessions by host and port, and is given both, never resumes such a
 *       session where verification is required. With a source that does not pass them on, the connection then fails
 *       before any octet of the dialogue is sent (CERTIFICATE_UNTRUSTED): a resumed session is accepted only if its certificates
 *       were verified for this host, in a full handshake with the same {@link javax.net.ssl.SSLSessionContext}, or of
 *       the same source if the session has none. Connections may fail until the engine forgets the session.
 *   <li>On a server under {@link ClientCertificate#NEEDED}, a session without a client's certificate ends the connection, also
 *       where the engine resumes it (Conscrypt in TLS 1.2, netty-tcnative).
 *   <li>Where this library refuses a peer, no engine can be made to send a fatal alert: the connection is closed without one,
 *       and without close_notify. The client's own certificate was not sent then; except with netty-tcnative, which does not
 *       make the server's known before it sends its last flight.
 * </ul>
 *
 * <p>SunJSSE's engine supports all that {@link TlsSettings} and the connection offer. What others do not, in the versions
 * that the tests run with:
 *
 * <ul>
 *   <li><b>Conscrypt</b> 2.5.2: needs its own trust manager ({@code TrustManagerFactory.getInstance("PKIX",
 *       conscrypt)}); the JDK's refuses every certificate in TLS 1.3 ("Unknown authType: GENERIC"), which fails as
 *       LOCAL_ERROR. Chooses no server key with the JDK's key managers of algorithm PKIX, only with those of SunX509 and of
 *       {@code ServerKeys}; of keys of several types for one name it takes the EC key. Cannot send after the peer's
 *       close_notify (half-close, RFC 8446 section 6.1), only receive after its own. Does not support {@link
 *       TlsSettings.Builder#namedGroups}, and is refused where they are set.
 *   <li><b>Bouncy Castle</b> 1.84: resumes no session of TLS 1.3. Where {@link TlsSettings.Builder#namedGroups} are set,
 *       accepts no certificate whose curve is not among them, not even in TLS 1.3. Closes both directions at once: what comes
 *       after its own close_notify is dropped, so that an end of the connection is reported as truncation, and the peer's
 *       close_notify is never seen.
 *   <li><b>netty-tcnative</b> (BoringSSL) 2.0.84: takes its mode from the context, so that one for clients and one for
 *       servers is needed; ignores {@link TlsSettings.Builder#applicationProtocols}, which are set on Netty's context;
 *       has no {@link javax.net.ssl.SSLContext} for {@link TlsSettings.Builder#contextByServerName}. Cannot send after
 *       the peer's close_notify. Use the provider {@code OPENSSL}, whose engines free their memory when they are
 *       collected; those of {@code OPENSSL_REFCNT} would have to be released explicitly, which this library does not do.
 * </ul>
 */
@FunctionalInterface
public interface EngineSource {

    /**
     * Added to the port of a client whose session is not verified, so that no engine which keeps its sessions by host and port
     * resumes it where verification is required. The sum is no valid port, nor is it if the port is -1.
     */
    int UNVERIFIED = 65_537;

    /**
     * Makes one engine, for one connection or to try out {@link TlsSettings.Builder#namedGroups}, without setting its mode or
     * beginning its handshake.
     *
     * @param peerHost the name or address of the peer: for SNI, the name check and the resumption of sessions
     * @param peerPort the port of the peer, 0 to 65535, or -1 if it is not known; plus {@link #UNVERIFIED} on a client under
     *     {@link Verification#NONE} or with a {@link ServerVerifier}
     * @return a new engine
     */
    SSLEngine create(String peerHost, int peerPort);

    /**
     * Makes one engine whose secrets are logged; called in place of the other method where {@link TlsSettings.Builder#keyLog} is set.
     * To be overridden for engines that give them out.
     *
     * @param peerHost the name or address of the peer
     * @param peerPort the port of the peer, or what stands for it
     * @param log takes the secrets; the same for all engines of one {@link TlsSettings}. Throws nothing
     * @return a new engine
     * @throws UnsupportedOperationException if the engines have no interface for it, and unless overridden
     */
    default SSLEngine create(String peerHost, int peerPort, KeyLog log) {
        throw new UnsupportedOperationException(
                "keyLog: expected an EngineSource that overrides create(String, int, KeyLog), got "
                        + getClass().getName()
                        + "; SunJSSE, Conscrypt and Bouncy Castle give out no secrets: leave keyLog out and try a"
                        + " Java agent such as jSSLKeyLog");
    }

    /**
     * Exports keying material of a session (RFC 5705, RFC 8446 section 7.5), for {@link ChannelBinding.Type#TLS_EXPORTER}. To be
     * overridden for engines that export it by a method of their
     * own, as {@code Conscrypt.exportKeyingMaterial(engine, label, context, length)}.
     *
     * @param engine one that this source has made, or on a server one of {@link TlsSettings.Builder#contextByServerName}; its
     *     handshake is complete
     * @param label of ASCII
     * @param context of any length, also 0, which before TLS 1.3 is not the same as none
     * @param length of the result, in octets
     * @return so many octets
     * @throws UnsupportedOperationException if the engine does not export keying material. Unless overridden, a session of TLS
     *     1.3 does on Java 25 and newer if its engine is of SunJSSE ({@code ExtendedSSLSession.exportKeyingMaterialData}). One
     *     of TLS 1.2 does not: the connections that resume a session share one object with it, which exports by the random
     *     octets of the last of them. Engines of Conscrypt 2.5.2 have that method for it; those of
     *     Bouncy Castle 1.84 and netty-tcnative 2.0.84 have none that could be called after the handshake
     * @throws SSLException if it could not be made of this session
     */
    default byte[] exportKeyingMaterial(SSLEngine engine, String label, byte[] context, int length)
            throws SSLException {
        return SessionExporter.export(engine.getSession(), label, context, length);
    }
}
