package dev.starttls.conformance.tls.minimal.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.tls.minimal.MinimalTlsSession;
import dev.starttls.conformance.tls.minimal.ServerAuthentication;
import dev.starttls.conformance.tls.minimal.Tls12Session;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import dev.starttls.conformance.tls.minimal.server.ClientReaction.Ending;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientOffer;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.FiniteField;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.ServerHello;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The suite's own TLS in both roles, and what is no TLS. */
class MinimalTlsServerTest {

    private static final ServerCredentials CREDENTIALS = ServedConnection.credentials(ServedConnection.ELLIPTIC);

    private interface Handshake {
        MinimalTlsSession shake(InputStream in, Consumer<OctetString> out) throws IOException;
    }

    private static MinimalTlsSession connect(Socket socket, Handshake handshake) throws IOException {
        socket.setSoTimeout(20_000);
        return handshake.shake(socket.getInputStream(), octets -> write(socket, octets));
    }

    private static void write(Socket socket, OctetString octets) {
        try {
            socket.getOutputStream().write(octets.array());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ServedConnection.Seen talk(ProtocolVersion version, TlsDeviation deviation, Handshake handshake)
            throws Exception {
        try (ServedConnection server = new ServedConnection(CREDENTIALS, version, deviation);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            MinimalTlsSession session = connect(socket, handshake);
            assertThat(session.read()).contains(OctetString.ascii("220 ready\r\n"));
            write(socket, session.seal(OctetString.ascii("EHLO a\r\n")));
            assertThat(session.read()).contains(OctetString.ascii("250 ok\r\n"));
            assertThat(session.read()).isEmpty();
            return server.seen();
        }
    }

    @Test
    void talks_tls_1_3_with_the_suites_own_client() throws Exception {
        ServedConnection.Seen seen = talk(
                ProtocolVersion.TLS13, TlsDeviation.NONE, (in, out) -> Tls13Session.shake(in, out, "mail.example.org"));

        assertThat(seen.handshake().reaction()).isInstanceOf(ClientReaction.Finished.class);
        assertThat(ClientOffer.of(seen.handshake().hello().orElseThrow()).serverName())
                .contains("mail.example.org");
    }

    @Test
    void has_the_right_transcript_after_a_hello_retry_request() throws Exception {
        ServedConnection.Seen seen = talk(
                ProtocolVersion.TLS13, TlsDeviation.NONE, (in, out) -> Tls13Session.shakeRetried(in, out, "localhost"));

        assertThat(seen.last()).isEqualTo(new ClientReaction.Data(OctetString.ascii("EHLO a\r\n")));
    }

    @ParameterizedTest
    @EnumSource(
            value = Tls12Session.Kind.class,
            names = {"MODERN", "WITHOUT_SECURE_RENEGOTIATION"})
    void talks_tls_1_2_with_the_suites_own_client(Tls12Session.Kind kind) throws Exception {
        ServedConnection.Seen seen = talk(
                ProtocolVersion.TLS12, TlsDeviation.NONE, (in, out) -> Tls12Session.shake(in, out, "localhost", kind));

        assertThat(seen.last()).isEqualTo(new ClientReaction.Data(OctetString.ascii("EHLO a\r\n")));
    }

    /** The suite's own client does not check who the server is, nor what it was not asked for. */
    @ParameterizedTest
    @EnumSource(
            value = TlsDeviation.class,
            names = {
                "CERTIFICATE_VERIFY_MISSING",
                "CERTIFICATE_VERIFY_WRONG_KEY",
                "ALPN_IMAP_NOT_OFFERED",
                "COMPRESSION",
                "EMPTY_HANDSHAKE_RECORDS",
                "EMPTY_DATA_RECORDS",
                "MANY_TICKETS",
                "ONE_OCTET_RECORDS"
            })
    void a_client_of_tls_1_3_that_goes_on_is_caught(TlsDeviation deviation) throws Exception {
        assertThat(wentOn(ProtocolVersion.TLS13, deviation, (in, out) -> Tls13Session.shake(in, out, "localhost")))
                .isEqualTo(new ClientReaction.Data(OctetString.ascii("EHLO a\r\n")));
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsDeviation.class,
            names = {
                "SERVER_KEY_EXCHANGE_WRONG_KEY",
                "ALPN_POP3_NOT_OFFERED",
                "COMPRESSION",
                "EMPTY_DATA_RECORDS",
                "RECORD_OVERFLOW",
                "HELLO_REQUEST",
                "ONE_OCTET_RECORDS"
            })
    void a_client_of_tls_1_2_that_goes_on_is_caught(TlsDeviation deviation) throws Exception {
        assertThat(wentOn(
                        ProtocolVersion.TLS12,
                        deviation,
                        (in, out) -> Tls12Session.shake(in, out, "localhost", Tls12Session.Kind.MODERN)))
                .isEqualTo(new ClientReaction.Data(OctetString.ascii("EHLO a\r\n")));
    }

    private static ClientReaction wentOn(ProtocolVersion version, TlsDeviation deviation, Handshake handshake)
            throws Exception {
        try (ServedConnection server = new ServedConnection(CREDENTIALS, version, deviation);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            MinimalTlsSession session = connect(socket, handshake);
            write(socket, session.seal(OctetString.ascii("EHLO a\r\n")));
            return server.seen().last();
        }
    }

    /** RFC 5246 section 7.2.2 and RFC 8446 section 5.2 have a receiver refuse a record by its length, not by its plaintext. */
    @ParameterizedTest
    @CsvSource({"TLS12, 18432", "TLS13, 16640"})
    void a_record_that_is_too_long_is_longer_than_any_receiver_may_accept(ProtocolVersion version, int limit)
            throws Exception {
        try (ServedConnection server = new ServedConnection(CREDENTIALS, version, TlsDeviation.RECORD_OVERFLOW);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            connect(
                    socket,
                    version == ProtocolVersion.TLS13
                            ? (in, out) -> Tls13Session.shake(in, out, "localhost")
                            : (in, out) -> Tls12Session.shake(in, out, "localhost", Tls12Session.Kind.MODERN));
            byte[] header = socket.getInputStream().readNBytes(5);

            assertThat(ByteBuffer.wrap(header).getShort(3)).isGreaterThan((short) limit);
        }
    }

    /** A client that refuses cookies, and so the first request, would not be seen to refuse the second. */
    @Test
    void the_first_of_two_hello_retry_requests_asks_for_a_group_without_a_share() throws Exception {
        ClientHello hello = ClientHello.modern("mail.example.org")
                .with()
                .extension(ClientExtensions.supportedGroups(
                        List.of(NamedGroup.X25519.code(), NamedGroup.SECP256R1.code(), NamedGroup.SECP384R1.code())))
                .build();
        try (ServedConnection server = new ServedConnection(
                        CREDENTIALS, ProtocolVersion.TLS13, TlsDeviation.TWO_HELLO_RETRY_REQUESTS);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            write(socket, RecordSplitter.joined(RecordSplitter.handshake(0x0301, hello.message(), 16384)));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readNBytes(3);
            OctetString message = OctetString.of(in.readNBytes(in.readUnsignedShort()));
            ServerHello request = ServerHello.parse(message.slice(4, message.length()));

            assertThat(request.isRetryRequest()).isTrue();
            assertThat(request.group()).contains(NamedGroup.SECP384R1.label());
            assertThat(request.extension(Extension.COOKIE)).isEmpty();
        }
    }

    @Test
    void counts_the_key_update_that_the_client_answers() throws Exception {
        ServedConnection.Seen seen = talk(
                ProtocolVersion.TLS13, TlsDeviation.KEY_UPDATE, (in, out) -> Tls13Session.shake(in, out, "localhost"));

        assertThat(seen.handshake().session().orElseThrow().keyUpdates()).isEqualTo(1);
    }

    @Test
    void a_corrupted_finished_is_seen_by_the_suites_own_client() throws Exception {
        assertThatThrownBy(() -> talk(
                        ProtocolVersion.TLS13,
                        TlsDeviation.FINISHED_CORRUPTED,
                        (in, out) -> Tls13Session.shake(in, out, "localhost")))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("Finished is wrong");
    }

    @Test
    void the_clients_finished_is_verified_in_tls_1_3() throws Exception {
        assertThat(reactionTo(ProtocolVersion.TLS13, (in, out) -> Tls13Session.shakeSpoilt(in, out, "localhost")))
                .isEqualTo(new ClientReaction.Malformed(
                        "the MAC of the client's Finished is wrong", HandshakePoint.SERVER_FLIGHT));
    }

    @Test
    void the_clients_finished_is_verified_in_tls_1_2() throws Exception {
        ClientReaction reaction =
                reactionTo(ProtocolVersion.TLS12, (in, out) -> Tls12Session.shakeSpoilt(in, out, "localhost"));

        assertThat(reaction).isInstanceOf(ClientReaction.Malformed.class);
        assertThat(reaction)
                .hasToString("expected a Finished that is right, got a wrong one after the server's flight");
    }

    private static ClientReaction reactionTo(ProtocolVersion version, Handshake handshake) throws Exception {
        try (ServedConnection server = new ServedConnection(CREDENTIALS, version, TlsDeviation.NONE);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            try {
                assertThat(connect(socket, handshake).read()).isEmpty();
            } catch (IOException e) {
                // The server closes the connection.
            }
            return server.seen().handshake().reaction();
        }
    }

    @Test
    void staples_what_it_is_given_to_a_client_that_asks() throws Exception {
        OctetString response = OctetString.ascii("no OCSP response, but opaque to TLS");
        ServerCredentials stapling = new ServerCredentials(
                ServedConnection.ELLIPTIC.key(), ServedConnection.ELLIPTIC.chain(), Optional.of(response));
        try (ServedConnection server = new ServedConnection(stapling, ProtocolVersion.TLS13, TlsDeviation.NONE);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            ServerAuthentication seen = ServerAuthentication.observe(
                    socket.getInputStream(),
                    octets -> write(socket, octets),
                    "localhost",
                    hello -> hello.extension(ClientExtensions.statusRequest()));

            assertThat(seen.certificates().get(0).stapled()).contains(response);
            assertThat(seen.certificates().get(1).stapled()).isEmpty();
        }
    }

    @Test
    void reads_a_client_hello_in_records_of_one_octet() throws Exception {
        ClientHello hello = ClientHello.modern("mail.example.org");
        OctetString records = RecordSplitter.joined(RecordSplitter.handshake(0x0301, hello.message(), 1));

        ServerHandshakeResult result = answerTo(new ByteArrayInputStream(records.array()));

        assertThat(result.hello()).contains(hello);
        assertThat(result.reaction())
                .isEqualTo(new ClientReaction.Closed(Ending.END_OF_STREAM, HandshakePoint.SERVER_FLIGHT));
    }

    @Test
    void a_command_in_the_clear_is_no_tls() throws Exception {
        ServerHandshakeResult result = answerTo(new ByteArrayInputStream(
                OctetString.ascii("a LOGIN user password\r\n").array()));

        assertThat(result.hello()).isEmpty();
        assertThat(result.reaction())
                .isEqualTo(new ClientReaction.NotTls(OctetString.ascii("a LOG"), HandshakePoint.CLIENT_HELLO));
    }

    @Test
    void a_client_that_leaves_is_reported_as_such() throws Exception {
        assertThat(answerTo(InputStream.nullInputStream()).reaction())
                .isEqualTo(new ClientReaction.Closed(Ending.END_OF_STREAM, HandshakePoint.CLIENT_HELLO));
    }

    @Test
    void an_alert_in_place_of_the_client_hello_is_reported() throws Exception {
        assertThat(answerTo(new ByteArrayInputStream(
                                OctetString.hex("15 0303 0002 0250").array()))
                        .reaction())
                .isEqualTo(new ClientReaction.Alerted(new Alert(2, 80), HandshakePoint.CLIENT_HELLO));
    }

    @Test
    void a_silent_client_is_reported_as_silent() throws Exception {
        InputStream silent = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new SocketTimeoutException("Read timed out");
            }

            @Override
            public int read(byte[] octets, int offset, int length) throws IOException {
                return read();
            }
        };

        assertThat(answerTo(silent).reaction()).isEqualTo(new ClientReaction.Silent(HandshakePoint.CLIENT_HELLO));
    }

