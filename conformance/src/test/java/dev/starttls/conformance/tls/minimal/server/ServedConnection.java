package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.certificate.Forge;
import dev.starttls.conformance.tls.certificate.Issuer;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server of one connection that greets, answers one command, and closes, with a deviation in its TLS. */
final class ServedConnection implements AutoCloseable {

    static final Issuer ROOT = Issuer.selfSigned(Issuer.Order.authority("minimal server"));
    static final Issuer ELLIPTIC = ROOT.issue(Issuer.Order.server("localhost", "127.0.0.1"));
    static final Issuer RSA = Forge.by(ROOT).naming("localhost").rsa().issue();

    private static final int LIMIT = 20_000;

    /**
     * What the server saw.
     *
     * @param handshake the end of the handshake
     * @param last the last reaction: in the session, if there was one
     */
    record Seen(ServerHandshakeResult handshake, ClientReaction last) {}

    private final ServerSocket listener;
    private final CompletableFuture<Seen> seen = new CompletableFuture<>();

    ServedConnection(ServerCredentials credentials, ProtocolVersion version, TlsDeviation deviation)
            throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> serve(credentials, version, deviation), "minimal server");
        thread.setDaemon(true);
        thread.start();
    }

    static ServerCredentials credentials(Issuer identity) {
        return new ServerCredentials(identity.key(), identity.chain());
    }

    int port() {
        return listener.getLocalPort();
    }

    Seen seen() throws InterruptedException, ExecutionException, TimeoutException {
        return seen.get(60, TimeUnit.SECONDS);
    }

    private void serve(ServerCredentials credentials, ProtocolVersion version, TlsDeviation deviation) {
        try (Socket socket = listener.accept()) {
            socket.setSoTimeout(LIMIT);
            ServerHandshakeResult result = MinimalTlsServer.handshake(
                    socket.getInputStream(), socket.getOutputStream(), credentials, version, deviation);
            ClientReaction last = result.reaction();
            if (result.session().isPresent()) {
                ServerSession session = result.session().get();
                session.write(OctetString.ascii("220 ready\r\n"));
                last = session.read();
                if (last instanceof ClientReaction.Data) {
                    session.write(OctetString.ascii("250 ok\r\n"));
                    session.closeNotify();
                }
            }
            seen.complete(new Seen(result, last));
        } catch (IOException | RuntimeException e) {
            seen.completeExceptionally(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
