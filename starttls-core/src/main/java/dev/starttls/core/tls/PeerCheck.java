package dev.starttls.core.tls;

import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/**
 * The checks of the peer's certificates that this library makes itself, after every handshake, full or resumed, whatever the
 * engine, its trust manager and its session cache do: on clients the name, the pins, and that a resumed session was verified
 * when it was made, or what a {@link ServerVerifier} says; on servers that there is a certificate where one is needed. The engine verifies the chain.
 *
 * <p>An {@code UpgradeConnection} makes these checks. An application that drives an engine of {@link #clientEngine} by itself
 * has to:
 *
 * <pre>{@code
 * PeerCheck check = PeerCheck.ofServer(settings, server, Verification.FULL);
 * Optional<PeerCheck.Refusal> refusal = check.after(engine.getSession(), true); // resumed, or not known
 * }</pre>
 */
public final class PeerCheck {

    /**
     * Why a peer is refused.
     *
     * @param kind the reason
     * @param detail what was expected, and what came
     * @param hint what to try, of a {@link ServerVerifier}; empty for the general advice of the reason
     * @param chain the peer's certificates; empty if it sent none
     */
    public record Refusal(RefusalKind kind, String detail, String hint, List<Certificate> chain) {

        Refusal(RefusalKind kind, String detail, List<Certificate> chain) {
            this(kind, detail, "", chain);
        }
    }

    private static final PeerCheck NOTHING = new PeerCheck(Optional.empty(), Pins.NONE, false, Optional.empty());
    private static final PeerCheck CERTIFICATE = new PeerCheck(Optional.empty(), Pins.NONE, true, Optional.empty());

    /** The caller's own rule and what it is asked about, in place of the name; empty if there is none. */
    private final Optional<Judgement> judgement;
    /** Empty if the name is not compared. */
    private final Optional<ServerIdentity> server;

    private final Pins pins;
    private final boolean needed;
    /** The source of engines that may resume sessions which this library has not seen. */
    private final Optional<EngineSource> foreign;

    /** A rule about the certificates of one server. */
    private record Judgement(ServerVerifier rule, ServerIdentity server) {

        Optional<Refusal> refusal(List<Certificate> chain) {
            List<X509Certificate> given = new ArrayList<>();
            for (Certificate certificate : chain) {
                if (!(certificate instanceof X509Certificate one)) {
                    return Optional.of(new Refusal(
                            RefusalKind.UNTRUSTED,
                            "Expected certificates of X.509, got one of " + certificate.getType(),
                            chain));
                }
                given.add(one);
            }
            ServerVerifier.Verdict verdict = Objects.requireNonNull(
                    rule.verify(server, List.copyOf(given)),
                    "Expected a verdict of the ServerVerifier, got null; see ServerVerifier.accept and refuse");
            return verdict instanceof ServerVerifier.Refused no
                    ? Optional.of(new Refusal(no.kind(), no.detail(), no.hint(), chain))
                    : Optional.empty();
        }
    }

    private PeerCheck(Optional<ServerIdentity> server, Pins pins, boolean needed, Optional<EngineSource> foreign) {
        this(Optional.empty(), server, pins, needed, foreign);
    }

    private PeerCheck(
            Optional<Judgement> judgement,
            Optional<ServerIdentity> server,
            Pins pins,
            boolean needed,
            Optional<EngineSource> foreign) {
        this.judgement = judgement;
        this.server = server;
        this.pins = pins;
        this.needed = needed;
        this.foreign = foreign;
    }

    /**
     * Makes a client's engine that verifies the chain and does not compare the name: its user has to, by {@link #ofServer}, both
     * during and after the handshake. Engines that compare the name do so by rules of their own, do not say which names the
     * certificate has, and in SunJSSE refuse any name with an underscore.
     *
     * @param settings how the engine is made
     * @param server the identity expected
     * @param peerPort the server's port, or -1
     * @param verified whether chain and name are verified; of no account where a {@link ServerVerifier} is set. A session made
     *     without verification is not resumed with it: the engine is given another port, see {@link EngineSource}
     * @return an engine in client mode
     * @throws GeneralSecurityException if the platform has no TLS context
     * @throws IllegalArgumentException if the engine knows none of the versions or suites set, or not all of the groups
     */
    public static SSLEngine clientEngine(
            TlsSettings settings, ServerIdentity server, int peerPort, Verification verified)
            throws GeneralSecurityException {
        return settings.serverVerifier().isPresent()
                ? settings.engines.clientJudgedByRule(server, peerPort)
                : settings.engines.client(server, peerPort, verified);
    }

    /**
     * The checks that a client makes of the server's certificates, besides the engine's.
     *
     * @param settings with the pins, which are compared in any case
     * @param server the identity expected
     * @param verified whether the identity is compared; of no account where a {@link ServerVerifier} is set, which is asked
     *     in any case
     * @return checks for one connection
     */
    public static PeerCheck ofServer(TlsSettings settings, ServerIdentity server, Verification verified) {
        if (settings.serverVerifier().isPresent()) {
            // Judged anew in each handshake: which sessions were judged before is of no account.
            return new PeerCheck(
                    Optional.of(new Judgement(settings.serverVerifier().get(), server)),
                    Optional.empty(),
                    settings.pins,
                    true,
                    Optional.empty());
        }
        boolean full = verified == Verification.FULL;
        return new PeerCheck(
                full ? Optional.of(server) : Optional.empty(),
                settings.pins,
                full || !settings.pins.hashes().isEmpty(),
                settings.engines.foreign());
    }

