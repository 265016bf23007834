/**
 * Layer 4: what drives an upgrade over real channels.
 *
 * <p>{@link dev.starttls.core.nio.StartTlsChannel} is a byte channel for one connection, blocking or not; {@link
 * dev.starttls.core.nio.UpgradeLoop} runs many upgrades on one thread; {@link dev.starttls.core.nio.ClientSetup} and
 * {@link dev.starttls.core.nio.ServerSetup}, with {@link dev.starttls.core.nio.ClientConnection} and {@link
 * dev.starttls.core.nio.HandlerServer}, are what the entry classes of the protocols have in common; {@link
 * dev.starttls.core.nio.StartTlsSocketFactory} is a client for libraries that have only a socket factory to be set. Network buffers
 * live here and in layer 2, and nowhere else. What a loop of your own has to do as well is in {@link
 * dev.starttls.core.upgrade.UpgradeConnection}.
 */
package dev.starttls.core.nio;
