package dev.starttls.core.upgrade;

import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.hosts.TlsUse;
import dev.starttls.core.tls.PeerCheck;
import java.security.cert.Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Compares a client's connection with what is remembered of its server, and remembers it: see {@link DowngradeDetection}. */
final class DowngradeWatch {

    /** From the oldest to the newest. */
    private static final List<String> VERSIONS = List.of("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    private final Dialogue dialogue;
    private final UpgradeSettings settings;
    private final Peer peer;
    /** Within the expiry, when the connection began. */
    private Optional<TlsUse> remembered = Optional.empty();

    DowngradeWatch(Dialogue dialogue, UpgradeSettings settings, Peer peer) {
        this.dialogue = dialogue;
        this.settings = settings;
        this.peer = peer;
    }

    /** The connection begins. */
    void recall() {
        if (watching()) {
            Instant now = now();
            remembered = Objects.requireNonNull(
                            history().recall(service()),
                            "Expected the TlsHistory to return a use of TLS, got null; Optional.empty() is for none")
                    .filter(use -> use.within(settings.downgrades().expiry(), now));
        }
    }

    /** Whether TLS is required because it was used before. */
    boolean blocks() {
        return remembered.isPresent() && settings.downgrades().response() == DowngradeDetection.Response.BLOCK;
    }

    /** By what the session may only go on inside TLS. */
    String rule() {
        return settings.policy().enforced()
                ? "under TlsPolicy." + settings.policy()
                : "to a server with which TLS was used before";
    }

    /** There will be no TLS. */
    void declined(FailureReason reason, String reply) {
        if (remembered.isPresent()) {
            settings.listener().downgraded(new Downgrade.ToPlaintext(service(), remembered.get(), reason, reply));
        }
    }

    /** The session is ready inside TLS. */
    void upgraded(UpgradeReport report) {
        if (!watching() || report.tls().isEmpty()) {
            return;
        }
        UpgradeReport.Negotiated tls = report.tls().get();
        if (remembered.isPresent() && older(tls.version(), remembered.get().version())) {
            settings.listener().downgraded(new Downgrade.ToOlderVersion(service(), remembered.get(), tls.version()));
        }
        Instant now = now();
        List<String> offered = report.offeredBefore().stream()
                .limit(TlsUse.MAX_OFFERED)
                .map(DowngradeWatch::shortened)
                .toList();
        history().used(service(), new TlsUse(now, now, shortened(tls.version()), offered, keyHash(tls.peerChain())));
    }

    /**
     * What a person may try when a connection fails. That TLS was used before is said first where it is for want of TLS, or may be.
     *
     * @param hint what else there is to say; empty for the general advice of the reason
     */
    String advice(FailureReason reason, Phase phase, String hint) {
        if (!blocks() || settings.policy().enforced() || !missesTls(reason, phase)) {
            return hint;
        }
        TlsUse use = remembered.orElseThrow();
        return use.version() + " was used with " + service() + " on " + day(use.lastUsed())
                + ", and TLS is required until "
                + day(use.lastUsed().plus(settings.downgrades().expiry()))
                + ": someone in the middle may have removed it; if the server's operator has turned it off,"
                + " TlsHistory.forget(service) lets the next connection go on without. "
                + (hint.isEmpty() ? reason.advice() : hint);
    }

    /** Of a certificate that nobody may have verified: providers throw over keys that they cannot decode. */
    private static Optional<String> keyHash(List<Certificate> chain) {
        try {
            return chain.stream().findFirst().map(PeerCheck::pin);
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static boolean missesTls(FailureReason reason, Phase phase) {
        return switch (reason) {
            case NOT_OFFERED, REFUSED, PREAUTHENTICATED, HANDSHAKE_FAILED -> true;
            case CONNECTION_CLOSED, TIMEOUT -> phase == Phase.COMMAND || phase == Phase.HANDSHAKE;
            default -> false;
        };
    }

    private static boolean older(String version, String than) {
        int now = VERSIONS.indexOf(version);
        return now >= 0 && now < VERSIONS.indexOf(than);
    }

    private boolean watching() {
        return history() != TlsHistory.NONE
                && dialogue.role() == Role.CLIENT
                && settings.policy() != TlsPolicy.DISABLED;
    }

    private TlsHistory history() {
        return settings.downgrades().history();
    }

    private Instant now() {
        return Objects.requireNonNull(
                settings.downgrades().clock().instant(), "Expected the clock to return the time, got null");
    }

    private HostService service() {
        return new HostService(peer.ascii(), peer.port(), dialogue.protocol());
    }

    private static String day(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    private static String shortened(String words) {
        return words.substring(0, Math.min(words.length(), TlsUse.MAX_LENGTH));
    }
}
