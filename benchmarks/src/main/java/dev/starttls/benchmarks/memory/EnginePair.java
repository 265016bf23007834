package dev.starttls.benchmarks.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** The floor: two engines without a library's safeguards. */
final class EnginePair implements InMemoryPair {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine client;
    private final SSLEngine server;
    private final TransitBuffers wire;

    EnginePair(SSLContext clients, SSLContext servers, String version, TransitBuffers wire) {
        this.wire = wire;
        client = clients.createSSLEngine("localhost", 25);
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        client.setSSLParameters(parameters);
        server = servers.createSSLEngine("localhost", 40_000);
        server.setUseClientMode(false);
        SSLParameters served = server.getSSLParameters();
        served.setProtocols(new String[] {version});
        served.setUseCipherSuitesOrder(true);
        server.setSSLParameters(served);
    }

    @Override
    public void upgrade() throws IOException {
        client.beginHandshake();
        server.beginHandshake();
        boolean moved = true;
        while (moved) {
            moved = step(client, wire.fromServer(), wire.fromClient());
            moved |= step(server, wire.fromClient(), wire.fromServer());
        }
        if (client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                || server.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            throw new IOException("Expected a handshake, got stuck in " + client.getHandshakeStatus() + " and "
                    + server.getHandshakeStatus());
        }
    }

    @Override
    public void send(ByteBuffer from, ByteBuffer to) throws IOException {
        ByteBuffer network = wire.fromClient();
        network.compact();
        while (from.hasRemaining()) {
            client.wrap(from, network);
        }
        network.flip();
        while (network.hasRemaining()) {
            server.unwrap(network, to);
        }
    }

    /** Returns whether anything moved. */
    private boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        boolean moved = false;
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    out.compact();
                    engine.wrap(NOTHING, out);
                    out.flip();
                }
                default -> {
                    if (!in.hasRemaining()) {
                        return moved;
                    }
                    engine.unwrap(in, wire.room());
                }
            }
            moved = true;
        }
    }
}
