package dev.starttls.core.upgrade;

import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import java.util.Objects;

/**
 * What an upgrade follows, whatever the protocol. Immutable: one serves any number of connections.
 *
 * <pre>{@code
 * UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED).withTls(tls);
 * }</pre>
 *
 * @param policy what is done about TLS
 * @param tls how TLS is spoken
 * @param limits bounds on what the peer sends
 * @param listener hears what becomes of it
 * @param preparation when a client makes its ClientHello
 * @param injection what a server does with octets after the upgrade command
 * @param direct whether a client says the upgrade command without asking first
 * @param memory what is remembered of hosts, for {@code direct}
 * @param downgrades whether a client notices that there is less TLS than before, and what follows
 * @param transcript records what is said and heard, with secrets concealed
 */
public record UpgradeSettings(
        TlsPolicy policy,
        TlsSettings tls,
        UpgradeLimits limits,
        UpgradeListener listener,
        Preparation preparation,
        InjectionResponse injection,
        DirectUpgrade direct,
        HostMemory memory,
        DowngradeDetection downgrades,
        DialogueTranscript transcript) {

    /**
     * Checks that nothing is missing: a connection without a policy would be one without TLS.
     *
     * @throws NullPointerException if one is null
     */
    public UpgradeSettings {
        Objects.requireNonNull(
                policy, "policy: expected a TlsPolicy, got null; TlsPolicy.DISABLED is the one without TLS");
        Objects.requireNonNull(tls, "tls: expected TlsSettings, got null; try TlsSettings.defaults()");
        Objects.requireNonNull(limits, "limits: expected UpgradeLimits, got null; try UpgradeLimits.DEFAULT");
        Objects.requireNonNull(listener, "listener: expected an UpgradeListener, got null; try UpgradeListener.NONE");
        Objects.requireNonNull(
                preparation, "preparation: expected a Preparation, got null; try Preparation.WHILE_WAITING");
        Objects.requireNonNull(
                injection, "injection: expected an InjectionResponse, got null; try InjectionResponse.FAIL");
        Objects.requireNonNull(direct, "direct: expected a DirectUpgrade, got null; try DirectUpgrade.NEVER");
        Objects.requireNonNull(memory, "memory: expected a HostMemory, got null; try HostMemory.ofProcess()");
        Objects.requireNonNull(
                downgrades, "downgrades: expected a DowngradeDetection, got null; try DowngradeDetection.NONE");
        Objects.requireNonNull(
                transcript, "transcript: expected a DialogueTranscript, got null; try DialogueTranscript.NONE");
    }

    /**
     * The defaults under a policy.
     *
     * @param policy what is done about TLS
     * @return settings with the JDK's default TLS context
     */
    public static UpgradeSettings of(TlsPolicy policy) {
        return new UpgradeSettings(
                policy,
                TlsSettings.defaults(),
                UpgradeLimits.DEFAULT,
                UpgradeListener.NONE,
                Preparation.WHILE_WAITING,
                InjectionResponse.FAIL,
                DirectUpgrade.NEVER,
                HostMemory.ofProcess(),
                DowngradeDetection.NONE,
                DialogueTranscript.NONE);
    }

    /** For people and logs, on one line: of the TLS settings, whether chain and name are verified. */
    @Override
    public String toString() {
        return "UpgradeSettings[policy=" + policy + ", verification="
                + tls.serverVerifier()
                        .<Object>map(rule -> rule.getClass().getName())
                        .orElse(verification()) + ", limits=" + limits
                + ", listener="
                + (listener == UpgradeListener.NONE
                        ? "none"
                        : listener.getClass().getName())
                + ", preparation=" + preparation + ", injection=" + injection + ", direct=" + direct + ", downgrades="
                + downgrades + "]";
    }

    /**
     * How far the server's certificate is trusted: as set, or else as the policy has it. Where a {@link
     * dev.starttls.core.tls.ServerVerifier} is set, that decides instead.
     *
     * @return full, unless the policy is opportunistic and nothing else was asked for
     */
    public Verification verification() {
        return tls.verification().orElse(policy.enforced() ? Verification.FULL : Verification.NONE);
    }

    /** The same with another policy. */
    public UpgradeSettings withPolicy(TlsPolicy policy) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /** The same with other TLS settings. */
    public UpgradeSettings withTls(TlsSettings tls) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /** The same with other limits. */
    public UpgradeSettings withLimits(UpgradeLimits limits) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /** The same with another listener. */
    public UpgradeSettings withListener(UpgradeListener listener) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /** The same with another time of preparation. */
    public UpgradeSettings withPreparation(Preparation preparation) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /** The same with another response to injected octets. */
    public UpgradeSettings withInjection(InjectionResponse injection) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /** The same with another rule on saying the upgrade command without asking first. */
    public UpgradeSettings withDirect(DirectUpgrade direct) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /**
     * The same with another memory of hosts.
     *
     * @param memory safe for use by several threads
     */
    public UpgradeSettings withMemory(HostMemory memory) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /**
     * The same with another detection of downgrades.
     *
     * @param downgrades without effect on servers and under {@link TlsPolicy#DISABLED}
     */
    public UpgradeSettings withDowngrades(DowngradeDetection downgrades) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }

    /**
     * The same with another transcript.
     *
     * @param transcript called by the threads that drive connections
     */
    public UpgradeSettings withTranscript(DialogueTranscript transcript) {
        return new UpgradeSettings(
                policy, tls, limits, listener, preparation, injection, direct, memory, downgrades, transcript);
    }
}
