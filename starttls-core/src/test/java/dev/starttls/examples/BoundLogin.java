package dev.starttls.examples;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/**
 * A log-in to PostgreSQL that is bound to the TLS session: the upgrade by an SSLRequest, then SCRAM-SHA-256-PLUS with
 * tls-server-end-point, the one binding that PostgreSQL knows.
 *
 * <pre>{@code
 * SSLContext context = TrustedRoots.pem(Path.of("ca.pem")).context();
 * UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.REQUIRED)
 *         .withTls(TlsSettings.builder().context(context).build());
 * try (StartTlsChannel channel = BoundLogin.upgraded(address, settings)) {
 *     ChannelBinding binding = channel.channelBinding(ChannelBinding.Type.TLS_SERVER_END_POINT);
 *     BoundLogin.logIn(channel, "mary", "secret", binding.found().orElseThrow());
 * }
 * }</pre>
 */
public final class BoundLogin {

    private static final String MECHANISM = "SCRAM-SHA-256-PLUS";
    private static final int PROTOCOL_3 = 3 << 16;
    private static final int MAX_MESSAGE = 16_384;

    private BoundLogin() {}

    /** The server has refused the log-in, in its own words. */
    public static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        RefusedException(String words) {
            super(words);
        }
    }

    /** Connects and upgrades. */
    public static StartTlsChannel upgraded(InetSocketAddress server, UpgradeSettings settings) throws IOException {
        UpgradeConnection connection =
                new UpgradeConnection(new SslRequest(), settings, new Peer(server.getHostString(), server.getPort()));
        StartTlsChannel channel = StartTlsChannel.over(SocketChannel.open(server), connection);
        var unusedReport = channel.upgrade();
        return channel;
    }

    /** Logs in to the database of the user's own name. Returns once the server knows the user and has proved that it does. */
    public static void logIn(StartTlsChannel channel, String user, String password, byte[] binding)
            throws IOException, GeneralSecurityException {
        DataInputStream in = new DataInputStream(channel.inputStream());
        DataOutputStream out = new DataOutputStream(channel.outputStream());
        byte[] startup = ("user\0" + user + "\0\0").getBytes(StandardCharsets.US_ASCII);
        out.write(message(0, startup));
        requireOffered(authentication(in, 10));

        byte[] random = new byte[18];
        new SecureRandom().nextBytes(random);
        ScramSha256Plus scram = new ScramSha256Plus(
                "",
                password,
                ChannelBinding.Type.TLS_SERVER_END_POINT.registeredName(),
                binding,
                Base64.getEncoder().encodeToString(random));
        byte[] first = scram.first().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer initial = ByteBuffer.allocate(MECHANISM.length() + 1 + 4 + first.length)
                .put(MECHANISM.getBytes(StandardCharsets.US_ASCII))
                .put((byte) 0)
                .putInt(first.length)
                .put(first);
        out.write(message('p', initial.array()));
        out.write(message('p', scram.last(authentication(in, 11)).getBytes(StandardCharsets.US_ASCII)));
        if (!scram.verified(authentication(in, 12))) {
            throw new GeneralSecurityException(
                    "Expected the server to prove that it knows the user, got another proof");
        }
        authentication(in, 0);
    }

    private static void requireOffered(String mechanisms) throws GeneralSecurityException {
        if (!List.of(mechanisms.split("\0", -1)).contains(MECHANISM)) {
            throw new GeneralSecurityException(
                    "Expected " + MECHANISM + " to be offered inside TLS, got " + mechanisms.replace('\0', ' '));
        }
    }

    /** A message of the client; the first has no type, and the version of the protocol instead. */
    private static byte[] message(int type, byte[] body) {
        ByteBuffer message = ByteBuffer.allocate((type == 0 ? 8 : 5) + body.length);
        if (type == 0) {
            message.putInt(8 + body.length).putInt(PROTOCOL_3);
        } else {
            message.put((byte) type).putInt(4 + body.length);
        }
        return message.put(body).array();
    }

    /** What the server says in an authentication message of this kind. */
    private static String authentication(DataInputStream in, int kind) throws IOException {
        int type = in.readUnsignedByte();
        int length = in.readInt();
        if (length < 4 || length > MAX_MESSAGE) {
            throw new IOException("Expected a message of 4 to " + MAX_MESSAGE + " octets, got one of " + length);
        }
        byte[] body = in.readNBytes(length - 4);
        if (type == 'E') {
            throw new RefusedException(new String(body, StandardCharsets.UTF_8).replace('\0', ' '));
        }
        ByteBuffer content = ByteBuffer.wrap(body);
        if (type != 'R' || body.length < 4 || content.getInt() != kind) {
            throw new IOException(
                    "Expected an authentication message of kind " + kind + ", got a message '" + (char) type + "'");
        }
        return new String(body, 4, body.length - 4, StandardCharsets.US_ASCII);
    }

    /** One octet answers the request: S or N. */
    private static final class SslRequest implements Dialogue {

        private static final Output REQUEST = Output.octets(new byte[] {0, 0, 0, 8, 4, (byte) 0xD2, 22, 47});

        @Override
        public String protocol() {
            return "postgresql";
        }

        @Override
        public Role role() {
            return Role.CLIENT;
        }

        @Override
        public Step opened() {
            return new Step.Propose(REQUEST, Frame.exactly(1));
        }

        @Override
        public Step octets(byte[] reply) {
            return switch (reply[0]) {
                case 'S' -> Step.goAhead();
                case 'N' -> new Step.Decline(FailureReason.REFUSED, "N");
                // Its text is neither awaited nor shown: anyone may have sent it (CVE-2024-10977).
                case 'E' ->
                    new Step.Fail(
                            FailureReason.TURNED_AWAY,
                            "Expected S or N, got E, an error",
                            "",
                            Output.none(),
                            "The server may be out of processes: see what its log says");
                default -> Step.violation("S, N or E", "");
            };
        }

        @Override
        public Step secured() {
            return Step.ready();
        }
    }
}
