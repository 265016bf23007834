package dev.starttls.core.upgrade;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a finished upgrade went.
 *
 * @param protocol the dialogue's name, for instance "smtp"
 * @param role of this side
 * @param policy that was followed
 * @param tls what was negotiated; empty when the session stayed in plaintext
 * @param offeredBefore the capabilities announced before TLS, as they were sent; empty with implicit TLS. For the record
 *     only: none of them counts any more
 * @param offeredInside the capabilities announced inside TLS, as they were sent; empty in plaintext
 * @param phases what each phase took, in their order
 * @param proposal how a client's upgrade command was sent, the last of them if there were two, whether it was taken or refused;
 *     {@link Proposal#NONE} where none was sent
 * @param firstAttempt where this is the second connection, made because the server did not take what was tried on the first
 *     ({@link DirectUpgrade#REMEMBERED}): what that failed with, {@link FailureReason#DIRECT_NOT_TAKEN}, with the phase, the
 *     reply if there was one, and as its cause what ended it
 */
public record UpgradeReport(
        String protocol,
        Role role,
        TlsPolicy policy,
        Optional<Negotiated> tls,
        List<String> offeredBefore,
        List<String> offeredInside,
        List<PhaseTime> phases,
        Proposal proposal,
        Optional<UpgradeException> firstAttempt) {

    /**
     * What the handshake agreed on.
     *
     * @param version for instance "TLSv1.3"
     * @param suite for instance "TLS_AES_256_GCM_SHA384"
     * @param namedGroup the group of the key exchange by its registered name, for instance "x25519", as the server sent it;
     *     "0x" and four digits if it is not known here, "dhe" and the bits of the prime for the Diffie-Hellman of before TLS
     *     1.3; empty where no key was exchanged
     * @param peerChain the peer's certificates, its own first; empty when it sent none. A resumed session has those of the
     *     session that it resumes
     * @param ownChain this side's certificates as they were sent, its own first (RFC 8446 section 4.4.2); empty when none were
     *     sent, as on most clients, or where the engine does not show them
     * @param resumption whether an earlier session was resumed
     * @param applicationProtocol agreed by ALPN (RFC 7301)
     * @param serverName the host name that the client asked for by SNI (RFC 6066 section 3), where the engine shows it; a
     *     claim of the client, of letters, digits, hyphens and dots. A name with an underscore is not shown, although {@link
     *     dev.starttls.core.tls.TlsSettings.Builder#contextByServerName} is given it
     * @param sessionId the octets of the session's identifier, two hexadecimal digits each, to find the same session in other
     *     logs. Before TLS 1.3 the server has chosen it (RFC 5246 section 7.4.1.3), unless the session is of a ticket (RFC
     *     5077 section 3.4). TLS 1.3 has none (RFC 8446 section 4.1.3), and the engine may make one up that the peer
     *     does not know. Empty where the session has none. It is no secret
     */
    public record Negotiated(
            String version,
            String suite,
            Optional<String> namedGroup,
            List<Certificate> peerChain,
            List<Certificate> ownChain,
            Resumption resumption,
            Optional<String> applicationProtocol,
            Optional<String> serverName,
            Optional<String> sessionId) {

        /** Keeps its own copies of the chains. */
        public Negotiated {
            peerChain = List.copyOf(peerChain);
            ownChain = List.copyOf(ownChain);
        }

        /** For people and logs, on one line: the number of certificates and whom the first is for, without their octets. */
        @Override
        public String toString() {
            return "Negotiated[version=" + Wording.printable(version) + ", suite=" + Wording.printable(suite)
                    + ", namedGroup=" + namedGroup.map(Wording::printable).orElse("none") + ", peerChain="
                    + certificates(peerChain) + ", ownChain=" + certificates(ownChain) + ", resumption=" + resumption
                    + ", applicationProtocol="
                    + applicationProtocol.map(Wording::printable).orElse("none") + ", serverName="
                    + serverName.map(Wording::printable).orElse("none") + ", sessionId="
                    + sessionId.map(Wording::printable).orElse("none") + "]";
        }

        private static String certificates(List<Certificate> chain) {
            if (chain.isEmpty() || !(chain.get(0) instanceof X509Certificate leaf)) {
                return String.valueOf(chain.size());
            }
            return chain.size() + " of "
                    + Wording.printable(leaf.getSubjectX500Principal().getName());
        }
    }

    /** Whether the handshake took up an earlier session (RFC 8446 section 2.2, RFC 5077). */
    public enum Resumption {
        /** It was a full handshake. */
        FULL,
        /** It resumed a session. */
        RESUMED
    }

    /**
     * What one phase took.
     *
     * @param phase which
     * @param took from its beginning to its end, by the driver's clock
     * @param roundTrips how often this side waited for the peer to answer
     */
    public record PhaseTime(Phase phase, Duration took, int roundTrips) {}

    /**
     * Whether the session is inside TLS.
     *
     * @return true if a handshake was done
     */
    public boolean encrypted() {
        return tls.isPresent();
    }

    /**
     * The round trips of all phases, those of TCP not counted.
     *
     * @return their sum
     */
    public int roundTrips() {
        return phases.stream().mapToInt(PhaseTime::roundTrips).sum();
    }

    /** For people and logs, on one line: whatever the peer has announced, without control characters. */
    @Override
    public String toString() {
        return "UpgradeReport[protocol=" + protocol + ", role=" + role + ", policy=" + policy + ", tls="
                + tls.map(Negotiated::toString).orElse("none") + ", offeredBefore=" + shown(offeredBefore)
                + ", offeredInside=" + shown(offeredInside) + ", phases=" + phases
                + ", proposal=" + proposal
                + ", firstAttempt="
                + firstAttempt
                        .map(failed -> Wording.printable(String.valueOf(failed.getMessage())))
                        .orElse("none")
                + "]";
    }

    private static List<String> shown(List<String> announced) {
        return announced.stream().map(Wording::printable).toList();
    }

    /**
     * The time from the first phase to the last.
     *
     * @return their sum
     */
    public Duration took() {
        return phases.stream().map(PhaseTime::took).reduce(Duration.ZERO, Duration::plus);
    }
}