    @Test
    void a_handshake_message_that_never_ends_is_cut() throws Exception {
        // A length of 2^24 - 1 octets.
        assertThat(answerTo(new ByteArrayInputStream(
                                OctetString.hex("16 0301 0004 01ffffff").array()))
                        .reaction())
                .isInstanceOf(ClientReaction.Malformed.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"TLS12", "TLS13"})
    void a_client_hello_with_an_octet_changed_is_answered_without_an_exception(ProtocolVersion version)
            throws Exception {
        ClientHello hello = ClientHello.modern("mail.example.org")
                .with()
                .extension(ClientExtensions.supportedGroups(List.of(29, 23)))
                .extension(ClientExtensions.keyShare(
                        List.of(KeyShare.fresh(NamedGroup.SECP256R1), KeyShare.fresh(NamedGroup.X25519))))
                .build();
        OctetString record =
                RecordSplitter.joined(RecordSplitter.handshake(0x0301, hello.message(), RecordSplitter.MAX_PLAINTEXT));
        for (int index = 0; index < record.length(); index += 3) {
            ServerHandshakeResult result = MinimalTlsServer.handshake(
                    new ByteArrayInputStream(record.flipped(index, 0x41).array()),
                    new ByteArrayOutputStream(),
                    CREDENTIALS,
                    version,
                    TlsDeviation.NONE);
            assertThat(result.session()).as("octet %s", index).isEmpty();
        }
    }

