package dev.starttls.core.upgrade;

import java.io.IOException;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/**
 * An upgrade failed, and nothing of the session was or will be sent in the clear.
 *
 * <pre>{@code
 * catch (UpgradeException e) {
 *     switch (e.reason()) {
 *         case NOT_OFFERED, REFUSED -> queueForLater(e.resultType());
 *         case CERTIFICATE_EXPIRED -> notifyPostmaster(e.getMessage());
 *         default -> throw e;
 *     }
 * }
 * }</pre>
 */
public final class UpgradeException extends IOException {

    private static final long serialVersionUID = 1L;

    private final FailureReason reason;
    private final Phase phase;
    private final String reply;
    private final String hint;
    /** An array, since it is serialised, as exceptions are. */
    private final Certificate[] peerChain;

    /**
     * A failure without a reply, with the hint of its reason.
     *
     * @param reason why
     * @param phase where
     * @param detail what was expected and what came
     */
    public UpgradeException(FailureReason reason, Phase phase, String detail) {
        this(reason, phase, detail, "", "");
    }

    /**
     * A failure.
     *
     * @param reason why
     * @param phase where
     * @param detail what was expected and what came
     * @param reply the peer's line, empty if there was none
     * @param hint what to try; empty for the general advice of the reason
     */
    public UpgradeException(FailureReason reason, Phase phase, String detail, String reply, String hint) {
        this(reason, phase, detail, reply, hint, List.of());
    }

    UpgradeException(
            FailureReason reason, Phase phase, String detail, String reply, String hint, List<Certificate> peerChain) {
        super(message(reason, phase, detail, reply, hint.isEmpty() ? reason.advice() : hint));
        this.peerChain = peerChain.toArray(Certificate[]::new);
        this.reason = reason;
        this.phase = phase;
        this.reply = reply;
        this.hint = hint.isEmpty() ? reason.advice() : hint;
    }

    /**
     * Why it failed.
     *
     * @return the reason, to switch over
     */
    public FailureReason reason() {
        return reason;
    }

    /**
     * Where it failed.
     *
     * @return the phase in which it failed
     */
    public Phase phase() {
        return phase;
    }

    /**
     * The peer's line that led to the failure, its control characters replaced.
     *
     * @return empty if there was none
     */
    public Optional<String> reply() {
        return reply.isEmpty() ? Optional.empty() : Optional.of(Wording.printable(reply));
    }

    /**
     * What a person may try.
     *
     * @return never empty where this library has made the exception
     */
    public Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }

    /**
     * The peer's certificates, as far as they are known: to be shown, not to be trusted.
     *
     * <p>They are known where this library refuses them (name, pins), where the engine has accepted them or shows them before it
     * refuses them (Conscrypt, Bouncy Castle), and where the trust manager refuses them with a {@link
     * java.security.cert.CertPathValidatorException} that has them, as the JDK's does for one that has expired. SunJSSE and
     * netty-tcnative show nothing of a chain that leads to no trusted root, or that their user's trust manager refuses.
     *
     * @return its own first; empty if it sent none, or none that is known
     */
    public List<Certificate> peerChain() {
        return List.of(peerChain);
    }

    /**
     * The result type by which a TLS report names it (RFC 8460 section 4.3).
     *
     * @return for instance {@code certificate-expired}
     */
    public String resultType() {
        return reason.resultType();
    }

    private static String message(FailureReason reason, Phase phase, String detail, String reply, String hint) {
        StringBuilder message =
                new StringBuilder().append(reason).append(" in phase ").append(phase);
        message.append(": ").append(Wording.detail(detail));
        if (!reply.isEmpty()) {
            message.append(" [peer said: ").append(Wording.printable(reply)).append(']');
        }
        if (!hint.isEmpty()) {
            message.append(". ").append(hint);
        }
        return message.toString();
    }
}
