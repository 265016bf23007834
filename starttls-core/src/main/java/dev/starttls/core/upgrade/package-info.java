/**
 * Layer 3: the upgrade of a plaintext connection to TLS, without any I/O.
 *
 * <p>The rules are in one table, {@link dev.starttls.core.upgrade.UpgradeMachine}. {@link
 * dev.starttls.core.upgrade.UpgradeConnection} joins the line layer and the TLS layer under it; a protocol adds its words
 * as a {@link dev.starttls.core.upgrade.Dialogue}, on the skeletons {@link dev.starttls.core.upgrade.ClientDialogue} and {@link
 * dev.starttls.core.upgrade.ServerDialogue} if it has capabilities and sessions. Until the dialogue is over, {@link
 * dev.starttls.core.upgrade.Negotiation} serves it, whose classes share their {@link
 * dev.starttls.core.upgrade.ConnectionContext}; then the connection releases all of that and is itself the session, in as
 * little memory as it can. Time comes in as a parameter; there are no channels and no threads here. What a driver has to do
 * besides, for speed and fairness, is in {@link dev.starttls.core.upgrade.UpgradeConnection}. Layers 1 and 2 may be imported, layer 4 may not.
 */
package dev.starttls.core.upgrade;
