package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.wire.ClientHello;
import java.util.Optional;

/**
 * The end of a handshake.
 *
 * @param hello the first ClientHello; empty if none came
 * @param reaction what the client did
 * @param session the session; present if, and only if, the reaction is {@link ClientReaction.Finished}
 */
public record ServerHandshakeResult(
        Optional<ClientHello> hello, ClientReaction reaction, Optional<ServerSession> session) {}
