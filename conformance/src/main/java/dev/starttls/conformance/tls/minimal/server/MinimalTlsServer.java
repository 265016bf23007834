package dev.starttls.conformance.tls.minimal.server;

import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientOffer;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * A server of TLS that does one thing wrong, or nothing, and reports what the client makes of it.
 *
 * <p>A client that does not offer what a deviation needs (a version, a group, DHE) gets a fatal alert, and the reaction
 * is {@link ClientReaction.NotApplicable}, from which nothing follows about the client. A deviation that comes after the
 * client's Finished ({@link TlsDeviation#isAfterClientFinished}) leaves a session, and only its first read after a write
 * shows the reaction.
 *
 * <pre>{@code
 * ServerHandshakeResult result = MinimalTlsServer.handshake(
 *         socket.getInputStream(), socket.getOutputStream(), credentials, ProtocolVersion.TLS13, deviation);
 * if (result.session().isPresent()) {
 *     result.session().get().write(OctetString.ascii("220 ready\r\n"));
 *     ClientReaction next = result.session().get().read();
 * }
 * }</pre>
 */
public final class MinimalTlsServer {

    private MinimalTlsServer() {}

    /**
     * Waits for a ClientHello, which may come in many records, and performs the handshake as far as the client goes on.
     *
     * <p>The streams' time limit is the caller's: a {@link java.net.SocketTimeoutException} of the input is reported as
     * {@link ClientReaction.Silent}.
     *
     * @param in what the client sends
     * @param out what is sent to the client
     * @param version TLS 1.2 or TLS 1.3
     * @param deviation what is wrong
     * @throws IllegalArgumentException if the deviation is not one of this version, or needs an RSA key
     * @throws IOException if a stream fails in a way that the client is not the cause of
     */
    public static ServerHandshakeResult handshake(
            InputStream in,
            OutputStream out,
            ServerCredentials credentials,
            ProtocolVersion version,
            TlsDeviation deviation)
            throws IOException {
        if (!deviation.versions().contains(version)) {
            throw new IllegalArgumentException(
                    "Expected " + deviation + " with one of " + deviation.versions() + ", got " + version);
        }
        if (deviation.needsRsa() && !credentials.isRsa()) {
            throw new IllegalArgumentException("Expected credentials with an RSA key for " + deviation + ", got one of "
                    + credentials.key().getAlgorithm());
        }
        ServerRecords records = new ServerRecords(in, out, deviation);
        Optional<ClientHello> hello = Optional.empty();
        try {
            HandshakeMessage message = records.next();
            if (message.type() != ClientHello.TYPE) {
                throw records.malformed("expected a ClientHello, got a message of type " + message.type());
            }
            hello = Optional.of(ClientHello.parse(message.octets()));
            ServerSession session = answer(records, credentials, version, deviation, message.octets());
            return new ServerHandshakeResult(hello, new ClientReaction.Finished(), Optional.of(session));
        } catch (ReactionException e) {
            return new ServerHandshakeResult(hello, e.reaction(), Optional.empty());
        } catch (MalformedException e) {
            return new ServerHandshakeResult(
                    hello, new ClientReaction.Malformed(e.getMessage(), records.point()), Optional.empty());
        }
    }

    private static ServerSession answer(
            ServerRecords records,
            ServerCredentials credentials,
            ProtocolVersion version,
            TlsDeviation deviation,
            OctetString message)
            throws IOException {
        ClientHello hello = ClientHello.parse(message);
        ClientOffer offer = ClientOffer.of(hello);
        if (deviation == TlsDeviation.ALERT_IN_HANDSHAKE) {
            records.addRecord(ContentType.ALERT, OctetString.of(new byte[] {2, (byte) Alert.HANDSHAKE_FAILURE}));
            records.flush();
            records.reach(HandshakePoint.SERVER_FLIGHT);
            throw records.wentOn("a message of type " + records.next().type());
        }
        // A version that no client should take is chosen whatever the client offers.
        if (!offer.offers(version) && !deviation.isOldVersion()) {
            throw records.notApplicable(Alert.PROTOCOL_VERSION, "the client does not offer " + version.label());
        }
        if (deviation == TlsDeviation.POST_HANDSHAKE_CERTIFICATE_REQUEST
                && hello.extension(Extension.POST_HANDSHAKE_AUTH).isPresent()) {
            throw records.notApplicable(Alert.HANDSHAKE_FAILURE, "the client offers post_handshake_auth");
        }
        return version == ProtocolVersion.TLS13
                ? new Tls13ServerHandshake(records, credentials, deviation, message).shake()
                : new Tls12ServerHandshake(records, credentials, deviation, message).shake();
    }
}