    /**
     * The checks that a server makes of the client's certificates, besides the engine's.
     *
     * @param settings that say whether a certificate is needed
     * @return checks for any connection
     */
    public static PeerCheck ofClient(TlsSettings settings) {
        return settings.engines.clientCertificate() == ClientCertificate.NEEDED ? CERTIFICATE : NOTHING;
    }

    /**
     * Checks a session during the handshake, as soon as its certificates are known: a client that does so before it sends more
     * discloses nothing, in particular not its own certificate, to the wrong server.
     *
     * @param session of the handshake; engines differ in when it has certificates
     * @return why the peer is refused; empty if it is not, or if its certificates are not known yet
     */
    public Optional<Refusal> during(SSLSession session) {
        if (!needed) {
            return Optional.empty();
        }
        List<Certificate> chain = chain(session);
        Optional<Refusal> refusal = chain.isEmpty() ? Optional.empty() : refusal(chain);
        if (refusal.isPresent()) {
            // It may be one that is resumed, with certificates that the server has replaced: the next handshake is a
            // full one.
            session.invalidate();
        }
        return refusal;
    }

    /**
     * Checks the session of a complete handshake; to be called once, before the session is used.
     *
     * @param session the engine's
     * @param resumed whether it was resumed
     * @return why the peer is refused; empty if it is not
     */
    public Optional<Refusal> after(SSLSession session, boolean resumed) {
        if (!needed) {
            return Optional.empty();
        }
        List<Certificate> chain = chain(session);
        Optional<Refusal> refusal = chain.isEmpty() ? Optional.of(none(resumed)) : refusal(chain);
        if (refusal.isEmpty() && server.isPresent() && foreign.isPresent()) {
            refusal = verified(foreign.get(), server.get(), session, resumed, chain);
        }
        if (refusal.isPresent() && resumed) {
            // So that the next handshake is a full one.
            session.invalidate();
        }
        return refusal;
    }

    /**
     * The peer's certificates.
     *
     * @param session during or after the handshake
     * @return its own first; empty if it sent none
     */
    public static List<Certificate> chain(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain == null ? List.of() : List.of(chain);
        } catch (SSLPeerUnverifiedException | RuntimeException e) {
            // Engines differ in what they throw before there are certificates.
            return List.of();
        }
    }

    /**
     * The pin of a certificate's public key, as {@link TlsSettings.Builder#pins} takes it and messages show it.
     *
     * @param certificate any
     * @return {@code sha256/} and 44 characters of Base64 (RFC 7469 section 2.4)
     */
    public static String pin(Certificate certificate) {
        return Pins.pin(certificate);
    }

    private Optional<Refusal> refusal(List<Certificate> chain) {
        Optional<Refusal> judged = judgement.flatMap(rule -> rule.refusal(chain));
        if (judged.isPresent()) {
            return judged;
        }
        if (server.isPresent()
                && !(chain.get(0) instanceof X509Certificate leaf
                        && server.get().matches(leaf))) {
            return Optional.of(new Refusal(RefusalKind.OTHER_NAME, otherName(server.get(), chain.get(0)), chain));
        }
        if (!pins.hashes().isEmpty() && !pins.match(chain)) {
            return Optional.of(new Refusal(
                    RefusalKind.OTHER_KEY,
                    "Expected a certificate with one of " + pins.hashes().size() + " pinned keys, got one with "
                            + Pins.pin(chain.get(0)),
                    chain));
        }
        return Optional.empty();
    }

    /**
     * Checks that a resumed session was verified. The sessions of a context are kept apart by their port, and its trust manager
     * verifies the chain of each; of a source of engines, only what was verified in an earlier handshake is known.
     */
    private Optional<Refusal> verified(
            EngineSource source, ServerIdentity server, SSLSession session, boolean resumed, List<Certificate> chain) {
        SSLSessionContext context = session.getSessionContext();
        Object cache = context == null ? source : context;
        try {
            if (!resumed) {
                VerifiedChains.add(cache, server.host(), chain);
                return Optional.empty();
            }
            return VerifiedChains.contain(cache, server.host(), chain)
                    ? Optional.empty()
                    : Optional.of(new Refusal(
                            RefusalKind.UNVERIFIED_SESSION,
                            "Expected a session whose certificate was verified when it was made, got one resumed by the"
                                    + " engine of which that is not known",
                            chain));
        } catch (GeneralSecurityException e) {
            return Optional.of(new Refusal(
                    RefusalKind.UNVERIFIED_SESSION, "Expected certificates that can be encoded, got " + e, chain));
        }
    }

    private Refusal none(boolean resumed) {
        return new Refusal(
                RefusalKind.NO_CERTIFICATE,
                "Expected a certificate of the peer, got none" + (resumed ? " in the session that was resumed" : ""),
                List.of());
    }

    private static String otherName(ServerIdentity server, Certificate leaf) {
        String names = leaf instanceof X509Certificate certificate ? ServerIdentity.shownNames(certificate) : "";
        String what = "Expected a certificate for " + server + ", got one ";
        if (!names.isEmpty()) {
            return what + "for " + names;
        }
        return leaf instanceof X509Certificate certificate
                ? what + "without a name as subjectAltName, the only place where one counts; its subject is "
                        + certificate.getSubjectX500Principal().getName()
                : what + "of type " + leaf.getType();
    }
}
