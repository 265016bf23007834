/**
 * Layer 2: how TLS is spoken, and what is asked of the peer.
 *
 * <p>{@link dev.starttls.core.tls.TlsSettings} says how engines are made, {@link dev.starttls.core.tls.EngineSource} where they
 * come from, {@link dev.starttls.core.tls.PeerCheck} what a peer's certificates must have, by the name rules of {@link
 * dev.starttls.core.tls.ServerIdentity}. What an application sets or catches lives here; what moves octets through an engine
 * lives in {@code engine}, which imports this package. Nothing here knows of channels, upgrade dialogues or time; only layer 1
 * may be imported.
 */
package dev.starttls.core.tls;
