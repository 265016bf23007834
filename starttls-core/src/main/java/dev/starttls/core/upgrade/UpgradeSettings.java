package dev.starttls.core.upgrade;

import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;

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
 * @param injection what a server does with octets behind the upgrade command
 */
public record UpgradeSettings(
        TlsPolicy policy,
        TlsSettings tls,
        UpgradeLimits limits,
        UpgradeListener listener,
        Preparation preparation,
        InjectionResponse injection) {

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
                InjectionResponse.FAIL);
    }

    /**
     * How far the server's certificate is trusted: as set, or else as the policy has it.
     *
     * @return full, unless the policy is opportunistic and nothing else was asked for
     */
    public Verification verification() {
        return tls.verification().orElse(policy.enforced() ? Verification.FULL : Verification.NONE);
    }

    /**
     * The same with another policy.
     *
     * @param policy what is done about TLS
     * @return new settings
     */
    public UpgradeSettings withPolicy(TlsPolicy policy) {
        return new UpgradeSettings(policy, tls, limits, listener, preparation, injection);
    }

    /**
     * The same with other TLS settings.
     *
     * @param tls how TLS is spoken
     * @return new settings
     */
    public UpgradeSettings withTls(TlsSettings tls) {
        return new UpgradeSettings(policy, tls, limits, listener, preparation, injection);
    }

    /**
     * The same with other limits.
     *
     * @param limits bounds on what the peer sends
     * @return new settings
     */
    public UpgradeSettings withLimits(UpgradeLimits limits) {
        return new UpgradeSettings(policy, tls, limits, listener, preparation, injection);
    }

    /**
     * The same with another listener.
     *
     * @param listener hears what becomes of the upgrade
     * @return new settings
     */
    public UpgradeSettings withListener(UpgradeListener listener) {
        return new UpgradeSettings(policy, tls, limits, listener, preparation, injection);
    }

    /**
     * The same with another time of preparation.
     *
     * @param preparation when a client makes its ClientHello
     * @return new settings
     */
    public UpgradeSettings withPreparation(Preparation preparation) {
        return new UpgradeSettings(policy, tls, limits, listener, preparation, injection);
    }

    /**
     * The same with another response to injected octets.
     *
     * @param injection what a server does with octets behind the upgrade command
     * @return new settings
     */
    public UpgradeSettings withInjection(InjectionResponse injection) {
        return new UpgradeSettings(policy, tls, limits, listener, preparation, injection);
    }
}
