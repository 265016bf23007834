/**
 * Layer 1, not exported: TLS as octets, as far as it is sent unencrypted: the headers of records, and what a ClientHello and
 * a ServerHello say.
 *
 * <p>What lives here reads and makes no judgement that an engine makes better: what it does not understand, the engine is
 * given and refuses. No engine, no session and no settings are known here; only {@code line} may be imported.
 */
package dev.starttls.core.wire;
