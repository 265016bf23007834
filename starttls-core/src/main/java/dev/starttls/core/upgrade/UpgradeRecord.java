package dev.starttls.core.upgrade;

import dev.starttls.core.engine.TlsPump;
import dev.starttls.core.tls.PeerCheck;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.core.upgrade.UpgradeReport.PhaseTime;
import dev.starttls.core.upgrade.UpgradeReport.Resumption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;

/** What is reported of an upgrade afterwards, in little memory: a connection keeps it as long as it lives. */
final class UpgradeRecord {

    private static final List<Phase> PHASES = List.of(Phase.values());

    private final String protocol;
    private final Role role;
    private volatile Proposal proposal = Proposal.NONE;
    private volatile Optional<UpgradeException> firstAttempt = Optional.empty();
    private volatile Optional<ServerSession> handedOver = Optional.empty();
    private volatile List<String> before = List.of();
    private volatile List<String> inside = List.of();
    /** For each phase that is over two: which it was, with its round trips in the lower half; and its nanoseconds. */
    private volatile long[] phases = {};

    UpgradeRecord(String protocol, Role role) {
        this.protocol = protocol;
        this.role = role;
    }

    /** Records what was announced last in plaintext. */
    void announcedBefore(List<String> capabilities) {
        before = List.copyOf(capabilities);
    }

    /** Records what was announced last inside TLS. */
    void announcedInside(List<String> capabilities) {
        inside = List.copyOf(capabilities);
    }

    /** Records how the upgrade command was sent, which has left. */
    void proposed(Proposal how) {
        proposal = how;
    }

    /** Records the failure of the earlier connection that this one replaces. */
    void precededBy(UpgradeException failed) {
        firstAttempt = Optional.of(failed);
    }

    /** A phase that went by before all others. */
    void preceded(Phase phase, long nanos) {
        long[] later = phases;
        long[] all = new long[later.length + 2];
        System.arraycopy(later, 0, all, 2, later.length);
        phases = written(all, 0, phase, 0, nanos);
    }

    /** A phase that is over now. */
    void finished(Phase phase, int roundTrips, long nanos) {
        long[] earlier = phases;
        phases = written(Arrays.copyOf(earlier, earlier.length + 2), earlier.length, phase, roundTrips, nanos);
    }

    /** The connection becomes the application's, and this session of a server goes with it. */
    void handedOver(Optional<ServerSession> session) {
        handedOver = session;
    }

    Optional<ServerSession> handedOver() {
        return handedOver;
    }

    /** The last phase that is over; there must be one. */
    Phase lastFinished() {
        long[] all = phases;
        return phase(all[all.length - 2]);
    }

    UpgradeReport report(TlsPolicy policy, TlsLayer tls) {
        return new UpgradeReport(
                protocol, role, policy, negotiated(tls), before, inside, phases(), proposal, firstAttempt);
    }

    /** For people: the protocol and the side. */
    @Override
    public String toString() {
        return protocol + " " + role;
    }

    private List<PhaseTime> phases() {
        long[] all = phases;
        PhaseTime[] times = new PhaseTime[all.length / 2];
        for (int i = 0; i < times.length; i++) {
            long which = all[2 * i];
            times[i] = new PhaseTime(phase(which), Duration.ofNanos(all[2 * i + 1]), (int) which);
        }
        return List.of(times);
    }

    private static long[] written(long[] all, int at, Phase phase, int roundTrips, long nanos) {
        all[at] = (long) PHASES.indexOf(phase) << Integer.SIZE | roundTrips;
        all[at + 1] = nanos;
        return all;
    }

    private static Phase phase(long which) {
        return PHASES.get((int) (which >> Integer.SIZE));
    }

    /** What the handshake agreed on, once it is done. */
    private static Optional<Negotiated> negotiated(TlsLayer tls) {
        if (!tls.established()) {
            return Optional.empty();
        }
        TlsPump pump = tls.pump();
        SSLSession session = pump.session();
        return Optional.of(new Negotiated(
                session.getProtocol(),
                session.getCipherSuite(),
                pump.namedGroup(),
                PeerCheck.chain(session),
                pump.ownChain(),
                pump.resumed() ? Resumption.RESUMED : Resumption.FULL,
                pump.applicationProtocol(),
                serverName(session),
                sessionId(session)));
    }

    private static Optional<String> sessionId(SSLSession session) {
        try {
            byte[] id = session.getId();
            return id == null || id.length == 0
                    ? Optional.empty()
                    : Optional.of(HexFormat.of().formatHex(id));
        } catch (RuntimeException e) {
            // Engines differ in what they throw where there is none.
            return Optional.empty();
        }
    }

    /** The host name of SNI, never its raw octets. */
    private static Optional<String> serverName(SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return Optional.empty();
        }
        try {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return Optional.of(host.getAsciiName());
                }
            }
        } catch (RuntimeException e) {
            // Some engines leave the method as ExtendedSSLSession has it; others make a name of any octets, and throw.
            return Optional.empty();
        }
        return Optional.empty();
    }
}