    private static ServerHandshakeResult answerTo(InputStream in) throws IOException {
        return MinimalTlsServer.handshake(
                in, new ByteArrayOutputStream(), CREDENTIALS, ProtocolVersion.TLS13, TlsDeviation.NONE);
    }

    @Test
    void a_client_of_tls_1_3_only_is_shown_an_old_version_all_the_same() throws Exception {
        ClientHello hello = ClientHello.only(ProtocolVersion.TLS13, "mail.example.org");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        InputStream in = new ByteArrayInputStream(
                RecordSplitter.joined(RecordSplitter.handshake(0x0301, hello.message(), RecordSplitter.MAX_PLAINTEXT))
                        .array());

        ServerHandshakeResult result =
                MinimalTlsServer.handshake(in, out, CREDENTIALS, ProtocolVersion.TLS12, TlsDeviation.VERSION_TLS10);

        assertThat(result.reaction())
                .isEqualTo(new ClientReaction.Closed(Ending.END_OF_STREAM, HandshakePoint.SERVER_FLIGHT));
        // The header of the record and of the ServerHello, then its version.
        assertThat(OctetString.of(out.toByteArray(), 9, 2)).isEqualTo(OctetString.hex("0301"));
    }

    @Test
    void a_deviation_of_the_other_version_is_not_accepted() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MinimalTlsServer.handshake(
                        InputStream.nullInputStream(),
                        new ByteArrayOutputStream(),
                        CREDENTIALS,
                        ProtocolVersion.TLS12,
                        TlsDeviation.KEY_UPDATE))
                .withMessageContaining("KEY_UPDATE with one of [TLS13], got TLS12");
    }

    @Test
    void the_short_primes_are_safe_primes_so_that_only_their_length_is_wrong() {
        for (BigInteger prime : List.of(ShortPrime.BITS_512, ShortPrime.BITS_1024)) {
            FiniteField field = new FiniteField(prime, BigInteger.TWO);
            assertThat(field.isPrime() && field.isSafePrime()).isTrue();
        }
        assertThat(ShortPrime.BITS_512.bitLength()).isEqualTo(512);
        assertThat(ShortPrime.BITS_1024.bitLength()).isEqualTo(1024);
    }

    @Test
    void the_public_keys_of_groups_not_offered_are_the_generators_of_their_curves() throws Exception {
        assertThat(ServerShare.notOffered(List.of()).share().exchange()).isEqualTo(generator("secp256k1"));
        assertThat(ServerShare.notOffered(List.of(22)).share().exchange()).isEqualTo(generator("brainpoolP256r1"));
    }

    private static OctetString generator(String curve) {
        return OctetString.of(ECNamedCurveTable.getParameterSpec(curve).getG().getEncoded(false));
    }
}
